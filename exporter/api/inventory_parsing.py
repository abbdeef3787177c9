"""The only place where what a tenant lists becomes documents, as leniently as ``exporter.api.parsing`` reads reports.

An entry that is no object or has no id is left out; it costs none of the others. Secrets, keys, addresses and texts are
not read at all.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from exporter.api.documents import MANAGED_CLIENT_STATUSES, MANAGED_CLIENT_TYPES, OTHER
from exporter.api.fields import Fields
from exporter.api.inventory import (
    CLUSTER_STATUSES,
    HEALTH_STATUSES,
    HealthIndicators,
    ListedManagedClient,
    ManagedCluster,
    OauthInfo,
)
from exporter.api.listing import Page
from exporter.api.parsing import envelope_of, status_of
from exporter.api.scalars import boolean, count, epoch_seconds, identifier, number, text

__all__ = [
    "HEALTH_CATEGORIES",
    "MAX_CATEGORIES",
    "MAX_CLIENT_IDS",
    "parse_health_indicators",
    "parse_managed_clients",
    "parse_managed_clusters",
    "parse_oauth_info",
]

T = TypeVar("T")

HEALTH_CATEGORIES = ("cpu", "memory", "container", "network")
"""Categories of health indicators; v2024 documents ``network`` instead of ``container``, and more may follow."""

MAX_CLIENT_IDS = 10_000
"""Clients kept of a cluster, which has a handful."""

MAX_CATEGORIES = 16
"""Categories read of a client's health indicators, which has about three."""

_PROVISION_STATUSES = ("PROVISIONED", "DRAFT")
_UPDATE_STATES = ("AUTO", "DISABLED")
_SEVERITIES = {"error": "errors", "warning": "warnings"}


def parse_managed_clients(document: Sequence[object]) -> Page[ListedManagedClient]:
    """Read one page of getManagedClients."""
    return _page(document, "managedClients", _managed_client)


def parse_managed_clusters(document: Sequence[object]) -> Page[ManagedCluster]:
    """Read one page of getManagedClusters."""
    return _page(document, "managedClusters", _managed_cluster)


def parse_health_indicators(document: object) -> HealthIndicators:
    """Read the answer of getManagedClientHealthIndicators.

    Raises:
        ApiError: SCHEMA, for anything but an object with a ``body`` object or a ``status`` string.
    """
    envelope = envelope_of(document)
    body = envelope.child("body", required=True)
    return HealthIndicators(
        status=status_of(envelope, body),
        events=_events(body),
        unexpected=envelope.unexpected,
    )


def parse_oauth_info(document: Mapping[str, object]) -> OauthInfo:
    """Read the answer of ``GET /oauth/info``."""
    info = Fields(document)
    return OauthInfo(tenant_name=info.read("tenantName", text), pod=info.read("pod", text))


def _page(document: Sequence[object], name: str, parse: Callable[[str, Fields], T]) -> Page[T]:
    entries = {entry_id: parse(entry_id, Fields(entry, f"{name}.")) for entry_id, entry in _identified(document)}
    return Page(entries, size=len(document))


def _identified(document: Sequence[object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for entry in document:
        if isinstance(entry, Mapping) and (entry_id := identifier(entry.get("id"))):
            yield entry_id, entry


def _managed_client(client_id: str, client: Fields) -> ListedManagedClient:
    return ListedManagedClient(
        id=client_id,
        status=client.word("status", MANAGED_CLIENT_STATUSES) or "UNDEFINED",
        name=client.read("name", text),
        type=client.read("type", text),
        cluster_id=client.read("clusterId", identifier),
        alert_key=client.read("alertKey", text),
        va_version=client.read("vaVersion", text),
        provision_status=client.word("provisionStatus", _PROVISION_STATUSES),
        last_seen_epoch_seconds=client.read("lastSeen", epoch_seconds),
        since_last_seen_millis=client.read("sinceLastSeen", number),
        unexpected=client.unexpected,  # last: by now everything has been read
    )


def _managed_cluster(cluster_id: str, cluster: Fields) -> ManagedCluster:
    return ManagedCluster(
        id=cluster_id,
        name=cluster.read("name", text),
        type=cluster.read("type", text),
        status=cluster.word("status", CLUSTER_STATUSES),
        operational=cluster.read("operational", boolean),
        health=cluster.word("consolidatedHealthIndicatorsStatus", HEALTH_STATUSES),
        alert_key=cluster.read("alertKey", text),
        ccg_version=cluster.read("ccgVersion", text),
        release=cluster.read("currentInstalledReleaseVersion", text),
        update_state=cluster.child("updatePreferences").word("updateState", _UPDATE_STATES),
        update_available=cluster.has("updatePackage") if cluster.says("updatePackage") else None,
        out_of_date_since_epoch_seconds=cluster.read("isOutOfDateNotifiedAt", epoch_seconds),
        service_count=cluster.read("serviceCount", count),
        client_ids=tuple(dict.fromkeys(cluster.values("clientIds", identifier, MAX_CLIENT_IDS))),
        client_type=cluster.word("clientType", MANAGED_CLIENT_TYPES),
        unexpected=cluster.unexpected,
    )


def _events(body: Fields) -> tuple[tuple[str, str, int], ...]:
    """Numbers of events by category and severity; those of all unknown categories together are OTHER's."""
    numbers: Counter[tuple[str, str]] = Counter()
    for name, indicators in body.named_children("health_indicators", MAX_CATEGORIES):
        category = name if name in HEALTH_CATEGORIES else OTHER
        if category == OTHER:
            body.note("health_indicators")
        for severity, events in _SEVERITIES.items():
            numbers[category, severity] += indicators.length(events)
    return tuple((category, severity, events) for (category, severity), events in numbers.items())
