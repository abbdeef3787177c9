"""The only place that says which managed clients a tenant has here, and what every cycle over them works with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from exporter.api.documents import ManagedClientStatus
from exporter.clock import Clock, Deadline
from exporter.collect.changes import Changes
from exporter.collect.memory import Memories
from exporter.collect.snapshot import ManagedClient

__all__ = ["Fleet", "StatusApi"]


class StatusApi(Protocol):
    """What a cycle needs of a tenant's API."""

    async def get_managed_client_status(
        self, client_id: str, client_type: str, *, deadline: Deadline
    ) -> ManagedClientStatus:
        """Operation getManagedClientStatus; raises ApiError."""
        ...

    def capacity(self, deadline: Deadline) -> int:
        """Calls that the rate budget can admit before the deadline, at most."""
        ...


@dataclass(frozen=True, slots=True)
class Fleet:
    """A tenant's managed clients, and the means to ask about them.

    Attributes:
        tenant: the label ``tenant``.
        concurrency: calls in flight at once.
    """

    tenant: str
    clients: tuple[ManagedClient, ...]
    api: StatusApi
    clock: Clock
    concurrency: int
    memories: Memories
    changes: Changes

    @classmethod
    def of(
        cls, tenant: str, clients: Sequence[ManagedClient], *, api: StatusApi, clock: Clock, concurrency: int = 10
    ) -> "Fleet":
        """A fleet of which nothing is remembered yet."""
        return cls(tenant, tuple(clients), api, clock, concurrency, Memories(clients), Changes(tenant))
