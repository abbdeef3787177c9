"""The only place for the result of a collection cycle: an immutable snapshot of one tenant.

A snapshot holds a reading for every managed client of the fleet, always: one that was read carries its document, one
that was not carries the reason. What outlives the snapshot (counters, last successes) is copied into it as it stood.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.api.documents import ManagedClientStatus
from exporter.errors import Reason

__all__ = ["ManagedClient", "Memory", "Reading", "Snapshot"]


@dataclass(frozen=True, slots=True)
class ManagedClient:
    """A managed client to ask about: the id used in the path, and the ``type`` sent with it."""

    id: str
    type: str


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered about a managed client from cycle to cycle.

    Attributes:
        cluster_id: as last read; "" until the first success.
        last_success_epoch_seconds: wall clock of the last successful read; None before it.
        failures: failed reads by reason since the process started.
        unexpected: drifted fields (see ManagedClientStatus.unexpected) since the process started.
        last_asked_cycle: number of the last cycle that called the tenant for this client; 0 for never.
    """

    cluster_id: str = ""
    last_success_epoch_seconds: float | None = None
    failures: Mapping[Reason, int] = field(default_factory=dict)
    unexpected: Mapping[str, int] = field(default_factory=dict)
    last_asked_cycle: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How a cycle ended for one managed client.

    Attributes:
        outcome: the document, or why there is none.
        read_epoch_seconds: wall clock when the outcome was known.
        memory: as it stood after this outcome.
    """

    client: ManagedClient
    outcome: ManagedClientStatus | Reason
    read_epoch_seconds: float
    memory: Memory


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known about a tenant after (or, for an impatient scraper, within) one cycle.

    Attributes:
        tenant: the label ``tenant``.
        started_seconds: monotonic clock at the cycle's start.
        finished_seconds: monotonic clock when the snapshot was taken.
        deadline_seconds: the seconds that the cycle was given when it started.
        readings: one per managed client of the fleet, in the fleet's order.
    """

    tenant: str
    started_seconds: float
    finished_seconds: float
    deadline_seconds: float
    readings: tuple[Reading, ...]

    @property
    def duration_seconds(self) -> float:
        """How long the cycle had taken."""
        return self.finished_seconds - self.started_seconds

    @property
    def up(self) -> bool:
        """Whether at least one managed client was read (which needs a token as well)."""
        return any(not isinstance(reading.outcome, Reason) for reading in self.readings)

    @property
    def complete(self) -> bool:
        """Whether no reading was cut off by a deadline; only complete snapshots are served again."""
        return all(reading.outcome is not Reason.DEADLINE for reading in self.readings)
