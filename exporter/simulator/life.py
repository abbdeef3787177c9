"""The only place for how a managed client lives: its phases, its heartbeats, and how it stands at a given moment.

Nothing runs in the background: everything is computed from the clock when somebody asks, in constant time.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate
from typing import NamedTuple

from exporter.simulator.handwriting import draw

__all__ = ["Life", "Phase", "Stage", "Vitals", "last_heartbeat", "vitals"]


class Phase(Enum):
    """What a managed client is going through; its status follows from it."""

    DRAFT = "ordered, not yet provisioned: no status at all"
    NOT_CONFIGURED = "created, never paired, never seen"
    CONFIGURING = "being set up or rebuilt, already reporting"
    NORMAL = "reporting every 10 to 30 seconds"
    UPGRADING = "NORMAL, with an upgrade of its own under way"
    LATE = "reporting only every 80 to 240 seconds"
    WARNING = "reporting a degraded health indicator"
    ERROR = "reporting a fault, with a stack trace"
    FAILED = "not reporting, and already written off"
    SILENT = "not reporting: NORMAL at first, WARNING after 5 minutes, FAILED after 15"
    FROZEN = "an old NORMAL report is answered for ever, with the age it had"
    UNDEFINED = "reporting, but the tenant has no opinion"
    UNKNOWN = "reporting, with a status word that was never published"
    NULL = "reporting, with a null for its status"


_NEVER_SEEN = frozenset({Phase.DRAFT, Phase.NOT_CONFIGURED})

_UNSEEN = frozenset({Phase.FAILED, Phase.SILENT, Phase.FROZEN})

_HEARTBEAT_MEAN_SECONDS = 20.0

_LATE_HEARTBEAT_MEAN_SECONDS = 160.0

_WARNING_AGE_SECONDS = 300.0

_FAILED_AGE_SECONDS = 900.0
"""The vendor's e-mail about an appliance's health is sent after 15 minutes without communication."""

_STATUSES: Mapping[Phase, str | None] = {
    Phase.DRAFT: None,
    Phase.NOT_CONFIGURED: "NOT_CONFIGURED",
    Phase.CONFIGURING: "CONFIGURING",
    Phase.WARNING: "WARNING",
    Phase.ERROR: "ERROR",
    Phase.FAILED: "FAILED",
    Phase.FROZEN: "NORMAL",
    Phase.UNDEFINED: "UNDEFINED",
    Phase.UNKNOWN: "DEGRADED",
    Phase.NULL: None,
}
"""Phases that name a status; in all others the tenant judges by the age of the last heartbeat."""


class Stage(NamedTuple):
    """A phase and how long it lasts."""

    phase: Phase
    seconds: float = math.inf


@dataclass(frozen=True, slots=True)
class Life:
    """Stages lived through in order, over and over.

    Attributes:
        begun_epoch_seconds: when the first stage began.
        seen_epoch_seconds: the last heartbeat before that, None if there was none.
    """

    stages: tuple[Stage, ...]
    begun_epoch_seconds: float
    seen_epoch_seconds: float | None


@dataclass(frozen=True, slots=True)
class Vitals:
    """How a managed client stands at a moment.

    Attributes:
        status: the tenant's word, None for null.
        observed_epoch_seconds: the moment for which the age was computed.
    """

    phase: Phase
    phase_since_epoch_seconds: float
    status: str | None
    last_seen_epoch_seconds: float | None
    observed_epoch_seconds: float

    @property
    def since_seen_millis(self) -> int | None:
        """The age of the last heartbeat, never negative; None without one."""
        if self.last_seen_epoch_seconds is None:
            return None
        return max(0, round((self.observed_epoch_seconds - self.last_seen_epoch_seconds) * 1000))

    @property
    def reported_epoch_seconds(self) -> float:
        """When the stored report was written: in SailPoint's health sample, 2.3 ms after ``lastSeen``."""
        if self.last_seen_epoch_seconds is None:
            return self.phase_since_epoch_seconds
        return self.last_seen_epoch_seconds + 0.0023


def vitals(life: Life, pulse: int, now_epoch_seconds: float, deaf_since_epoch_seconds: float | None = None) -> Vitals:
    """How the client with that pulse stands now; ``deaf_since`` is when a reboot cut its heartbeats off."""
    heard_epoch_seconds = now_epoch_seconds if deaf_since_epoch_seconds is None else deaf_since_epoch_seconds
    phase, since, seen = _stand(life, pulse, heard_epoch_seconds)
    observed = since if phase is Phase.FROZEN else now_epoch_seconds
    return Vitals(phase, since, _status(phase, seen, observed), seen, observed)


def last_heartbeat(pulse: int, at_epoch_seconds: float, mean_seconds: float = _HEARTBEAT_MEAN_SECONDS) -> float:
    """The latest heartbeat, in epoch seconds, up to that moment.

    One falls somewhere into the first half of every ``mean_seconds``, so that they are half to one and a half means
    apart; the pulse shifts these slots and places the heartbeats in them.
    """
    number = math.floor(at_epoch_seconds / mean_seconds - _shift(pulse))
    heartbeat = _heartbeat(pulse, number, mean_seconds)
    return heartbeat if heartbeat <= at_epoch_seconds else _heartbeat(pulse, number - 1, mean_seconds)


def _heartbeat(pulse: int, number: int, mean_seconds: float) -> float:
    return (number + _shift(pulse) + draw(pulse, number) % 1000 / 2000) * mean_seconds


def _shift(pulse: int) -> float:
    return pulse % 1000 / 1000


def _stand(life: Life, pulse: int, at_epoch_seconds: float) -> tuple[Phase, float, float | None]:
    """The phase, when it began, and the last heartbeat."""
    lived_seconds = max(0.0, at_epoch_seconds - life.begun_epoch_seconds)
    ends_seconds = tuple(accumulate(stage.seconds for stage in life.stages))
    into_cycle_seconds = lived_seconds % ends_seconds[-1]
    until = since = life.begun_epoch_seconds + lived_seconds - into_cycle_seconds
    first_cycle = into_cycle_seconds == lived_seconds
    seen = life.seen_epoch_seconds if first_cycle else last_heartbeat(pulse, since)
    stages = life.stages[: bisect_right(ends_seconds, into_cycle_seconds) + 1]
    for stage in stages:
        since, until = until, until + stage.seconds
        seen = _seen(stage.phase, pulse, since, min(at_epoch_seconds, until), seen)
    return stages[-1].phase, since, seen


def _seen(phase: Phase, pulse: int, since: float, until: float, seen: float | None) -> float | None:
    """The last heartbeat by the end of a stage, given the last one before it."""
    if phase in _NEVER_SEEN:
        return None
    if phase in _UNSEEN:
        return seen
    mean_seconds = _LATE_HEARTBEAT_MEAN_SECONDS if phase is Phase.LATE else _HEARTBEAT_MEAN_SECONDS
    heartbeat = last_heartbeat(pulse, until, mean_seconds)
    return heartbeat if heartbeat >= since else seen


def _status(phase: Phase, seen: float | None, now: float) -> str | None:
    if phase in _STATUSES:
        return _STATUSES[phase]
    if seen is None:
        return "UNDEFINED"
    age_seconds = now - seen
    if age_seconds < _WARNING_AGE_SECONDS:
        return "NORMAL"
    return "WARNING" if age_seconds < _FAILED_AGE_SECONDS else "FAILED"
