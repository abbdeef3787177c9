"""Managed clients: the status, age and facts that the tenant reports about each.

Source: getManagedClientStatus, ``GET /managed-clients/v1/{id}/status`` (older generations: the same document), or the
client's entry of getManagedClients, ``GET /managed-clients/v1``, which has status, age and alert, but few details.
Cost: one call per managed client and cycle; with the list one per 250 of them, and details are renewed in turn.

::

    sailpoint_managed_client_status{client_id="5678",cluster_id="1234",status="NORMAL",tenant="acme"} 1.0
    sailpoint_managed_client_since_seen_seconds{client_id="5678",cluster_id="1234",tenant="acme"} 14.708

A client that could not be read has no series here at all: "could not ask" is never "is not NORMAL".
"""

from collections.abc import Iterator, Sequence

from prometheus_client.core import Metric

from exporter.api.documents import MANAGED_CLIENT_STATUSES, OTHER, ManagedClientStatus
from exporter.api.inventory import ListedManagedClient
from exporter.collect.snapshot import Reading, Snapshot
from exporter.metrics.family import Family, Row
from exporter.metrics.measures import Measure, measured, one_of, present, word
from exporter.metrics.readings import CLIENT, Said, details_of, labelled, of_details, of_said, since_seen_millis

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
    "Age of the managed client's last report, as the tenant computed it when it answered "
    "(body.sinceSeenMillis; sinceLastSeen of the list)",
)
LAST_SEEN = Family(
    "sailpoint_managed_client_last_seen_timestamp_seconds",
    "gauge",
    CLIENT,
    "When the managed client last reported "
    "(body.lastSeen; lastSeen of the list; else the time of reading minus the age as the tenant computed it)",
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
    "1 for the alert the tenant shows for the managed client (body.alertKey; alertKey of the list); absent without one",
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
DETAILS_TIMESTAMP = Family(
    "sailpoint_managed_client_details_timestamp_seconds",
    "gauge",
    CLIENT,
    "When the details shown (hostname and others of info, stacktrace, jobs, maintenance window) were read: "
    "earlier than the status where clients are read through the list",
)


def families(snapshots: Sequence[Snapshot]) -> Iterator[Metric]:
    """What the tenant says about every managed client that was read."""
    return measured(_MEASURES, labelled(snapshots))


def _status(said: Said) -> Iterator[Row]:
    return one_of((*MANAGED_CLIENT_STATUSES, OTHER), said.status)


def _normal(said: Said) -> Iterator[Row]:
    yield (), float(said.status == "NORMAL")


def _since_seen(said: Said) -> Iterator[Row]:
    millis = since_seen_millis(said)
    return present(None if millis is None else millis / 1000)


def _last_seen(reading: Reading) -> Iterator[Row]:
    if reading.said is None:
        return
    millis = since_seen_millis(reading.said)
    if reading.said.last_seen_epoch_seconds is not None:
        yield (), reading.said.last_seen_epoch_seconds
    elif millis is not None:
        yield (), reading.read_epoch_seconds - millis / 1000


def _stacktrace(document: ManagedClientStatus) -> Iterator[Row]:
    return present(float(document.has_stacktrace))


def _alert(said: Said) -> Iterator[Row]:
    return word(said.alert_key)


def _info(reading: Reading) -> Iterator[Row]:
    if reading.said is None:
        return
    held = details_of(reading)
    document = _WITHOUT_DETAILS if held is None else held.document
    listed = reading.listed or _UNLISTED
    facts = (
        listed.name,
        listed.type or document.type or reading.client.type,
        document.hostname,
        document.product,
        document.platform_version,
        document.os_type,
        document.os_version,
        document.hypervisor,
        listed.va_version or document.va_version or (document.work_order and document.work_order.va_version),
        listed.provision_status,
    )
    yield tuple(fact or "" for fact in facts), 1.0


def _details_timestamp(reading: Reading) -> Iterator[Row]:
    held = details_of(reading)
    return present(None if held is None else held.read_epoch_seconds)


_UNLISTED = ListedManagedClient(id="", status="")
_WITHOUT_DETAILS = ManagedClientStatus(status="", type=None, timestamp_epoch_seconds=None)

_MEASURES: tuple[tuple[Family, Measure[Reading]], ...] = (
    (STATUS, of_said(_status)),
    (NORMAL, of_said(_normal)),
    (SINCE_SEEN, of_said(_since_seen)),
    (LAST_SEEN, _last_seen),
    (ALERT, of_said(_alert)),
    (INFO, _info),
    (DETAILS_TIMESTAMP, _details_timestamp),
    (STACKTRACE, of_details(_stacktrace)),
)

FAMILIES = tuple(family for family, _ in _MEASURES)
