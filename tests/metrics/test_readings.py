"""Readings: whose samples they are, and which measures apply."""

from dataclasses import replace

import pytest

from exporter.api.documents import ManagedClientStatus
from exporter.collect.snapshot import Memory
from exporter.errors import Reason
from exporter.metrics.family import Family
from exporter.metrics.readings import CLIENT, measured, of_document, of_work_order, present
from tests.metrics.snapshots import AGGREGATED, DOCUMENTED, reading, snapshot

ANY = Family("any", "gauge", CLIENT, "Any")


@pytest.mark.parametrize(
    ("outcome", "known", "expected"),
    [
        (DOCUMENTED, "old", "1234"),
        (replace(DOCUMENTED, cluster_id=None), "old", "old"),
        (replace(DOCUMENTED, cluster_id=None), "", ""),
        (Reason.DNS, "old", "old"),
    ],
)
def test_the_cluster_is_the_documents_else_the_remembered_one(
    outcome: ManagedClientStatus | Reason, known: str, expected: str
) -> None:
    """A client that fails stays in its cluster's series."""
    (metric,) = measured([(ANY, lambda _: present(1.0))], (snapshot(reading(outcome, memory=Memory(known))),))
    assert metric.samples[0].labels == {"tenant": "acme", "client_id": "5678", "cluster_id": expected}


def test_one_family_holds_the_rows_of_all_tenants() -> None:
    """HELP and TYPE stand once on a page."""
    (metric,) = measured(
        [(ANY, lambda _: present(1.0))], (snapshot(reading()), snapshot(reading(), reading(client_id="2"), tenant="b"))
    )
    assert [sample.labels["tenant"] for sample in metric.samples] == ["acme", "b", "b"]


def test_measures_of_documents_skip_what_was_not_read() -> None:
    """No document, no rows; no work order, no rows of it."""
    status = of_document(lambda document: [((document.status,), 1.0)])
    jobs = of_work_order(lambda order: present(order.cluster_job_count))
    assert [list(status(reading(outcome))) for outcome in (DOCUMENTED, Reason.DNS)] == [[(("NORMAL",), 1.0)], []]
    assert [list(jobs(reading(outcome))) for outcome in (AGGREGATED, DOCUMENTED, Reason.DNS)] == [[((), 1)], [], []]


def test_an_absent_value_gives_no_row() -> None:
    """Zero is a value, None is none."""
    assert [list(present(value)) for value in (0.0, None)] == [[((), 0.0)], []]
