"""The only place for what outlives a snapshot: counters and last successes of each managed client."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from exporter.api.documents import ManagedClientStatus
from exporter.api.inventory import HealthIndicators, ListedManagedClient
from exporter.collect.snapshot import Held, ManagedClient, Memory
from exporter.errors import Reason

__all__ = ["Memories", "after"]

K = TypeVar("K")


def after(memory: Memory, outcome: ManagedClientStatus | Reason, epoch_seconds: float) -> Memory:
    """What is remembered once ``outcome`` is known, at ``epoch_seconds`` of the wall clock."""
    if isinstance(outcome, Reason):
        memory = replace(memory, failures=_counted(memory.failures, (outcome,)))
        failed: Held[Reason] = Held(outcome, epoch_seconds)
        return memory if outcome is Reason.SKIPPED else replace(memory, last_failure=failed)
    return replace(
        _said(memory, outcome, epoch_seconds),
        details=Held(outcome, epoch_seconds),
    )


def _said(memory: Memory, said: ManagedClientStatus | ListedManagedClient, epoch_seconds: float) -> Memory:
    return replace(
        memory,
        cluster_id=said.cluster_id or memory.cluster_id,
        last_success_epoch_seconds=epoch_seconds,
        unexpected=_counted(memory.unexpected, said.unexpected),
    )


def _counted(counts: Mapping[K, int], happened: Iterable[K]) -> Mapping[K, int]:
    return Counter(counts) + Counter(happened)


class Memories:
    """The memory of each managed client of one tenant, from cycle to cycle."""

    def __init__(self, fleet: Iterable[ManagedClient]) -> None:
        self._memories = {client: Memory() for client in fleet}
        self._elsewhere: Mapping[str, int] = {}

    def __getitem__(self, client: ManagedClient) -> Memory:
        return self._memories[client]

    @property
    def of_each(self) -> Mapping[ManagedClient, Memory]:
        """What is remembered now."""
        return self._memories

    def asked(self, client: ManagedClient, cycle: int) -> None:
        """The tenant was called for this client in the cycle of that number."""
        self._memories[client] = replace(self._memories[client], last_asked_cycle=cycle)

    @property
    def unexpected_elsewhere(self) -> Mapping[str, int]:
        """Drifted fields that no client's memory counts: of clusters, and of clients that have left."""
        return self._elsewhere

    def drifted(self, unexpected: Iterable[str]) -> None:
        """Documents that belong to no client had these unexpected fields."""
        self._elsewhere = _counted(self._elsewhere, unexpected)

    def keep(self, clients: Sequence[ManagedClient]) -> None:
        """Forget all other clients, and begin to remember those that are new; drift stays counted."""
        for client in self._memories.keys() - clients:
            self._elsewhere = Counter(self._elsewhere) + Counter(self._memories[client].unexpected)
        self._memories = {client: self._memories.get(client, Memory()) for client in clients}

    def listed(self, client: ManagedClient, entry: ListedManagedClient, epoch_seconds: float) -> Memory:
        """The list spoke for a client that was not asked about itself; returns what is remembered from then on."""
        self._memories[client] = _said(self._memories[client], entry, epoch_seconds)
        return self._memories[client]

    def health(self, client: ManagedClient, health: HealthIndicators | None, cycle: int, epoch_seconds: float) -> None:
        """The tenant was called for the client's health in the cycle of that number; None when that failed."""
        memory = replace(self._memories[client], last_health_cycle=cycle)
        if health is not None:
            unexpected = _counted(memory.unexpected, health.unexpected)
            memory = replace(memory, health=Held(health, epoch_seconds), unexpected=unexpected)
        self._memories[client] = memory

    def ended(self, client: ManagedClient, outcome: ManagedClientStatus | Reason, epoch_seconds: float) -> Memory:
        """The client's part of a cycle ended; returns what is remembered from then on."""
        self._memories[client] = after(self._memories[client], outcome, epoch_seconds)
        return self._memories[client]
