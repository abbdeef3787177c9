"""Readings: whose samples they are, what this cycle said, and what an earlier one did."""

from dataclasses import replace

import pytest

from exporter.api.documents import ManagedClientStatus
from exporter.api.inventory import ListedManagedClient
from exporter.collect.snapshot import Held, Memory, Reading
from exporter.errors import Reason
from exporter.metrics.readings import (
    cluster_of,
    details_of,
    labelled,
    of_details,
    of_said,
    of_work_order,
    since_seen_millis,
)
from tests.metrics.snapshots import AGGREGATED, DOCUMENTED, EPOCH_SECONDS, HELD, LISTED, reading, snapshot

REMEMBERED = Memory("old", details=HELD)
SILENT = replace(DOCUMENTED, cluster_id=None)


@pytest.mark.parametrize(
    ("outcome", "listed", "known", "expected"),
    [
        (DOCUMENTED, "listed", "old", "1234"),
        (SILENT, "listed", "old", "listed"),
        (SILENT, None, "old", "old"),
        (SILENT, None, "", ""),
        (Reason.SKIPPED, "listed", "old", "listed"),
        (Reason.DNS, "listed", "old", "listed"),
        (Reason.DNS, None, "old", "old"),
    ],
)
def test_the_cluster_is_the_said_else_the_listed_else_the_remembered_one(
    outcome: ManagedClientStatus | Reason, listed: str | None, known: str, expected: str
) -> None:
    """A client that fails stays in its cluster's series."""
    entry = replace(LISTED, cluster_id=listed)
    assert cluster_of(reading(outcome, memory=Memory(known), listed=entry)) == expected


def test_every_reading_has_its_labels() -> None:
    """Tenant, the id that was asked for, cluster; of all tenants."""
    readings = reading(), reading(client_id="2")
    assert labelled((snapshot(readings[0]), snapshot(readings[1], tenant="b"))) == [
        (("acme", "5678", "1234"), readings[0]),
        (("b", "2", "1234"), readings[1]),
    ]


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (reading(memory=REMEMBERED), Held(DOCUMENTED, EPOCH_SECONDS)),
        (reading(Reason.SKIPPED, memory=REMEMBERED, listed=LISTED), HELD),
        (reading(Reason.SKIPPED, listed=LISTED), None),
        (reading(Reason.SKIPPED, memory=REMEMBERED), None),
        (reading(Reason.DNS, memory=REMEMBERED, listed=LISTED), None),
    ],
)
def test_details_are_this_cycles_or_held_beside_an_entry(
    read: Reading, expected: Held[ManagedClientStatus] | None
) -> None:
    """Whoever failed, or was not heard of in this cycle, shows nothing old."""
    assert details_of(read) == expected


@pytest.mark.parametrize(
    "said", [replace(DOCUMENTED, since_seen_millis=5.0), replace(LISTED, since_last_seen_millis=5.0)]
)
def test_an_age_is_an_age(said: ManagedClientStatus | ListedManagedClient) -> None:
    """The document and the list name it differently."""
    assert since_seen_millis(said) == 5.0


def test_measures_skip_what_was_not_said() -> None:
    """No entry and no document, no rows; no details, no rows of them; no work order, no rows of it."""
    status = of_said(lambda said: [((said.status,), 1.0)])
    hostname = of_details(lambda document: [((document.hostname or "",), 1.0)])
    jobs = of_work_order(lambda order: [((), order.cluster_job_count or 0)])
    through_the_list = reading(Reason.SKIPPED, memory=REMEMBERED, listed=LISTED)
    failed = reading(Reason.DNS, memory=REMEMBERED, listed=LISTED)
    assert [list(status(each)) for each in (through_the_list, failed)] == [[(("WARNING",), 1.0)], []]
    assert [list(hostname(each)) for each in (through_the_list, failed)] == [[(("held-va",), 1.0)], []]
    assert [list(jobs(reading(outcome))) for outcome in (AGGREGATED, DOCUMENTED, Reason.DNS)] == [[((), 1)], [], []]
