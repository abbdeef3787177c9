"""The only place where a tenant's JSON becomes documents: leniently, field by field.

A field that is missing, null or unusable never costs more than itself: its value is None, and if it should not have
been so, its path is in ``unexpected``. Only an answer that is no status document at all is refused. What is not read
here (secrets, keys, addresses, the text of stack traces) goes no further.
"""

from collections.abc import Mapping

from exporter.api.documents import (
    JOB_STATES,
    JOB_TYPES,
    MANAGED_CLIENT_STATUSES,
    MANAGED_CLIENT_TYPES,
    OTHER,
    ConnectorService,
    Job,
    Maintenance,
    ManagedClientStatus,
    ManagedClientStatusAggResponse,
    ManagedProcess,
    Queue,
    WorkOrder,
)
from exporter.api.drift import UNEXPECTED_FIELDS
from exporter.api.fields import Fields
from exporter.api.scalars import MAX_TEXT_LENGTH, boolean, count, epoch_seconds, number, text
from exporter.errors import ApiError, Reason

__all__ = [
    "MAX_CONNECTOR_SERVICES",
    "MAX_JOBS",
    "MAX_MANAGED_PROCESSES",
    "UNEXPECTED_FIELDS",
    "envelope_of",
    "parse_agg_response",
    "parse_managed_client_status",
    "status_of",
]

MAX_JOBS = 10_000
"""Jobs kept of a work order; one appliance has a handful."""

MAX_CONNECTOR_SERVICES = 10_000
"""Sources kept of a work order; more than that do not fit into an answer of 1 MiB anyway."""

MAX_MANAGED_PROCESSES = 16
"""Managed processes kept of a job; an appliance has about six."""

_WORK_ORDER_KEYS = ("clusterJobCount", "configuration", "connectorServices", "jobs", "maintenance", "queue")


def parse_managed_client_status(document: object) -> ManagedClientStatus:
    """Read the answer of getManagedClientStatus, of any API generation.

    Raises:
        ApiError: SCHEMA, for anything but an object with a ``body`` object or a ``status`` string.
    """
    envelope = envelope_of(document)
    body = envelope.child("body", required=True)
    order = _order(body)
    return ManagedClientStatus(
        status=status_of(envelope, body),
        type=envelope.word("type", MANAGED_CLIENT_TYPES),
        timestamp_epoch_seconds=envelope.read("timestamp", epoch_seconds, required=True),
        id=body.read("id", text) or order.read("clientId", text),
        cluster_id=body.read("clusterId", text) or order.read("clusterId", text),
        alert_key=body.read("alertKey", text),
        hostname=body.read("hostname", text),
        product=body.read("product", text),
        platform_version=body.read("platform_version", text),
        os_type=body.read("os_type", text),
        os_version=body.read("os_version", text),
        hypervisor=body.read("hypervisor", text),
        va_version=body.read("va_version", text),
        last_seen_epoch_seconds=body.read("lastSeen", epoch_seconds),
        since_seen_millis=_since_seen_millis(body),
        has_stacktrace=bool(body.read("stacktrace", text)),
        work_order=_work_order(order),
        unexpected=envelope.unexpected,  # last: by now everything has been read
    )


def parse_agg_response(document: object) -> ManagedClientStatusAggResponse:
    """Read the answer of updateManagedClientStatus (beta).

    Raises:
        ApiError: SCHEMA, for anything but an object with a ``body`` object or a ``status`` string.
    """
    envelope = envelope_of(document)
    body = envelope.child("body", required=True)
    return ManagedClientStatusAggResponse(
        status=status_of(envelope, body),
        type=envelope.word("type", MANAGED_CLIENT_TYPES),
        timestamp_epoch_seconds=envelope.read("timestamp", epoch_seconds, required=True),
        work_order=_work_order(_order(body)),
        unexpected=envelope.unexpected,
    )


