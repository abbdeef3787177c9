"""The only place for a managed client's own reports: its status, and its health indicators."""

from typing import Any

from exporter.simulator.appliance import Appliance
from exporter.simulator.handwriting import CANARY
from exporter.simulator.life import Phase
from exporter.simulator.work_order import installed_version, work_order

__all__ = ["aggregated_document", "health_categories", "health_document", "status_document"]

_OWN_KEYS = frozenset({"id", "clusterId", "alertKey", "lastSeen", "sinceSeen", "sinceSeenMillis", "status", "body"})
"""What the tenant says of a client, whatever the client says of itself."""

_HEALTH_STATUSES = frozenset({"NORMAL", "UNDEFINED", "WARNING", "ERROR", "FAILED", "DEGRADED"})
"""The published words, and the unpublished one; the health enumeration lacks NOT_CONFIGURED and CONFIGURING."""


def status_document(appliance: Appliance, *, with_work_order: bool) -> dict[str, Any]:
    """ManagedClientStatus, the answer of getManagedClientStatus.

    The body has no published schema. To put the work order into it, as ``body.body``, is an assumption: the published
    sample has no such key.
    """
    body = _body(appliance)
    if with_work_order:
        body["body"] = work_order(appliance)
    return _envelope(appliance, body)


def aggregated_document(appliance: Appliance) -> dict[str, Any]:
    """ManagedClientStatusAggResponse, the answer of updateManagedClientStatus (beta)."""
    return _envelope(appliance, {"body": work_order(appliance)})


def health_document(appliance: Appliance) -> dict[str, Any] | None:
    """ManagedClientHealthIndicators; None for those that have none: never seen, or neither VA nor CCG."""
    if appliance.never_seen or appliance.client.type not in {"VA", "CCG"}:
        return None
    status = appliance.vitals.status if appliance.vitals.status in _HEALTH_STATUSES else "UNDEFINED"
    body = {
        **_body(appliance),
        "status": status,
        "apiUser": appliance.client.id,
        "consolidatedHealthIndicatorsStatus": appliance.consolidated_health,
        "lastNotifiedCcgVersion": str(1068 + appliance.release),
        **appliance.client.handwriting.page({"deployed_processes": None}),
        "health_indicators": health_categories(appliance, ("container", "memory", "cpu")),
    }
    return {**_envelope(appliance, body), "status": status}


def health_categories(appliance: Appliance, names: tuple[str, ...]) -> dict[str, Any]:
    """``{errors, warnings}`` of each category: v2024 says network where later generations say container."""
    empty: dict[str, dict[str, Any]] = {name: {"errors": [], "warnings": []} for name in names}
    if appliance.indicated == "WARNING":
        empty["cpu"]["warnings"] = [_event(appliance, "CPU utilization is high", cpuUtilizationPercentage=92.5)]
    if appliance.indicated == "ERROR":
        empty["memory"]["errors"] = [_event(appliance, "Free memory is low", freeSpacePercentage=8)]
        empty[names[0]]["errors"] = [_event(appliance, "Endpoint unreachable", url="https://sqs.example.com:443/")]
    return empty


def _event(appliance: Appliance, message: str, **measured: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """HealthEvent: raised when the trouble began, notified a minute later."""
    write, since = appliance.client.handwriting, appliance.vitals.phase_since_epoch_seconds
    return {
        "detailedMessage": message,
        "uuid": "5",
        "timestamp": write.instant(since),
        "lastNotifiedTimeStamp": write.instant(since + 60),
        **write.page({"url": None, "cpuUtilizationPercentage": None, "freeSpacePercentage": None}),
        **measured,
    }


def _envelope(appliance: Appliance, body: dict[str, Any]) -> dict[str, Any]:
    """The type is the client's own, whatever the query asserted; null until the first report."""
    return {
        "body": body,
        "type": None if appliance.never_seen else appliance.client.type,
        "status": appliance.vitals.status,
        "timestamp": appliance.client.handwriting.instant(appliance.vitals.reported_epoch_seconds),
    }


def _body(appliance: Appliance) -> dict[str, Any]:
    """The keys of the published sample; those of the host are null until the first report."""
    facts = _host_facts(appliance)
    if appliance.never_seen:
        facts = dict.fromkeys(facts)
    facts |= {key: value for key, value in appliance.reported.items() if key not in _OWN_KEYS}
    return appliance.client.handwriting.page(_tenant_facts(appliance) | facts)


def _tenant_facts(appliance: Appliance) -> dict[str, Any]:
    """``sinceSeen`` is documented in seconds and equals ``sinceSeenMillis`` in every sample."""
    write, vitals = appliance.client.handwriting, appliance.vitals
    seen = vitals.last_seen_epoch_seconds
    age = write.number(vitals.since_seen_millis)
    return {
        "alertKey": appliance.alert_key,
        "id": appliance.client.id,
        "clusterId": appliance.client.cluster_id,
        "lastSeen": write.number(None if seen is None else round(seen * 1000)),
        "sinceSeen": age,
        "sinceSeenMillis": age,
        "status": vitals.status,
    }


def _host_facts(appliance: Appliance) -> dict[str, Any]:
    index, release = appliance.client.index, appliance.release
    failing = appliance.vitals.phase is Phase.ERROR
    return {
        "ccg_etag": f"ccg_etag{1068 + release}xyz456",
        "ccg_pin": "NONE",
        "cookbook_etag": f"20210420125956-{20210511144538 + release}",
        "hostname": f"va-{index + 1:02}.example.com",
        "internal_ip": None if index % 7 == 3 else f"10.0.{index // 250 % 250}.{index % 250 + 1}",  # noqa: PLR2004 - any seventh client and any range of addresses would do
        "localDev": False,
        "stacktrace": f"java.lang.IllegalStateException: {CANARY}\n\tat sailpoint.Connector.run" if failing else "",
        "state": None,
        "uuid": None,
        "product": "idn",
        "va_version": installed_version(appliance) if index % 2 or appliance.client.version else None,
        "platform_version": "2",
        "os_version": "4230.2.1" if release else "2345.3.1",
        "os_type": "flatcar",
        "hypervisor": ("unknown", "vmware", "hyperv")[index % 3],
    }
