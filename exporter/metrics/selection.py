"""The only place that chooses a part of the fleet for a page: by exact ids, so that every target is asked for once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from exporter.api.inventory import ManagedCluster
from exporter.collect.snapshot import Reading, Snapshot
from exporter.metrics.readings import cluster_of

__all__ = ["Selection"]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a page is limited to; None does not limit, and the others apply together.

    It is false when nothing limits it.

    Attributes:
        cluster_id: as in the label: of a managed client that said none in this cycle, the one last known.
        client_id: of a managed client; its page has no clusters, which the pages of its neighbours would repeat.
    """

    tenant: str | None = None
    cluster_id: str | None = None
    client_id: str | None = None

    def __bool__(self) -> bool:
        return (self.tenant, self.cluster_id, self.client_id) != (None, None, None)

    def known(self, snapshots: Iterable[Snapshot]) -> bool:
        """Whether there is what the selection names: each value exactly, and all of them together."""
        return bool(self.apply(snapshots))

    def apply(self, snapshots: Iterable[Snapshot]) -> tuple[Snapshot, ...]:
        """The tenants that have what is selected, with the readings and clusters that are."""
        narrowed = (self._narrowed(snapshot) for snapshot in snapshots if self.tenant in {None, snapshot.tenant})
        return tuple(snapshot for snapshot in narrowed if self._is_whole or snapshot.readings or snapshot.clusters)

    @property
    def _is_whole(self) -> bool:
        """Whether tenants are selected as they are."""
        return self.cluster_id is None and self.client_id is None

    def _narrowed(self, snapshot: Snapshot) -> Snapshot:
        if self._is_whole:
            return snapshot
        return replace(
            snapshot,
            readings=tuple(filter(self._has_reading, snapshot.readings)),
            clusters=tuple(filter(self._has_cluster, snapshot.clusters)),
        )

    def _has_reading(self, reading: Reading) -> bool:
        if self.client_id is not None and self.client_id != reading.client.id:
            return False
        return self.cluster_id is None or self.cluster_id == cluster_of(reading)

    def _has_cluster(self, cluster: ManagedCluster) -> bool:
        return self.client_id is None and self.cluster_id == cluster.id
