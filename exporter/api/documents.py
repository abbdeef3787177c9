"""The only place for the shapes of a tenant's documents, as frozen values in the API's own words.

What is not here was dropped on purpose when it was parsed: secrets, keys, IP addresses, stack traces, free text.
A value is None (or an empty tuple) when the tenant did not say it, said null, or said something unusable.
"""

from dataclasses import dataclass

__all__ = [
    "JOB_STATES",
    "JOB_TYPES",
    "MANAGED_CLIENT_STATUSES",
    "MANAGED_CLIENT_TYPES",
    "OTHER",
    "ConnectorService",
    "Job",
    "Maintenance",
    "ManagedClientStatus",
    "ManagedClientStatusAggResponse",
    "ManagedProcess",
    "Queue",
    "WorkOrder",
]

OTHER = "OTHER"
"""Stands for a word that is not in an enumeration's published list."""

MANAGED_CLIENT_STATUSES = ("NORMAL", "UNDEFINED", "NOT_CONFIGURED", "CONFIGURING", "WARNING", "ERROR", "FAILED")
"""ManagedClientStatusCode, unchanged since 2022; new values are not a breaking change for the vendor."""

MANAGED_CLIENT_TYPES = ("CCG", "VA", "INTERNAL", "IIQ_HARVESTER")
"""ManagedClientType: the values of the query parameter ``type``."""

JOB_STATES = (
    "PENDING",
    "INPROGRESS",
    "FINISHED",
    "GENERAL_ERROR",
    "INVALID_JOB_TYPE",
    "ABORTED",
    "ACKNOWLEDGED_FAILURE",
    "READY",
    "POLL",
    "EXPIRED",
    "PAUSED",
    "SKIPPED",
)
"""JobState, from the vendor's unpublished schema."""

JOB_TYPES = ("VA_UPGRADE", "VA_REBOOT", "VA_RELOAD", "VA_PACKAGE_UPGRADE", "VA_ENABLE_SAP")
"""JobType, from the vendor's unpublished schema."""


@dataclass(frozen=True, slots=True)
class ManagedProcess:
    """A process on the appliance and the version a job installs: ``managedProcessConfiguration``."""

    process: str
    version: str


@dataclass(frozen=True, slots=True)
class Job:
    """A work order for the appliance (VaJob); ``state`` and ``type`` are published words or OTHER."""

    state: str
    type: str
    managed_processes: tuple[ManagedProcess, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectorService:
    """A source served by the appliance; host, port and upload history are dropped.

    Attributes:
        use_ssl: the key ``connector_(boolean)useSSL``.
    """

    id: str | None
    name: str | None
    use_ssl: bool | None


@dataclass(frozen=True, slots=True)
class Maintenance:
    """The maintenance window; instants in epoch seconds.

    Attributes:
        window: whether it is open now; the API writes it as the string "true".
    """

    window: bool | None
    window_start_time_epoch_seconds: float | None
    window_cluster_time_epoch_seconds: float | None
    window_finish_time_epoch_seconds: float | None


@dataclass(frozen=True, slots=True)
class Queue:
    """The cluster's message queue."""

    name: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """What the tenant wants of an appliance: the aggregated document's ``body.body``.

    Attributes:
        jobs: None when the tenant sent no job list; an empty tuple when it sent an empty one.
        jobs_truncated: more than 10,000 jobs were sent; the rest is left out.
        connector_services: None when not sent.
    """

    client_id: str | None
    cluster_id: str | None
    org_type: str | None
    cluster_job_count: int | None
    job_type: str | None
    va_version: str | None
    connector_services: tuple[ConnectorService, ...] | None
    jobs: tuple[Job, ...] | None
    jobs_truncated: bool
    queue: Queue | None
    maintenance: Maintenance | None


@dataclass(frozen=True, slots=True)
class ManagedClientStatus:
    """The answer of getManagedClientStatus.

    Attributes:
        status: one of MANAGED_CLIENT_STATUSES, UNDEFINED when null or absent, or OTHER.
        type: one of MANAGED_CLIENT_TYPES, None when null or absent, or OTHER.
        timestamp_epoch_seconds: when the appliance reported.
        last_seen_epoch_seconds: ``body.lastSeen``.
        since_seen_millis: ``body.sinceSeenMillis``, the age the tenant computed when it answered; without it,
            ``body.sinceSeen``, which equals it in every published sample.
        has_stacktrace: the report carried a stack trace, whose text is dropped.
        work_order: jobs and more where the tenant includes them (``body.body``, or the same keys in ``body``).
        unexpected: names of the fields that were missing, of the wrong type or with an unknown value; from a closed
            set, see ``exporter.api.parsing``.
    """

    status: str
    type: str | None
    timestamp_epoch_seconds: float | None
    id: str | None = None
    cluster_id: str | None = None
    alert_key: str | None = None
    hostname: str | None = None
    product: str | None = None
    platform_version: str | None = None
    os_type: str | None = None
    os_version: str | None = None
    hypervisor: str | None = None
    va_version: str | None = None
    last_seen_epoch_seconds: float | None = None
    since_seen_millis: float | None = None
    has_stacktrace: bool = False
    work_order: WorkOrder | None = None
    unexpected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManagedClientStatusAggResponse:
    """The answer of updateManagedClientStatus: the appliance's work order, one level deeper than a status."""

    status: str
    type: str | None
    timestamp_epoch_seconds: float | None
    work_order: WorkOrder | None
    unexpected: tuple[str, ...] = ()
