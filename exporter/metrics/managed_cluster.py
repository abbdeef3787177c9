"""Managed clusters: what the tenant lists about each.

Source: getManagedClusters, ``GET /managed-clusters/v1`` (older generations: the same list, beta with less).
Cost: one call per 250 clusters and cycle, where the credential may list.

::

    sailpoint_managed_cluster_status{cluster_id="1234",status="NORMAL",tenant="acme"} 1.0
    sailpoint_managed_cluster_services{cluster_id="1234",tenant="acme"} 12.0
"""

from collections.abc import Iterator, Sequence

from prometheus_client.core import Metric

from exporter.api.documents import OTHER
from exporter.api.inventory import CLUSTER_STATUSES, HEALTH_STATUSES, ManagedCluster
from exporter.collect.snapshot import Snapshot
from exporter.metrics.family import Family, Row
from exporter.metrics.measures import Measure, measured, one_of, present, word

__all__ = ["FAMILIES", "families"]

CLUSTER = ("tenant", "cluster_id")

STATUS = Family(
    "sailpoint_managed_cluster_status",
    "gauge",
    (*CLUSTER, "status"),
    "1 for the status the managed cluster is in, 0 for the others "
    "(status; absent when null, OTHER for a word not yet published)",
)
OPERATIONAL = Family(
    "sailpoint_managed_cluster_operational",
    "gauge",
    CLUSTER,
    "Whether the managed cluster is operational (operational)",
)
CLIENTS = Family(
    "sailpoint_managed_cluster_clients", "gauge", CLUSTER, "Number of the cluster's managed clients (clientIds)"
)
SERVICES = Family(
    "sailpoint_managed_cluster_services",
    "gauge",
    CLUSTER,
    "Number of sources bound to the managed cluster, which fail with it (serviceCount)",
)
HEALTH = Family(
    "sailpoint_managed_cluster_health",
    "gauge",
    (*CLUSTER, "status"),
    "1 for the consolidated health of the cluster's clients, 0 for the others "
    "(consolidatedHealthIndicatorsStatus; absent when null, OTHER for a word not yet published)",
)
UPDATE_AVAILABLE = Family(
    "sailpoint_managed_cluster_update_available",
    "gauge",
    CLUSTER,
    "Whether an update waits for the managed cluster (updatePackage is not null)",
)
OUT_OF_DATE_SINCE = Family(
    "sailpoint_managed_cluster_out_of_date_since_timestamp_seconds",
    "gauge",
    CLUSTER,
    "When the tenant found the managed cluster out of date (isOutOfDateNotifiedAt); absent otherwise",
)
ALERT = Family(
    "sailpoint_managed_cluster_alert",
    "gauge",
    (*CLUSTER, "alert_key"),
    "1 for the alert the tenant shows for the managed cluster (alertKey); absent without one",
)
INFO = Family(
    "sailpoint_managed_cluster_info",
    "gauge",
    (*CLUSTER, "cluster_name", "cluster_type", "ccg_version", "release", "update_state"),
    "Facts about the managed cluster for joins, always 1 (name, type, ccgVersion, currentInstalledReleaseVersion, "
    "updatePreferences.updateState)",
)


def families(snapshots: Sequence[Snapshot]) -> Iterator[Metric]:
    """What the tenants list, for every managed cluster."""
    clusters = [((snapshot.tenant, cluster.id), cluster) for snapshot in snapshots for cluster in snapshot.clusters]
    return measured(_MEASURES, clusters)


def _status(cluster: ManagedCluster) -> Iterator[Row]:
    return one_of((*CLUSTER_STATUSES, OTHER), cluster.status)


def _operational(cluster: ManagedCluster) -> Iterator[Row]:
    return present(cluster.operational)


def _clients(cluster: ManagedCluster) -> Iterator[Row]:
    yield (), len(cluster.client_ids)


def _services(cluster: ManagedCluster) -> Iterator[Row]:
    return present(cluster.service_count)


def _health(cluster: ManagedCluster) -> Iterator[Row]:
    return one_of((*HEALTH_STATUSES, OTHER), cluster.health)


def _update_available(cluster: ManagedCluster) -> Iterator[Row]:
    return present(cluster.update_available)


def _out_of_date_since(cluster: ManagedCluster) -> Iterator[Row]:
    return present(cluster.out_of_date_since_epoch_seconds)


def _alert(cluster: ManagedCluster) -> Iterator[Row]:
    return word(cluster.alert_key)


def _info(cluster: ManagedCluster) -> Iterator[Row]:
    facts = (cluster.name, cluster.type, cluster.ccg_version, cluster.release, cluster.update_state)
    yield tuple(fact or "" for fact in facts), 1.0


_MEASURES: tuple[tuple[Family, Measure[ManagedCluster]], ...] = (
    (STATUS, _status),
    (OPERATIONAL, _operational),
    (CLIENTS, _clients),
    (SERVICES, _services),
    (HEALTH, _health),
    (UPDATE_AVAILABLE, _update_available),
    (OUT_OF_DATE_SINCE, _out_of_date_since),
    (ALERT, _alert),
    (INFO, _info),
)

FAMILIES = tuple(family for family, _ in _MEASURES)
