"""The only place for what outlives a snapshot: counters and last successes of each managed client."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from exporter.api.documents import ManagedClientStatus
from exporter.collect.snapshot import ManagedClient, Memory
from exporter.errors import Reason

__all__ = ["Memories", "after"]

K = TypeVar("K")


def after(memory: Memory, outcome: ManagedClientStatus | Reason, epoch_seconds: float) -> Memory:
    """What is remembered once ``outcome`` is known, at ``epoch_seconds`` of the wall clock."""
    if isinstance(outcome, Reason):
        return replace(memory, failures=_counted(memory.failures, (outcome,)))
    return replace(
        memory,
        cluster_id=outcome.cluster_id or memory.cluster_id,
        last_success_epoch_seconds=epoch_seconds,
        unexpected=_counted(memory.unexpected, outcome.unexpected),
    )


def _counted(counts: Mapping[K, int], happened: Iterable[K]) -> Mapping[K, int]:
    return Counter(counts) + Counter(happened)


class Memories:
    """The memory of each managed client of one tenant, from cycle to cycle."""

    def __init__(self, fleet: Iterable[ManagedClient]) -> None:
        self._memories = {client: Memory() for client in fleet}

    def __getitem__(self, client: ManagedClient) -> Memory:
        return self._memories[client]

    @property
    def of_each(self) -> Mapping[ManagedClient, Memory]:
        """What is remembered now."""
        return self._memories

    def asked(self, client: ManagedClient, cycle: int) -> None:
        """The tenant was called for this client in the cycle of that number."""
        self._memories[client] = replace(self._memories[client], last_asked_cycle=cycle)

    def ended(self, client: ManagedClient, outcome: ManagedClientStatus | Reason, epoch_seconds: float) -> Memory:
        """The client's part of a cycle ended; returns what is remembered from then on."""
        self._memories[client] = after(self._memories[client], outcome, epoch_seconds)
        return self._memories[client]
