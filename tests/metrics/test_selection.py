"""Selection: a part of the fleet, by exact ids."""

from dataclasses import replace
from typing import Any

import pytest

from exporter.api.inventory import ManagedCluster
from exporter.collect.snapshot import Memory, Snapshot
from exporter.errors import Reason
from exporter.metrics import Selection
from tests.metrics.snapshots import CLUSTER, DOCUMENTED, reading, snapshot

ACME = replace(
    snapshot(
        reading(client_id="1"),
        reading(replace(DOCUMENTED, cluster_id="other"), client_id="2"),
        reading(Reason.DNS, client_id="3", memory=Memory("1234")),
    ),
    clusters=(CLUSTER, ManagedCluster("other"), ManagedCluster("deserted")),
)
SANDBOX = snapshot(reading(client_id="1"), tenant="sandbox")
EMPTY = snapshot(tenant="empty")
ALL = (ACME, SANDBOX, EMPTY)


def found(snapshots: tuple[Snapshot, ...]) -> dict[str, tuple[list[str], list[str]]]:
    """The ids of managed clients and clusters, by tenant."""
    return {
        each.tenant: ([reading.client.id for reading in each.readings], [cluster.id for cluster in each.clusters])
        for each in snapshots
    }


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"tenant": "acme"}, {"acme": (["1", "2", "3"], ["1234", "other", "deserted"])}),
        ({"tenant": "empty"}, {"empty": ([], [])}),
        ({"tenant": "acme", "cluster_id": "1234"}, {"acme": (["1", "3"], ["1234"])}),
        ({"cluster_id": "1234"}, {"acme": (["1", "3"], ["1234"]), "sandbox": (["1"], [])}),
        ({"cluster_id": "deserted"}, {"acme": ([], ["deserted"])}),
        ({"client_id": "1"}, {"acme": (["1"], []), "sandbox": (["1"], [])}),
        ({"tenant": "sandbox", "client_id": "1"}, {"sandbox": (["1"], [])}),
        ({"tenant": "acme", "cluster_id": "1234", "client_id": "3"}, {"acme": (["3"], [])}),
        ({"tenant": "acm"}, {}),
        ({"tenant": "ACME"}, {}),
        ({"tenant": ""}, {}),
        ({"cluster_id": "123"}, {}),
        ({"client_id": ""}, {}),
        ({"tenant": "empty", "cluster_id": "1234"}, {}),
        ({"tenant": "acme", "cluster_id": "1234", "client_id": "2"}, {}),
    ],
)
def test_what_matches_exactly_and_altogether_is_selected(limits: Any, expected: Any) -> None:
    """Nothing is selected by a part of its id, and a selection of nothing is not known."""
    selection = Selection(**limits)
    assert found(selection.apply(ALL)) == expected
    assert selection.known(ALL) is bool(expected)


def test_a_tenant_as_a_whole_is_the_snapshot_itself() -> None:
    """Nothing is copied that is not narrowed."""
    assert Selection("acme").apply(ALL) == (ACME,)
    assert Selection("acme").apply(ALL)[0] is ACME
    assert Selection().apply(ALL) == ALL


def test_a_selection_without_limits_is_none() -> None:
    """Also an empty id is a limit."""
    assert not Selection()
    assert Selection(tenant="")
    assert Selection(cluster_id="")
    assert Selection(client_id="")
