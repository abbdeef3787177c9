"""The only place for who is there: a tenant's managed clients and clusters, by id and by name.

A name counts from 1: cluster ``2`` is the second, client ``2.1`` the first of it. Names outlive their bearers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from exporter.simulator.fleet import Client, Cluster, make_client, make_cluster

__all__ = ["Roster"]


class Roster:
    """Everybody who is there, the same for the same seed and calls; in an order that never changes.

    Attributes:
        quiet: whether nothing befalls anybody of its own.
        clusters: every cluster, by id.
        clients: every client that was not removed, by id.
    """

    def __init__(self, seed: int, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.clusters: dict[str, Cluster] = {}
        self.clients: dict[str, Client] = {}
        self._cluster_numbers = _numbers(f"clusters {seed}")
        self._client_numbers = _numbers(f"clients {seed}")
        self._named_clusters: dict[str, Cluster] = {}
        self._named_clients: dict[str, Client] = {}
        self._ever: dict[str, int] = {}
        self._members: dict[str, dict[str, None]] = {}

    @classmethod
    def dealt(cls, clients: int, clusters: int, seed: int) -> "Roster":
        """So many clients, dealt out to the clusters in turn; clusters without a client report NO_CLIENTS.

        Raises:
            ValueError: without a cluster.
        """
        if clusters < 1:
            message = "a simulated tenant needs at least one cluster"
            raise ValueError(message)
        roster = cls(seed)
        hands = [roster.add_cluster().id for _ in range(clusters)]
        for index in range(clients):
            roster.add_client(hands[index % clusters])
        return roster

    @classmethod
    def of_sizes(cls, sizes: Sequence[int], seed: int, *, quiet: bool) -> "Roster":
        """A cluster of each size."""
        roster = cls(seed, quiet=quiet)
        for size in sizes:
            cluster = roster.add_cluster()
            for _ in range(size):
                roster.add_client(cluster.id)
        return roster

    def members(self, cluster_id: str) -> list[Client]:
        """The cluster's clients.

        Raises:
            KeyError: unknown id or name; likewise in everything below.
        """
        return [self.clients[client_id] for client_id in self._members[cluster_id]]

    def cluster(self, name: str) -> Cluster:
        """The cluster of that name, as it was when it appeared."""
        return self._named_clusters[name]

    def client(self, name: str) -> Client:
        """The client of that name, as it was when it appeared, even when it was removed since."""
        return self._named_clients[name]

    def add_cluster(self) -> Cluster:
        """One more cluster, without clients."""
        index = len(self.clusters)
        cluster = make_cluster(index, next(self._cluster_numbers), quiet=self.quiet)
        self.clusters[cluster.id] = self._named_clusters[str(index + 1)] = cluster
        self._members[cluster.id], self._ever[cluster.id] = {}, 0
        return cluster

    def add_client(self, cluster_id: str) -> Client:
        """One more client of the cluster."""
        cluster, position = self.clusters[cluster_id], self._ever[cluster_id]
        number = next(self._client_numbers)
        client = make_client(len(self._named_clients), number, cluster, position, quiet=self.quiet)
        self.clients[client.id] = self._named_clients[f"{cluster.index + 1}.{position + 1}"] = client
        self._members[cluster_id][client.id] = None
        self._ever[cluster_id] += 1
        return client

    def amend_cluster(self, cluster_id: str, **facts: Any) -> None:  # noqa: ANN401 - as various as a cluster's facts
        """From now on other facts hold of the cluster."""
        self.clusters[cluster_id] = replace(self.clusters[cluster_id], **facts)

    def amend_client(self, client_id: str, **facts: Any) -> None:  # noqa: ANN401 - as various as a client's facts
        """From now on other facts hold of the client."""
        self.clients[client_id] = replace(self.clients[client_id], **facts)

    def remove_client(self, client_id: str) -> None:
        """The client is there no longer."""
        client = self.clients.pop(client_id)
        del self._members[client.cluster_id][client_id]


def _numbers(salt: str) -> Iterator[int]:
    numbers = Random(salt)  # noqa: S311 - repeatable on purpose, guards nothing
    while True:
        yield numbers.getrandbits(128)
