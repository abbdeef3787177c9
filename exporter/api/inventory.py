"""The only place for the shapes of what a tenant lists, as frozen values in the API's own words.

As in ``exporter.api.documents``, secrets, keys and free text are dropped at parsing, and a value is None when
the tenant did not say it, said null, or said something unusable.
"""

from dataclasses import dataclass

__all__ = [
    "CLUSTER_STATUSES",
    "HEALTH_STATUSES",
    "HealthIndicators",
    "ListedManagedClient",
    "ManagedCluster",
    "OauthInfo",
]

CLUSTER_STATUSES = ("CONFIGURING", "FAILED", "NO_CLIENTS", "NORMAL", "WARNING")
"""Statuses of a managed cluster (v3 and later; a free string in beta)."""

HEALTH_STATUSES = ("NORMAL", "WARNING", "ERROR")
"""consolidatedHealthIndicatorsStatus."""


@dataclass(frozen=True, slots=True)
class ListedManagedClient:
    """An entry of getManagedClients; the client's ``secret`` is dropped.

    Attributes:
        type: free text here, not the enumeration.
        status: one of MANAGED_CLIENT_STATUSES, UNDEFINED when null or absent, or OTHER.
        since_last_seen_millis: ``sinceLastSeen``, the age the tenant computed when it answered.
        provision_status: ``PROVISIONED``, ``DRAFT``, None when null or absent, or OTHER.
    """

    id: str
    status: str
    name: str | None = None
    type: str | None = None
    cluster_id: str | None = None
    alert_key: str | None = None
    va_version: str | None = None
    provision_status: str | None = None
    last_seen_epoch_seconds: float | None = None
    since_last_seen_millis: float | None = None
    unexpected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManagedCluster:
    """An entry of getManagedClusters; keys, queues and e-mail addresses are dropped.

    Attributes:
        status: one of CLUSTER_STATUSES, None when null or absent, or OTHER.
        health: ``consolidatedHealthIndicatorsStatus``: one of HEALTH_STATUSES, None when null or absent, or OTHER.
        service_count: sources bound to the cluster.
        release: ``currentInstalledReleaseVersion``.
        update_available: ``updatePackage`` is not null; None when the key is absent, as in old generations.
        out_of_date_since_epoch_seconds: ``isOutOfDateNotifiedAt``.
    """

    id: str
    name: str | None = None
    type: str | None = None
    status: str | None = None
    operational: bool | None = None
    health: str | None = None
    alert_key: str | None = None
    ccg_version: str | None = None
    release: str | None = None
    update_state: str | None = None
    update_available: bool | None = None
    out_of_date_since_epoch_seconds: float | None = None
    service_count: int | None = None
    client_ids: tuple[str, ...] = ()
    client_type: str | None = None
    unexpected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HealthIndicators:
    """The answer of getManagedClientHealthIndicators, without its texts.

    Attributes:
        events: number of events by category (``cpu``, ``memory``, ``container``, ``network``, or OTHER) and severity
            (``error``, ``warning``); both severities are there, zeros included, for a category that is present.
    """

    status: str
    events: tuple[tuple[str, str, int], ...] = ()
    unexpected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OauthInfo:
    """The answer of ``GET /oauth/info``, which needs no token."""

    tenant_name: str | None = None
    pod: str | None = None
