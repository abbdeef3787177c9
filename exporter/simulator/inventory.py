"""The only place for what the lists say: managed clients and managed clusters, in each API generation."""

from collections.abc import Sequence
from typing import Any

from exporter.simulator.appliance import Appliance
from exporter.simulator.fleet import Cluster
from exporter.simulator.handwriting import CANARY
from exporter.simulator.status_documents import health_categories
from exporter.simulator.work_order import installed_version, queue

__all__ = ["client_document", "cluster_document"]

_CREATED_EPOCH_SECONDS = 1691182081.865

_CLUSTER_TYPES_OF_CLIENTS = frozenset({"idn", "iai", "spConnectCluster", "sqsCluster", "das-rc", "das-pc", "das-dc"})
"""``ManagedClient.clusterType`` lists fewer than the cluster's own ``type``."""

_UNCONFIGURED = frozenset({None, "NOT_CONFIGURED", "CONFIGURING"})

_USABLE = frozenset({"NORMAL", "WARNING"})

_KEY_PAIR = {
    "publicKey": f"-----BEGIN PUBLIC KEY-----{CANARY}-----END PUBLIC KEY-----",
    "publicKeyThumbprint": f"{CANARY}-thumbprint",
    "publicKeyCertificate": f"-----BEGIN CERTIFICATE-----{CANARY}-----END CERTIFICATE-----",
}

_LOG_CONFIGURATION = {"durationMinutes": 120, "rootLevel": "WARN", "logLevels": {"foobar": "WARN"}}


def client_document(appliance: Appliance, generation: str) -> dict[str, Any]:
    """ManagedClient (getManagedClients, getManagedClient); v2024 adds ``healthIndicators``."""
    client, vitals, write = appliance.client, appliance.vitals, appliance.client.handwriting
    created = write.instant(_CREATED_EPOCH_SECONDS + client.index)
    numbered_id = str(2248 + client.index) if client.index % 8 == 5 else 2248 + client.index  # noqa: PLR2004 - spread
    document: dict[str, Any] = {
        "id": client.id,
        "alertKey": appliance.alert_key or None,
        "apiGatewayBaseUrl": "https://acme.api.example.com",
        "cookbook": installed_version(appliance),
        "ccId": numbered_id,
        "clientId": client.client_id,
        "clusterId": client.cluster_id,
        "description": "" if client.index % 2 else f"Appliance {client.index + 1}",
        "ipAddress": "123.456.78.90" if client.index % 5 == 0 else f"203.0.113.{client.index % 254 + 1}",
        "lastSeen": write.instant(vitals.last_seen_epoch_seconds),
        "name": "VA-$clientId" if client.index % 6 == 4 else f"VA-{client.index + 1:02}",  # noqa: PLR2004 - spread
        "sinceLastSeen": write.number(vitals.since_seen_millis),
        "status": vitals.status,
        "type": client.type,
        "clusterType": appliance.cluster.type if appliance.cluster.type in _CLUSTER_TYPES_OF_CLIENTS else None,
        "vaDownloadUrl": "https://va-images.example.com/va-latest.zip",
        "vaVersion": None if appliance.never_seen else installed_version(appliance),
        "secret": f"{CANARY}-{client.index:08x}",
        "createdAt": created,
        "updatedAt": created,
        "provisionStatus": "DRAFT" if appliance.draft else "PROVISIONED",
    }
    if generation == "v2024":
        document["healthIndicators"] = _health_indicators(appliance)
    return write.page(document)


def _health_indicators(appliance: Appliance) -> dict[str, Any] | None:
    return None if appliance.never_seen else health_categories(appliance, ("network", "memory", "cpu"))


def cluster_document(cluster: Cluster, members: Sequence[Appliance], generation: str) -> dict[str, Any]:
    """ManagedCluster (getManagedClusters, getManagedCluster), its state derived from its clients."""
    return {
        **cluster.handwriting.page(_cluster_facts(cluster, generation) | _cluster_updates(cluster, members)),
        **_cluster_state(members),
        "clientType": cluster.client_type,
        "ccgVersion": "v01" if cluster.index % 2 else "77.0.0",
    }


def _cluster_state(members: Sequence[Appliance]) -> dict[str, Any]:
    usable = sum(member.vitals.status in _USABLE for member in members)
    return {
        "operational": usable > 0,
        "status": _cluster_status([member.vitals.status for member in members]),
        "alertKey": "LIMITED_RESOURCES" if 0 < usable < 2 else "",  # noqa: PLR2004 - the vendor recommends two
        "clientIds": [member.client.id for member in members],
        "consolidatedHealthIndicatorsStatus": _consolidated_health({member.consolidated_health for member in members}),
    }


def _cluster_status(statuses: Sequence[str | None]) -> str:
    """The true rule is unpublished; this one follows from the words."""
    if not statuses:
        return "NO_CLIENTS"
    configured = [status for status in statuses if status not in _UNCONFIGURED]
    if not configured:
        return "CONFIGURING"
    if not any(status in _USABLE for status in configured):
        return "FAILED"
    return "NORMAL" if all(status == "NORMAL" for status in configured) else "WARNING"


def _consolidated_health(of_members: set[str]) -> str | None:
    return next((health for health in ("ERROR", "WARNING", "NORMAL") if health in of_members), None)


def _cluster_facts(cluster: Cluster, generation: str) -> dict[str, Any]:
    write, created = cluster.handwriting, _CREATED_EPOCH_SECONDS - 3600 + cluster.index
    return {
        "id": cluster.id,
        "name": f"Cluster {cluster.index + 1}",
        "pod": "megapod-useast1",
        "org": "acme",
        "type": cluster.type,
        "configuration": _cluster_configuration(cluster, generation),
        "keyPair": _KEY_PAIR,
        "attributes": {"queue": queue(cluster), "keystore": f"{CANARY}-keystore" if cluster.index % 2 else None},
        "description": "q",
        "redis": {"redisHost": "megapod-useast1-shared-redis.example.com", "redisPort": 6379},
        "pinnedConfig": False,
        "logConfiguration": _LOG_CONFIGURATION if cluster.index % 2 else None,
        **_KEY_PAIR,
        "encryptionConfiguration": {"format": "V3"},
        "serviceCount": cluster.service_count,
        "ccId": str(1533 + cluster.index),
        "createdAt": write.instant(created),
        "updatedAt": write.instant(created),
    }


def _cluster_configuration(cluster: Cluster, generation: str) -> dict[str, str | None]:
    """A map of strings; the beta sample has other keys than the later ones."""
    if generation == "beta":
        return {"clusterExternalId": cluster.id, "ccgVersion": "77.0.0"}
    offset = str(cluster.gmt_offset_hours)
    return {"clusterExternalId": cluster.id, "clusterType": cluster.type, "gmtOffset": offset, "debug": None}


def _cluster_updates(cluster: Cluster, members: Sequence[Appliance]) -> dict[str, Any]:
    release = min((member.release for member in members), default=0)
    offered = cluster.update_offered
    target = max((member.turn.target_release for member in members if member.turn), default=release)
    notified = cluster.handwriting.instant(cluster.out_of_date_since_epoch_seconds)
    return {
        "lastReleaseNotifiedAt": notified,
        "updatePreferences": {
            "processGroups": None,
            "updateState": "DISABLED" if cluster.by_hand else "AUTO",
            "notificationEmail": f"{CANARY}@example.com",
        },
        "currentInstalledReleaseVersion": f"123.{release + 1}",
        "updatePackage": f"123.{target + 1 + offered}" if offered or target > release else None,
        "isOutOfDateNotifiedAt": notified,
    }
