"""The only place that shows readings to people: one row for each managed client."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from exporter.api.documents import ManagedClientStatus
from exporter.collect.snapshot import Reading
from exporter.errors import Reason

__all__ = ["table"]

_HEADER = ("CLIENT", "CLUSTER", "STATUS", "AGE", "JOBS")


def table(readings: Iterable[Reading]) -> str:
    """The readings as lines of aligned columns; a client that could not be read shows the reason instead."""
    rows = [_HEADER, *(_row(reading) for reading in readings)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(reading: Reading) -> tuple[str, ...]:
    outcome = reading.outcome
    if isinstance(outcome, Reason):
        return (reading.client.id, "-", f"not read: {outcome}", "-", "-")
    age_millis = outcome.since_seen_millis
    age = "-" if age_millis is None else f"{age_millis / 1000:.0f} s"
    return (reading.client.id, outcome.cluster_id or "-", outcome.status, age, ", ".join(_jobs(outcome)) or "-")


def _jobs(status: ManagedClientStatus) -> Iterator[str]:
    jobs = (status.work_order.jobs if status.work_order else None) or ()
    for state, count in Counter(job.state for job in jobs).items():
        yield f"{count} {state}"