def envelope_of(document: object) -> Fields:
    """The envelope that reports of managed clients come in.

    Error documents are objects too, and have been sent with status 200; some carry a numeric ``status``.

    Raises:
        ApiError: SCHEMA, for anything but an object with a ``body`` object or a ``status`` string.
    """
    if not isinstance(document, Mapping):
        raise ApiError(Reason.SCHEMA, "the answer is not a JSON object")
    if not isinstance(document.get("body"), Mapping) and not isinstance(document.get("status"), str):
        raise ApiError(Reason.SCHEMA, "the answer has neither a body nor a status")
    return Fields(document)


def status_of(envelope: Fields, body: Fields) -> str:
    """The envelope's word is the documented one; null means that the client has never reported."""
    return (
        envelope.word("status", MANAGED_CLIENT_STATUSES, required=True)
        or body.word("status", MANAGED_CLIENT_STATUSES)
        or "UNDEFINED"
    )


def _since_seen_millis(body: Fields) -> float | None:
    """``sinceSeen`` is described as seconds, but equals ``sinceSeenMillis`` in every published sample."""
    millis = body.read("sinceSeenMillis", number)
    return body.read("sinceSeen", number) if millis is None else millis


def _order(body: Fields) -> Fields:
    """A work order stands in ``body.body``, or its keys stand beside those of a status."""
    order = body.child("body") or (body if body.has(*_WORK_ORDER_KEYS) else Fields({}))
    return order.rooted()


def _work_order(order: Fields) -> WorkOrder | None:
    if not order:
        return None
    configuration = order.child("configuration")
    return WorkOrder(
        client_id=order.read("clientId", text) or order.read("id", text),
        cluster_id=order.read("clusterId", text),
        org_type=order.read("orgType", text),
        cluster_job_count=order.read("clusterJobCount", count),
        job_type=configuration.read("jobType", text),
        va_version=configuration.read("va_version", text),
        connector_services=_connector_services(order),
        jobs=_jobs(order),
        jobs_truncated=order.length("jobs") > MAX_JOBS,
        queue=_queue(order.child("queue")),
        maintenance=_maintenance(order.child("maintenance")),
    )


def _connector_services(order: Fields) -> tuple[ConnectorService, ...] | None:
    services = order.children("connectorServices", MAX_CONNECTOR_SERVICES)
    return None if services is None else tuple(map(_connector_service, services))


def _connector_service(service: Fields) -> ConnectorService:
    return ConnectorService(
        id=service.read("id", text),
        name=service.read("name", text),
        use_ssl=service.read("connector_(boolean)useSSL", boolean),
    )


def _jobs(order: Fields) -> tuple[Job, ...] | None:
    jobs = order.children("jobs", MAX_JOBS)
    return None if jobs is None else tuple(map(_job, jobs))


def _job(job: Fields) -> Job:
    return Job(
        state=job.word("state", JOB_STATES, required=True) or OTHER,
        type=job.word("type", JOB_TYPES, required=True) or OTHER,
        managed_processes=_managed_processes(job),
    )


def _managed_processes(job: Fields) -> tuple[ManagedProcess, ...]:
    processes = job.named_children("managedProcessConfiguration", MAX_MANAGED_PROCESSES)
    versions = ((name, process.read("version", text, required=True)) for name, process in processes)
    return tuple(ManagedProcess(name[:MAX_TEXT_LENGTH], version) for name, version in versions if version is not None)


def _queue(queue: Fields) -> Queue | None:
    return Queue(name=queue.read("name", text), region=queue.read("region", text)) if queue else None


def _maintenance(maintenance: Fields) -> Maintenance | None:
    if not maintenance:
        return None
    return Maintenance(
        window=maintenance.read("window", boolean),
        window_start_time_epoch_seconds=maintenance.read("windowStartTime", epoch_seconds),
        window_cluster_time_epoch_seconds=maintenance.read("windowClusterTime", epoch_seconds),
        window_finish_time_epoch_seconds=maintenance.read("windowFinishTime", epoch_seconds),
    )
