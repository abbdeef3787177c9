"""The only place that decides which of a tenant's managed clients are watched. Pure: lists in, a fleet out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from exporter.api.documents import MANAGED_CLIENT_TYPES
from exporter.api.inventory import ListedManagedClient, ManagedCluster
from exporter.collect.snapshot import ManagedClient

__all__ = ["Filters", "discovered", "discovered_through_clusters"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which of the clients found are watched; an empty tuple limits nothing.

    Attributes:
        names: patterns as in a shell (``prod-*``), of which one must match; a client without a name has "".
        exclude_names: patterns of which none may match.
        exclude_provision_status: such as ``DRAFT``: set up in the tenant, but never deployed.
    """

    cluster_ids: tuple[str, ...] = ()
    exclude_cluster_ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    exclude_types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    exclude_names: tuple[str, ...] = ()
    exclude_provision_status: tuple[str, ...] = ("DRAFT",)

    def admit(self, client: ListedManagedClient) -> bool:
        """Whether the client is watched."""
        return (
            _chosen(client.cluster_id, self.cluster_ids, self.exclude_cluster_ids)
            and _chosen(client.type, self.types, self.exclude_types)
            and (not self.names or _matches(client.name, self.names))
            and not _matches(client.name, self.exclude_names)
            and client.provision_status not in self.exclude_provision_status
        )


def discovered(listed: Iterable[ListedManagedClient], filters: Filters) -> tuple[ManagedClient, ...]:
    """The fleet that a list of managed clients makes, in the list's order."""
    return tuple(ManagedClient(client.id, _type(client.type)) for client in listed if filters.admit(client))


def discovered_through_clusters(clusters: Iterable[ManagedCluster], filters: Filters) -> tuple[ManagedClient, ...]:
    """The fleet that a list of clusters makes where there is no list of clients (beta): ids without names.

    Filters on names and provision states have nothing to look at here, and let everything pass.
    """
    return tuple(dict.fromkeys(_members(clusters, filters)))


def _members(clusters: Iterable[ManagedCluster], filters: Filters) -> Iterator[ManagedClient]:
    for cluster in clusters:
        client_type = _type(cluster.client_type)
        if _chosen(cluster.id, filters.cluster_ids, filters.exclude_cluster_ids) and _chosen(
            client_type, filters.types, filters.exclude_types
        ):
            yield from (ManagedClient(client_id, client_type) for client_id in cluster.client_ids)


def _chosen(value: str | None, included: tuple[str, ...], excluded: tuple[str, ...]) -> bool:
    return (not included or value in included) and value not in excluded


def _matches(name: str | None, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name or "", pattern) for pattern in patterns)


def _type(said: str | None) -> str:
    """The type to send with a question; a list's is free text, and the vendor's own tool sends VA for everything."""
    return said if said in MANAGED_CLIENT_TYPES else "VA"
