"""Managed clients: the status, age and facts that the tenant reports about each.

Source: getManagedClientStatus, ``GET /managed-clients/v1/{id}/status`` (older generations: the same document).
Cost: one call per managed client and cycle.

::

    sailpoint_managed_client_status{client_id="5678",cluster_id="1234",status="NORMAL",tenant="acme"} 1.0
    sailpoint_managed_client_since_seen_seconds{client_id="5678",cluster_id="1234",tenant="acme"} 14.708

A client that could not be read has no series here at all: "could not ask" is never "is not NORMAL".
"""

from collections.abc import Iterator, Sequence

from prometheus_client.core import Metric

from exporter.api.documents import MANAGED_CLIENT_STATUSES, OTHER, ManagedClientStatus
from exporter.collect.snapshot import Reading, Snapshot
from exporter.errors import Reason
from exporter.metrics.family import Family, Row
from exporter.metrics.readings import CLIENT, Measure, measured, of_document, present

__all__ = ["FAMILIES", "families"]

STATUS = Family(
    "sailpoint_managed_client_status",
    "gauge",
    (*CLIENT, "status"),
    "1 for the status the managed client is in, 0 for the others "
    "(status; UNDEFINED when null or absent, OTHER for a word not yet published)",
)
NORMAL = Family("sailpoint_managed_client_normal", "gauge", CLIENT, "Whether the managed client is NORMAL (status)")
SINCE_SEEN = Family(
    "sailpoint_managed_client_since_seen_seconds",
    "gauge",
    CLIENT,
    "Age of the managed client's last report, as the tenant computed it when it answered (body.sinceSeenMillis)",
)
LAST_SEEN = Family(
    "sailpoint_managed_client_last_seen_timestamp_seconds",
    "gauge",
    CLIENT,
    "When the managed client last reported (body.lastSeen, else the time of reading minus body.sinceSeenMillis)",
)
STACKTRACE = Family(
    "sailpoint_managed_client_stacktrace",
    "gauge",
    CLIENT,
    "Whether the managed client's last report carried a stack trace (body.stacktrace, whose text is dropped)",
)
ALERT = Family(
    "sailpoint_managed_client_alert",
    "gauge",
    (*CLIENT, "alert_key"),
    "1 for the alert the tenant shows for the managed client (body.alertKey); absent without one",
)
INFO = Family(
    "sailpoint_managed_client_info",
    "gauge",
    (
        *CLIENT,
        "client_name",
        "client_type",
        "hostname",
        "product",
        "platform_version",
        "os_type",
        "os_version",
        "hypervisor",
        "va_version",
        "provision_status",
    ),
    "Facts about the managed client for joins, always 1 (type, body.hostname, body.os_version and others); "
    "client_name and provision_status are empty unless clients are listed",
)


def families(snapshots: Sequence[Snapshot]) -> list[Metric]:
    """What the tenant says about every managed client that was read."""
    return measured(_MEASURES, snapshots)


def _status(document: ManagedClientStatus) -> Iterator[Row]:
    for status in (*MANAGED_CLIENT_STATUSES, OTHER):
        yield (status,), float(document.status == status)


def _normal(document: ManagedClientStatus) -> Iterator[Row]:
    yield (), float(document.status == "NORMAL")


def _since_seen(document: ManagedClientStatus) -> Iterator[Row]:
    if document.since_seen_millis is not None:
        yield (), document.since_seen_millis / 1000


def _last_seen(reading: Reading) -> Iterator[Row]:
    document = reading.outcome
    if isinstance(document, Reason):
        return
    if document.last_seen_epoch_seconds is not None:
        yield (), document.last_seen_epoch_seconds
    elif document.since_seen_millis is not None:
        yield (), reading.read_epoch_seconds - document.since_seen_millis / 1000


def _stacktrace(document: ManagedClientStatus) -> Iterator[Row]:
    return present(float(document.has_stacktrace))


def _alert(document: ManagedClientStatus) -> Iterator[Row]:
    if document.alert_key:
        yield (document.alert_key,), 1.0


def _info(reading: Reading) -> Iterator[Row]:
    document = reading.outcome
    if isinstance(document, Reason):
        return
    order = document.work_order
    facts = (
        None,  # only the list of managed clients has names
        document.type or reading.client.type,
        document.hostname,
        document.product,
        document.platform_version,
        document.os_type,
        document.os_version,
        document.hypervisor,
        document.va_version or (None if order is None else order.va_version),
        None,  # only the list of managed clients has provision states
    )
    yield tuple(fact or "" for fact in facts), 1.0


_MEASURES: tuple[tuple[Family, Measure], ...] = (
    (STATUS, of_document(_status)),
    (NORMAL, of_document(_normal)),
    (SINCE_SEEN, of_document(_since_seen)),
    (LAST_SEEN, _last_seen),
    (STACKTRACE, of_document(_stacktrace)),
    (ALERT, of_document(_alert)),
    (INFO, _info),
)

FAMILIES = tuple(family for family, _ in _MEASURES)
