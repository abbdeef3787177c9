"""The only place for what the tenant wants of an appliance: the aggregated document that answers a heartbeat."""

from typing import Any

from exporter.simulator.appliance import Appliance
from exporter.simulator.fleet import Cluster

__all__ = ["installed_version", "queue", "work_order"]

_HOUR_SECONDS = 3600

_DAY_SECONDS = 24 * _HOUR_SECONDS

_WINDOW_SECONDS = 4 * _HOUR_SECONDS

_SOURCES = ("ADSource", "AzureADSource", "OpenLDAP", "JdbcSource", "Workday", "ServiceNow", "SAP")


def work_order(appliance: Appliance) -> dict[str, Any]:
    """``body.body`` of ManagedClientStatusAggResponse (updateManagedClientStatus, beta)."""
    client, turn = appliance.client, appliance.turn
    return {
        "id": client.id,
        "clientId": client.id,
        "clusterId": client.cluster_id,
        "orgType": "test",
        "vaDownloadUrl": "https://va-images.example.com/va-latest.zip",
        "clusterJobCount": turn.cluster_job_count if turn else 0,
        "configuration": _configuration(appliance),
        "connectorServices": _connector_services(appliance.cluster),
        "jobs": turn.jobs(client.id) if turn else [],
        "queue": queue(appliance.cluster),
        "maintenance": _maintenance(appliance),
    }


def installed_version(appliance: Appliance) -> str:
    """The version that runs on the appliance."""
    return appliance.client.version or _release_name(appliance.release)


def _release_name(release: int) -> str:
    """The software set of a release: ``va_version`` and ``cookbook``."""
    return f"va-megapod-useast1-{610 + release}-{1755000000 + release * 604800}"


def queue(cluster: Cluster) -> dict[str, str]:
    """The cluster's message queue."""
    return {"name": f"megapod-useast1-acme-cluster-{cluster.id}", "region": "us-east-1"}


def _maintenance(appliance: Appliance) -> dict[str, Any]:
    """The window that is open now or opens next: 00:00 to 04:00 of the cluster's day.

    The instants are true UTC. In the published sample they could also be local time written with a Z.
    """
    write, now = appliance.client.handwriting, appliance.now_epoch_seconds
    since_midnight_seconds = (now + appliance.cluster.gmt_offset_hours * _HOUR_SECONDS) % _DAY_SECONDS
    opened = since_midnight_seconds < _WINDOW_SECONDS
    start = now - since_midnight_seconds + (0 if opened else _DAY_SECONDS)
    return {
        "window": "true" if opened else "false",
        "windowStartTime": write.instant(start),
        "windowClusterTime": write.instant(now),
        "windowFinishTime": write.instant(start + _WINDOW_SECONDS),
    }


def _configuration(appliance: Appliance) -> dict[str, str]:
    """A map of strings: numbers and booleans too."""
    cluster, turn = appliance.cluster, appliance.turn
    upgrading = {"jobType": "VA_UPGRADE", "cookbook": _release_name(turn.target_release)} if turn else {}
    return {
        "clusterType": cluster.type,
        "clusterExternalId": cluster.id,
        "debug": "false",
        "failureThreshold": "0",
        "gmtOffset": str(cluster.gmt_offset_hours),
        "scheduleUpgrade": "false",
        "va_version": installed_version(appliance),
        **upgrading,
    }


def _connector_services(cluster: Cluster) -> list[dict[str, Any]]:
    return [_connector_service(cluster, index) for index in range(cluster.service_count)]


def _connector_service(cluster: Cluster, index: int) -> dict[str, Any]:
    """A source; one that is reached through a vendor's cloud has no host, port or ``useSSL``."""
    service_id, name = str(540696 + 10 * cluster.index + index), _SOURCES[index % len(_SOURCES)]
    direct = index % 2 == 0
    upload = {"serviceId": service_id, "date": "2021-02-05T22:58:15Z", "file": "mysql-connector-java-8.0.11.jar"}
    return {
        "id": service_id,
        "name": name,
        "connector_host": "host.example.com" if direct else None,
        "connector_port": "389" if direct else None,
        "connector_(boolean)useSSL": False if direct else None,
        "connectorFileUploadHistory": [upload] if name == "JdbcSource" else None,
    }
