"""exporter.collect.snapshot: what a snapshot says of itself."""

from exporter.api.documents import ManagedClientStatus
from exporter.collect.snapshot import ManagedClient, Memory, Reading, Snapshot
from exporter.errors import Reason
from tests.collect.fakes import document


def _snapshot(*outcomes: ManagedClientStatus | Reason) -> Snapshot:
    readings = (Reading(ManagedClient("1", "VA"), outcome, 0.0, Memory()) for outcome in outcomes)
    return Snapshot("acme", 1.0, 3.5, 9.5, tuple(readings))


def test_up_needs_one_client_that_was_read() -> None:
    """A tenant none of whose clients answered is not up, nor is an empty fleet."""
    assert _snapshot(Reason.DNS, document()).up
    assert not _snapshot(Reason.DNS).up
    assert not _snapshot().up


def test_a_deadline_makes_a_snapshot_incomplete() -> None:
    """Other failures are results; a deadline is the lack of one."""
    assert _snapshot(Reason.DNS, document()).complete
    assert not _snapshot(Reason.DEADLINE, document()).complete


def test_duration_is_from_start_to_the_taking() -> None:
    """Seconds of the monotonic clock."""
    assert _snapshot().duration_seconds == 2.5
