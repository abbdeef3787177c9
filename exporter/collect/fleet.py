"""The only place that says which managed clients a tenant has here, and what every cycle over them works with."""

import logging
from collections.abc import Sequence
from typing import Protocol

from exporter.api.documents import ManagedClientStatus
from exporter.api.inventory import HealthIndicators, ListedManagedClient, ManagedCluster
from exporter.clock import Clock, Deadline
from exporter.collect.changes import Changes
from exporter.collect.collectors import Collectors
from exporter.collect.discovery import Filters
from exporter.collect.memory import Memories
from exporter.collect.pace import Pace, list_calls, smallest_safe_interval_seconds
from exporter.collect.snapshot import Collector, ManagedClient

__all__ = ["Fleet", "TenantSource"]

STATUS_ONLY = frozenset({Collector.STATUS})
OF_EACH_CLIENT = frozenset({Collector.STATUS, Collector.HEALTH})

_log = logging.getLogger(__name__)


class TenantSource(Protocol):
    """What a cycle needs of a tenant's API; every method but ``capacity`` raises ApiError."""

    @property
    def lists_managed_clients(self) -> bool:
        """Whether the API generation has a list of managed clients."""
        ...

    async def get_managed_client_status(
        self, client_id: str, client_type: str, *, deadline: Deadline
    ) -> ManagedClientStatus:
        """Operation getManagedClientStatus."""
        ...

    async def get_managed_client_health_indicators(self, client_id: str, *, deadline: Deadline) -> HealthIndicators:
        """Operation getManagedClientHealthIndicators."""
        ...

    async def list_managed_clients(self, *, deadline: Deadline) -> tuple[ListedManagedClient, ...]:
        """Operation getManagedClients, every page of it."""
        ...

    async def list_managed_clusters(self, *, deadline: Deadline) -> tuple[ManagedCluster, ...]:
        """Operation getManagedClusters, every page of it."""
        ...

    def capacity(self, deadline: Deadline) -> int:
        """Calls that the rate budget can admit before the deadline, at most."""
        ...


class Fleet:
    """A tenant's managed clients, and the means to ask about them.

    Attributes:
        tenant: the label ``tenant``.
        clients: the clients known now; with discovery, those of the last list that could be had.
        filters: which of the clients found are watched; None without discovery.
        on: the collectors that are on; DISCOVERY is on when there are filters.
        concurrency: calls in flight at once.
        pace: how often they are asked.
    """

    def __init__(  # noqa: PLR0913 - wired once, in bootstrap
        self,
        tenant: str,
        clients: Sequence[ManagedClient],
        *,
        api: TenantSource,
        clock: Clock,
        concurrency: int = 10,
        filters: Filters | None = None,
        on: frozenset[Collector] = STATUS_ONLY,
        rate_budget: int = 50,
    ) -> None:
        """Nothing is remembered yet."""
        self.tenant, self.api, self.clock, self.concurrency = tenant, api, clock, concurrency
        self.filters = filters
        self.on = on if filters is None else on | {Collector.DISCOVERY}
        self.clients = tuple(clients)
        self.memories, self.changes = Memories(clients), Changes(tenant)
        self.collectors = Collectors(tenant, clock)
        self.pace = Pace()
        self._rate_budget = rate_budget
        self._told_clients: int | None = None

    def meet(self, clients: tuple[ManagedClient, ...]) -> None:
        """From now on these are the fleet; who has left is forgotten, with all its counters."""
        self.clients = clients
        self.memories.keep(clients)
        self.changes.keep(clients)

    @property
    def calls_wanted(self) -> int:
        """Calls of a cycle in which everybody is asked for everything."""
        of_each = len(self.on & OF_EACH_CLIENT) * len(self.clients)
        lists = list_calls(len(self.clients)) * (Collector.DISCOVERY in self.on)
        return of_each + lists + (Collector.CLUSTERS in self.on)

    def tell_cost(self) -> None:
        """Log what a cycle costs, at first and whenever the number of clients has changed."""
        if self._told_clients == len(self.clients):
            return
        self._told_clients = len(self.clients)
        seconds = smallest_safe_interval_seconds(self.calls_wanted, self._rate_budget)
        cost = {"clients": len(self.clients), "calls_per_cycle": self.calls_wanted}
        _log.info(
            "watching", extra={"fields": {"tenant": self.tenant, **cost, "smallest_safe_interval_seconds": seconds}}
        )
