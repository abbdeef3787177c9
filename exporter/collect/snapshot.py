"""The only place for the result of a collection cycle: an immutable snapshot of one tenant.

A snapshot holds a reading for every managed client of the fleet, always: one that was read carries its document, one
that was not carries the reason. What outlives the snapshot (counters, last successes) is copied into it as it stood.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import Generic, TypeVar

from exporter.api.documents import ManagedClientStatus
from exporter.api.inventory import HealthIndicators, ListedManagedClient, ManagedCluster
from exporter.errors import Reason

__all__ = ["Collector", "Held", "ManagedClient", "Memory", "Reading", "Run", "Snapshot"]

T = TypeVar("T")


class Collector(StrEnum):
    """What a cycle collects; each can fail without the others."""

    DISCOVERY = "discovery"
    STATUS = "status"
    CLUSTERS = "clusters"
    HEALTH = "health"


@dataclass(frozen=True, slots=True)
class Run:
    """How a collector fared in a cycle.

    Attributes:
        reason: None when it got what it asked for; for collectors that ask about each client: when it got any.
    """

    collector: Collector
    duration_seconds: float
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Held(Generic[T]):
    """A document that is kept beyond its cycle, with the wall clock at its reading."""

    document: T
    read_epoch_seconds: float


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
        last_failure: why the client could last not be read, though it was asked for, and when.
        unexpected: drifted fields (see ManagedClientStatus.unexpected) since the process started.
        last_asked_cycle: number of the last cycle that called the tenant for this client; 0 for never.
        details: the last status document, for the facts that a list does not have.
        health: the last health document.
        last_health_cycle: number of the last cycle that asked for the client's health; 0 for never.
    """

    cluster_id: str = ""
    last_success_epoch_seconds: float | None = None
    failures: Mapping[Reason, int] = field(default_factory=dict)
    unexpected: Mapping[str, int] = field(default_factory=dict)
    last_asked_cycle: int = 0
    details: Held[ManagedClientStatus] | None = None
    health: Held[HealthIndicators] | None = None
    last_health_cycle: int = 0
    last_failure: Held[Reason] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How a cycle ended for one managed client.

    Attributes:
        outcome: the status document of this cycle, or why there is none.
        read_epoch_seconds: wall clock when the outcome was known.
        memory: as it stood after this outcome.
        listed: the client's entry in this cycle's list of managed clients, if there was one.
    """

    client: ManagedClient
    outcome: ManagedClientStatus | Reason
    read_epoch_seconds: float
    memory: Memory
    listed: ListedManagedClient | None = None

    @property
    def said(self) -> ManagedClientStatus | ListedManagedClient | None:
        """What this cycle learnt of the client's status and age: its own document, else its entry in the list.

        None when the client could not be read; an entry stands in only for a document that was not asked for.
        """
        if not isinstance(self.outcome, Reason):
            return self.outcome
        return self.listed if self.outcome is Reason.SKIPPED else None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known about a tenant after (or, for an impatient scraper, within) one cycle.

    Attributes:
        tenant: the label ``tenant``.
        started_seconds: monotonic clock at the cycle's start.
        finished_seconds: monotonic clock when the snapshot was taken.
        deadline_seconds: the seconds that the cycle was given when it started.
        readings: one per managed client of the fleet, in the fleet's order.
        clusters: the managed clusters; empty when the collector is off or could not list them.
        runs: how each collector that is on fared.
        unexpected: drifted fields since the process started, of all documents that no reading's memory counts:
            clusters, health, and managed clients that have left the tenant. It never falls.
        projected_calls_per_window: calls in 10 s that scraping as often as observed costs; None until that is known.
    """

    tenant: str
    started_seconds: float
    finished_seconds: float
    deadline_seconds: float
    readings: tuple[Reading, ...]
    clusters: tuple[ManagedCluster, ...] = ()
    runs: tuple[Run, ...] = ()
    unexpected: Mapping[str, int] = field(default_factory=dict)
    projected_calls_per_window: float | None = None

    @property
    def duration_seconds(self) -> float:
        """How long the cycle had taken."""
        return self.finished_seconds - self.started_seconds

    @property
    def up(self) -> bool:
        """Whether at least one managed client was read, which needs a token as well; or none is known to be there."""
        return any(reading.said is not None for reading in self.readings) or self._known_to_be_empty

    @property
    def _known_to_be_empty(self) -> bool:
        found = any(run.collector is Collector.DISCOVERY and run.reason is None for run in self.runs)
        return found and not self.readings

    @property
    def complete(self) -> bool:
        """Whether nothing was cut off by a deadline; only complete snapshots are served again."""
        outcomes = chain((reading.outcome for reading in self.readings), (run.reason for run in self.runs))
        return Reason.DEADLINE not in outcomes
