"""Managed clusters: each family, and its absence."""

from dataclasses import replace
from typing import Any

import pytest

from exporter.api.documents import OTHER
from exporter.api.inventory import CLUSTER_STATUSES, HEALTH_STATUSES, ManagedCluster
from exporter.collect.snapshot import Snapshot
from exporter.metrics import Pages
from exporter.metrics.managed_cluster import families
from tests.metrics.reading_pages import value
from tests.metrics.snapshots import CLUSTER, EPOCH_SECONDS, snapshot

STEM = "sailpoint_managed_cluster_"


def listed(**changes: Any) -> tuple[Snapshot]:
    """A cycle that listed one cluster, with some values replaced."""
    return (replace(snapshot(), clusters=(replace(CLUSTER, **changes),)),)


@pytest.mark.parametrize("status", [*CLUSTER_STATUSES, OTHER])
def test_exactly_one_status_is_1(pages: Pages, status: str) -> None:
    """All states are there, so that an alert can ask for any of them."""
    page = listed(status=status)
    values = {word: value(pages, page, STEM + "status", status=word) for word in (*CLUSTER_STATUSES, OTHER)}
    assert values == dict.fromkeys(values, 0) | {status: 1}


@pytest.mark.parametrize("health", [*HEALTH_STATUSES, OTHER])
def test_exactly_one_health_is_1(pages: Pages, health: str) -> None:
    """The summary over the cluster's clients, which needs no manage scope."""
    page = listed(health=health)
    values = {word: value(pages, page, STEM + "health", status=word) for word in (*HEALTH_STATUSES, OTHER)}
    assert values == dict.fromkeys(values, 0) | {health: 1}


def test_numbers_and_facts_are_shown(pages: Pages) -> None:
    """Each under the cluster's own id."""
    page, labels = listed(), {"tenant": "acme", "cluster_id": "1234"}
    assert value(pages, page, STEM + "operational", **labels) == 1
    assert value(pages, page, STEM + "clients", **labels) == 2
    assert value(pages, page, STEM + "services", **labels) == 6
    assert value(pages, page, STEM + "update_available", **labels) == 1
    assert value(pages, page, STEM + "out_of_date_since_timestamp_seconds", **labels) == EPOCH_SECONDS - 86_400
    assert value(pages, page, STEM + "alert", alert_key="LIMITED_RESOURCES", **labels) == 1
    facts = {
        "cluster_name": "Europe",
        "cluster_type": "VA",
        "ccg_version": "77.0.0",
        "release": "123.1",
        "update_state": "AUTO",
    }
    assert value(pages, page, STEM + "info", **labels, **facts) == 1


def test_no_is_a_value(pages: Pages) -> None:
    """A cluster that is not operational, serves nothing or is up to date says so."""
    page = listed(operational=False, service_count=0, update_available=False, client_ids=())
    for name in ("operational", "services", "update_available", "clients"):
        assert value(pages, page, STEM + name) == 0


def test_nothing_said_is_nothing_shown() -> None:
    """But for the number of its clients, and the series to join."""
    bare = replace(snapshot(), clusters=(ManagedCluster("1234"),))
    assert [metric.name for metric in families((bare,)) if metric.samples] == [STEM + "clients", STEM + "info"]
