"""The only place that asks for lists, of managed clients and clusters, and says what follows for the fleet."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from exporter.api.inventory import ListedManagedClient, ManagedCluster
from exporter.clock import Deadline
from exporter.collect.discovery import discovered, discovered_through_clusters
from exporter.collect.fleet import Fleet
from exporter.collect.plan import wants_list
from exporter.collect.snapshot import Collector, ManagedClient, Run

__all__ = ["Listed", "found", "list_clients", "list_clusters", "through_clusters"]

T = TypeVar("T")


@dataclass(frozen=True)  # no slots: with them a subscripted generic cannot be made on Python 3.11
class Listed(Generic[T]):
    """What came of asking for a list.

    Attributes:
        entries: None when it was not asked for, or not answered.
        run: how asking went; None when it was not asked for.
    """

    entries: tuple[T, ...] | None = None
    run: Run | None = None


async def list_clients(fleet: Fleet, deadline: Deadline) -> Listed[ListedManagedClient]:
    """The list of managed clients, when it is wanted and there is one."""
    wanted = wants_list(fleet.clients, fleet.api.capacity(deadline), discovering=fleet.filters is not None)
    if not wanted or not fleet.api.lists_managed_clients:
        return Listed()
    return Listed(
        *await fleet.collectors.tried(Collector.DISCOVERY, lambda: fleet.api.list_managed_clients(deadline=deadline))
    )


async def list_clusters(fleet: Fleet, deadline: Deadline) -> Listed[ManagedCluster]:
    """The list of managed clusters, when it is to be shown, or the fleet is to be found through it."""
    if Collector.CLUSTERS not in fleet.on and not through_clusters(fleet):
        return Listed()
    return Listed(
        *await fleet.collectors.tried(Collector.CLUSTERS, lambda: fleet.api.list_managed_clusters(deadline=deadline))
    )


def through_clusters(fleet: Fleet) -> bool:
    """Whether the fleet is found through its clusters: beta has no list of clients, but its clusters name theirs."""
    return fleet.filters is not None and not fleet.api.lists_managed_clients


def found(
    fleet: Fleet, clients: Listed[ListedManagedClient], clusters: Listed[ManagedCluster]
) -> tuple[ManagedClient, ...] | None:
    """The clients to watch from now on; None when that is not to be found out, or could not be."""
    if fleet.filters is None:
        return None
    if clients.entries is not None:
        return discovered(clients.entries, fleet.filters)
    if clusters.entries is not None and through_clusters(fleet):
        return discovered_through_clusters(clusters.entries, fleet.filters)
    return None
