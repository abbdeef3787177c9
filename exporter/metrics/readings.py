"""The only place for what readings give to measures: labels, what this cycle said, and details that may be older."""

from collections.abc import Callable, Iterable, Sequence

from exporter.api.documents import ManagedClientStatus, WorkOrder
from exporter.api.inventory import ListedManagedClient
from exporter.collect.snapshot import Held, Reading, Snapshot
from exporter.errors import Reason
from exporter.metrics.family import Row
from exporter.metrics.measures import Labelled, Measure

__all__ = [
    "CLIENT",
    "Said",
    "cluster_of",
    "details_of",
    "labelled",
    "of_details",
    "of_said",
    "of_work_order",
    "since_seen_millis",
]

CLIENT = ("tenant", "client_id", "cluster_id")
"""Labels of every managed client's family; ``client_id`` is the id that was asked for, never one in a document."""

Said = ManagedClientStatus | ListedManagedClient
"""What tells a status and an age: a document, or an entry of the list."""


def labelled(snapshots: Sequence[Snapshot]) -> list[Labelled[Reading]]:
    """Every reading, after the values of its labels."""
    return [
        ((snapshot.tenant, reading.client.id, cluster_of(reading)), reading)
        for snapshot in snapshots
        for reading in snapshot.readings
    ]


def cluster_of(reading: Reading) -> str:
    """The id of the managed client's cluster: as said in this cycle, else as listed, else as last known, else ""."""
    for source in (reading.said, reading.listed):
        if source is not None and source.cluster_id:
            return source.cluster_id
    return reading.memory.cluster_id


def details_of(reading: Reading) -> Held[ManagedClientStatus] | None:
    """The facts that a list does not have: this cycle's document, or beside an entry the last one there was."""
    if not isinstance(reading.outcome, Reason):
        return Held(reading.outcome, reading.read_epoch_seconds)
    return None if reading.said is None else reading.memory.details


def since_seen_millis(said: Said) -> float | None:
    """The age of the client's last report, by whatever name it came."""
    return said.since_seen_millis if isinstance(said, ManagedClientStatus) else said.since_last_seen_millis


def of_said(measure: Callable[[Said], Iterable[Row]]) -> Measure[Reading]:
    """A measure of what this cycle said: a client that could not be read has no rows."""
    return lambda reading: () if reading.said is None else measure(reading.said)


def of_details(measure: Callable[[ManagedClientStatus], Iterable[Row]]) -> Measure[Reading]:
    """A measure of the details, for which there is no other source than the client's own document."""

    def of_reading(reading: Reading) -> Iterable[Row]:
        details = details_of(reading)
        return () if details is None else measure(details.document)

    return of_reading


def of_work_order(measure: Callable[[WorkOrder], Iterable[Row]]) -> Measure[Reading]:
    """A measure of the work order, which most documents do not have."""
    return of_details(lambda document: () if document.work_order is None else measure(document.work_order))
