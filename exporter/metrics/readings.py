"""The only place for how readings become the samples of a managed client: labels, and a measure for each family.

A measure takes one thing and yields the rows that it gives: none when the tenant did not say (absent is absent).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client.core import Metric

from exporter.api.documents import ManagedClientStatus, WorkOrder
from exporter.collect.snapshot import Reading, Snapshot
from exporter.errors import Reason
from exporter.metrics.family import Family, Row

__all__ = ["CLIENT", "Measure", "measured", "of_document", "of_work_order", "present"]

CLIENT = ("tenant", "client_id", "cluster_id")
"""Labels of every managed client's family; ``client_id`` is the id that was asked for, never one in a document."""

Measure = Callable[[Reading], Iterable[Row]]


def measured(measures: Iterable[tuple[Family, Measure]], snapshots: Sequence[Snapshot]) -> list[Metric]:
    """Each family with the rows of every reading, built anew."""
    clients = [(_labels(snapshot, reading), reading) for snapshot in snapshots for reading in snapshot.readings]
    return [
        family.metric(((*client, *own), value) for client, reading in clients for own, value in measure(reading))
        for family, measure in measures
    ]


def of_document(measure: Callable[[ManagedClientStatus], Iterable[Row]]) -> Measure:
    """A measure of the document: a client that could not be read has no rows."""
    return lambda reading: () if isinstance(reading.outcome, Reason) else measure(reading.outcome)


def of_work_order(measure: Callable[[WorkOrder], Iterable[Row]]) -> Measure:
    """A measure of the work order, which most documents do not have."""
    return of_document(lambda document: () if document.work_order is None else measure(document.work_order))


def present(value: float | None) -> Iterator[Row]:
    """One row without labels of its own, or none."""
    if value is not None:
        yield (), value


def _labels(snapshot: Snapshot, reading: Reading) -> tuple[str, str, str]:
    known = reading.memory.cluster_id
    said = None if isinstance(reading.outcome, Reason) else reading.outcome.cluster_id
    return snapshot.tenant, reading.client.id, said or known
