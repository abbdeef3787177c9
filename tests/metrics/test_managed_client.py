"""Managed clients: status, age and facts, and their absence."""

from dataclasses import replace
from typing import Any

import pytest

from exporter.api.documents import MANAGED_CLIENT_STATUSES, OTHER
from exporter.collect.snapshot import Memory, Reading, Snapshot
from exporter.errors import Reason
from exporter.metrics import Pages
from exporter.metrics.managed_client import families
from tests.metrics.reading_pages import value
from tests.metrics.snapshots import AGGREGATED, BARE, DOCUMENTED, EPOCH_SECONDS, HELD, LISTED, reading, snapshot

STEM = "sailpoint_managed_client_"


def documented(**changes: Any) -> tuple[Snapshot]:
    """A cycle that read the reference's document with some values replaced."""
    return (snapshot(reading(replace(DOCUMENTED, **changes))),)


@pytest.mark.parametrize("status", [*MANAGED_CLIENT_STATUSES, OTHER])
def test_exactly_one_status_is_1(pages: Pages, status: str) -> None:
    """All states are there, so that an alert can ask for any of them; normal repeats the one people ask for."""
    page = documented(status=status)
    values = {word: value(pages, page, STEM + "status", status=word) for word in (*MANAGED_CLIENT_STATUSES, OTHER)}
    assert values == dict.fromkeys(values, 0) | {status: 1}
    assert value(pages, page, STEM + "normal") == (status == "NORMAL")


def test_since_seen_is_in_seconds(pages: Pages) -> None:
    """The tenant's milliseconds become Prometheus' base unit."""
    assert value(pages, documented(since_seen_millis=14708.0), STEM + "since_seen_seconds") == 14.708


@pytest.mark.parametrize(
    ("last_seen", "millis", "expected"),
    [
        (1620843964.604, 5000.0, 1620843964.604),
        (None, 5000.0, EPOCH_SECONDS - 5),
        (None, None, None),
        (None, -5000.0, EPOCH_SECONDS + 5),
    ],
)
def test_last_seen_is_said_or_computed_or_absent(
    pages: Pages, last_seen: float | None, millis: float | None, expected: float | None
) -> None:
    """Without lastSeen the instant follows from the age and the moment of reading."""
    page = documented(last_seen_epoch_seconds=last_seen, since_seen_millis=millis)
    assert value(pages, page, STEM + "last_seen_timestamp_seconds") == expected


@pytest.mark.parametrize("has", [True, False])
def test_a_stack_trace_is_a_yes_or_no(pages: Pages, has: bool) -> None:  # noqa: FBT001 - a table's column
    """Its text has no way to the page."""
    assert value(pages, documented(has_stacktrace=has), STEM + "stacktrace") == has


@pytest.mark.parametrize("key", ["", None])
def test_no_alert_key_is_no_series(pages: Pages, key: str | None) -> None:
    """The tenant writes an empty string when nothing is wrong."""
    assert value(pages, documented(alert_key=key), STEM + "alert") is None


def test_an_alert_key_is_a_label(pages: Pages) -> None:
    """Its vocabulary is open."""
    assert value(pages, documented(alert_key="LIMITED_RESOURCES"), STEM + "alert", alert_key="LIMITED_RESOURCES") == 1


def test_facts_are_labels_of_one_series(pages: Pages) -> None:
    """What the tenant did not say is empty; the type it did not say is the one that was asked for."""
    facts = {
        "hostname": "megapod-useast1-secret-hostname.sailpoint.com",
        "client_type": "CCG",
        "os_version": "2345.3.1",
    }
    assert value(pages, documented(), STEM + "info", **facts) == 1
    assert value(pages, (snapshot(reading(BARE)),), STEM + "info", hostname="", client_type="VA", va_version="") == 1


def test_the_appliances_version_may_come_from_its_work_order(pages: Pages) -> None:
    """The status says null for it even when all is well."""
    page = (snapshot(reading(AGGREGATED)),)
    assert value(pages, page, STEM + "info", va_version="va-megapod-useast1-595-1627543540") == 1


@pytest.mark.parametrize(
    "read",
    [
        reading(Reason.DNS),
        reading(Reason.DNS, memory=Memory(details=HELD), listed=LISTED),
        reading(Reason.SKIPPED, memory=Memory(details=HELD)),
    ],
)
def test_a_client_that_was_not_read_has_no_series(read: Reading) -> None:
    """Could not ask is never the last good value, nor what the list says beside the failure."""
    assert not [sample for metric in families((snapshot(read),)) for sample in metric.samples]


def test_the_list_tells_status_age_and_alert(pages: Pages) -> None:
    """Of a client that was not asked itself; its age counts from the moment of reading."""
    page = (snapshot(reading(Reason.SKIPPED, listed=LISTED)),)
    assert value(pages, page, STEM + "status", status="WARNING", cluster_id="1234") == 1
    assert value(pages, page, STEM + "normal") == 0
    assert value(pages, page, STEM + "since_seen_seconds") == 310
    assert value(pages, page, STEM + "last_seen_timestamp_seconds") == EPOCH_SECONDS - 310
    assert value(pages, page, STEM + "alert", alert_key="LIMITED_RESOURCES") == 1
    assert value(pages, page, STEM + "info", client_name="va-eu-1", provision_status="PROVISIONED", hostname="") == 1
    assert value(pages, page, STEM + "stacktrace") is None
    assert value(pages, page, STEM + "details_timestamp_seconds") is None


def test_held_details_stand_beside_the_list_with_their_time(pages: Pages) -> None:
    """They are old, and say how old; what the list knows is newer."""
    page = (snapshot(reading(Reason.SKIPPED, memory=Memory(details=HELD), listed=LISTED)),)
    assert value(pages, page, STEM + "details_timestamp_seconds") == EPOCH_SECONDS - 120
    assert value(pages, page, STEM + "stacktrace") == 1
    assert value(pages, page, STEM + "cluster_jobs") == 1
    assert value(pages, page, STEM + "info", hostname="held-va", client_type="VA", va_version="595") == 1


def test_details_of_this_cycle_are_as_old_as_the_status(pages: Pages) -> None:
    """The list adds the name, and what is held is no longer needed."""
    page = (snapshot(reading(memory=Memory(details=HELD), listed=LISTED)),)
    assert value(pages, page, STEM + "details_timestamp_seconds") == EPOCH_SECONDS
    assert value(pages, page, STEM + "stacktrace") == 0
    assert value(pages, page, STEM + "status", status="NORMAL") == 1
    assert value(pages, page, STEM + "info", client_name="va-eu-1", client_type="VA", va_version="595") == 1
