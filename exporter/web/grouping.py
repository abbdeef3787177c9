"""The only place that sorts a snapshot's readings by managed cluster."""

from collections import defaultdict
from dataclasses import dataclass

from exporter.api.inventory import ManagedCluster
from exporter.collect.snapshot import Reading, Snapshot
from exporter.metrics.readings import cluster_of

__all__ = ["Group", "grouped"]


@dataclass(frozen=True, slots=True)
class Group:
    """A cluster, and those of its clients that are watched.

    Attributes:
        cluster_id: "" for clients of which no cluster is known (yet).
        cluster: its entry in the list of clusters, if there was one.
    """

    cluster_id: str
    cluster: ManagedCluster | None
    readings: tuple[Reading, ...]


def grouped(snapshot: Snapshot) -> tuple[Group, ...]:
    """Every cluster that is listed or is in a client's label ``cluster_id``, in the order of their ids."""
    readings: defaultdict[str, list[Reading]] = defaultdict(list)
    for reading in snapshot.readings:
        readings[cluster_of(reading)].append(reading)
    listed = {cluster.id: cluster for cluster in snapshot.clusters}
    ids = sorted(listed.keys() | readings.keys())
    return tuple(Group(each, listed.get(each), tuple(readings[each])) for each in ids)
