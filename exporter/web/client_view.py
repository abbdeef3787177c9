"""The only place that decides what a person is told about one managed client. Pure: a reading in, words out."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from exporter.api.documents import Job, ManagedClientStatus
from exporter.collect.snapshot import Reading
from exporter.errors import Reason
from exporter.metrics.readings import details_of, since_seen_millis

__all__ = ["SILENT_SECONDS", "ClientView", "Tone", "client_view", "human_seconds"]

SILENT_SECONDS = 300.0
"""Age of the last report from which a client is silent: the tenant itself warns from here."""

_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))
_RUNNING = frozenset({"PENDING", "READY", "POLL", "INPROGRESS"})
_FAILED = frozenset({"GENERAL_ERROR", "INVALID_JOB_TYPE", "ABORTED", "ACKNOWLEDGED_FAILURE", "EXPIRED"})
_DOWN = frozenset({"ERROR", "FAILED"})


class Tone(IntEnum):
    """How a fact is coloured, beside its words; the greater, the sooner somebody should look."""

    GOOD = 0
    WARN = 1
    UNREAD = 2
    BAD = 3


@dataclass(frozen=True, slots=True)
class ClientView:
    """A row of the page; texts are "" where nothing is known.

    Attributes:
        status: the tenant's word, or that and why there is none.
        reason: why it was not read; None when it was.
        silent: not heard of by the tenant for SILENT_SECONDS.
        failed_jobs: whether a job has failed.
        failures: why and when reading it last failed, and failed reads by reason since the process started.
    """

    id: str
    name: str
    status: str
    tone: Tone
    reason: Reason | None
    age: str
    silent: bool
    version: str
    jobs: str
    failed_jobs: bool
    failures: str
    last_read: str

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to look at."""
        return self.tone is Tone.GOOD and not self.failed_jobs

    @property
    def urgency(self) -> tuple[object, ...]:
        """What sorts first is worst; then by id, numbers by their value."""
        pieces = re.split(r"(\d+)", self.id)
        return (-self.tone, not self.silent, not self.failed_jobs, [int(p) if p.isdecimal() else p for p in pieces])


def client_view(reading: Reading, now_epoch_seconds: float) -> ClientView:
    """One managed client as of its reading."""
    age_seconds = _age_seconds(reading)
    silent = age_seconds is not None and age_seconds > SILENT_SECONDS
    jobs = _jobs(reading)
    last_read = reading.memory.last_success_epoch_seconds
    status = reading.said.status if reading.said else None
    return ClientView(
        id=reading.client.id,
        name=_name(reading),
        status=status or f"not read: {reading.outcome}",
        tone=_tone(status, silent=silent),
        reason=reading.outcome if status is None and isinstance(reading.outcome, Reason) else None,
        age="" if age_seconds is None else human_seconds(age_seconds),
        silent=silent,
        version=_version(reading),
        jobs=", ".join(_counted(jobs)),
        failed_jobs=any(job.state in _FAILED for job in jobs),
        failures="; ".join(filter(None, (_last_failure(reading, now_epoch_seconds), ", ".join(_failures(reading))))),
        last_read="never" if last_read is None else f"{human_seconds(now_epoch_seconds - last_read)} ago",
    )


def human_seconds(seconds: float) -> str:
    """A duration as people say it: at least two of the unit, rounded down, never negative."""
    whole = max(0, int(seconds))
    for name, size in _UNITS:
        if whole >= 2 * size:
            return f"{whole // size} {name}"
    return f"{whole} s"


def _tone(status: str | None, *, silent: bool) -> Tone:
    if status is None:
        return Tone.UNREAD
    if silent or status in _DOWN:
        return Tone.BAD
    return Tone.GOOD if status == "NORMAL" else Tone.WARN


def _age_seconds(reading: Reading) -> float | None:
    """As the tenant computed it, else from the instant of the last report."""
    said = reading.said
    if said is None:
        return None
    millis = since_seen_millis(said)
    if millis is not None:
        return millis / 1000
    last_seen = said.last_seen_epoch_seconds
    return None if last_seen is None else reading.read_epoch_seconds - last_seen


def _details(reading: Reading) -> ManagedClientStatus | None:
    held = details_of(reading)
    return held.document if held else None


def _name(reading: Reading) -> str:
    details = _details(reading)
    return (reading.listed.name if reading.listed else None) or (details.hostname if details else None) or ""


def _version(reading: Reading) -> str:
    details = _details(reading)
    order = details.work_order if details else None
    stated = (reading.listed, details, order)
    return next((each.va_version for each in stated if each and each.va_version), "")


def _jobs(reading: Reading) -> tuple[Job, ...]:
    details = _details(reading)
    return (details.work_order.jobs if details and details.work_order else None) or ()


def _counted(jobs: tuple[Job, ...]) -> Iterator[str]:
    for word, states in (("running", _RUNNING), ("failed", _FAILED)):
        count = sum(job.state in states for job in jobs)
        if count:
            yield f"{count} {word}"


def _last_failure(reading: Reading, now_epoch_seconds: float) -> str:
    last = reading.memory.last_failure
    return f"{last.document} {human_seconds(now_epoch_seconds - last.read_epoch_seconds)} ago" if last else ""


def _failures(reading: Reading) -> Iterator[str]:
    """Most frequent first; a client that was skipped has not failed."""
    counts = {reason: count for reason, count in reading.memory.failures.items() if reason is not Reason.SKIPPED}
    for reason, count in Counter(counts).most_common():
        yield f"{count} {reason}"
