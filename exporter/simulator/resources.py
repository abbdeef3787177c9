"""The only place for what each operation answers once the call is permitted: one function per operation."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.simulator.answers import bad_request, illegal_value, not_found
from exporter.simulator.filters import parse_filter
from exporter.simulator.paging import Page
from exporter.simulator.world import World

__all__ = [
    "Answer",
    "Call",
    "get_managed_client",
    "get_managed_client_health_indicators",
    "get_managed_client_status",
    "get_managed_clients",
    "get_managed_cluster",
    "get_managed_clusters",
    "update_managed_client_status",
]

_CLIENT_FILTERS = frozenset({"id", "name", "clientId", "clusterId"})
_CLUSTER_FILTERS = frozenset({"operational", "name", "type", "status"})
_CLIENT_TYPES = ("CCG", "VA", "INTERNAL", "IIQ_HARVESTER")
_CLIENT_STATUSES = ("NORMAL", "UNDEFINED", "NOT_CONFIGURED", "CONFIGURING", "WARNING", "ERROR", "FAILED")


@dataclass(frozen=True, slots=True)
class Call:
    """A permitted call.

    Attributes:
        generation: ``v1``, ``v2026``, ... or ``beta``.
        id: the path's id; empty for a list.
    """

    world: World
    generation: str
    id: str
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A document to be sent with status 200."""

    document: object
    headers: Mapping[str, str] = field(default_factory=dict)


def get_managed_client_status(call: Call) -> Answer:
    """The last report of a client; ``type`` must be one of the published words."""
    client_type = call.query.get("type")
    if client_type not in _CLIENT_TYPES:
        raise illegal_value(text=f"type must be one of {', '.join(_CLIENT_TYPES)}.")
    return _found(call.world.status_document(call.id, client_type))


def update_managed_client_status(call: Call) -> Answer:
    """A client reports about itself and is given its work order."""
    return _found(call.world.report_status(call.id, _status_report(call.body)))


def get_managed_clients(call: Call) -> Answer:
    """A page of the clients."""
    if "filters" in call.query:
        return _filtered(call, call.world.client_documents(call.generation), _CLIENT_FILTERS)
    page = Page.from_query(call.query)  # of thousands of clients, only the page's documents are made
    documents = call.world.client_documents(call.generation, page.window)
    return Answer(documents, page.headers(len(call.world.client_ids_and_types())))


def get_managed_client(call: Call) -> Answer:
    """One client."""
    return _found(call.world.client_document(call.id, call.generation))


def get_managed_client_health_indicators(call: Call) -> Answer:
    """What bothers a client."""
    return _found(call.world.health_document(call.id))


def get_managed_clusters(call: Call) -> Answer:
    """A page of the clusters."""
    return _filtered(call, call.world.cluster_documents(call.generation), _CLUSTER_FILTERS)


def get_managed_cluster(call: Call) -> Answer:
    """One cluster."""
    return _found(call.world.cluster_document(call.id, call.generation))


def _found(document: Mapping[str, Any] | None) -> Answer:
    if document is None:
        raise not_found()
    return Answer(document)


def _filtered(call: Call, documents: list[dict[str, Any]], fields: frozenset[str]) -> Answer:
    page = Page.from_query(call.query)
    if "filters" in call.query:
        documents = list(filter(parse_filter(call.query["filters"], fields), documents))
    return Answer(documents[page.window], page.headers(len(documents)))


def _status_report(body: bytes) -> dict[str, Any]:
    """A ManagedClientStatus, all of whose keys are required."""
    report = _json_object(body)
    missing = [key for key in ("body", "status", "type", "timestamp") if key not in report]
    if missing:
        text = f"{', '.join(missing)} must be given."
        raise bad_request(detail_code="400.1.0 Required Data Missing Or Empty", text=text)
    if not isinstance(report["body"], dict) or not isinstance(report["timestamp"], str):
        raise bad_request()
    if report["status"] not in _CLIENT_STATUSES or report["type"] not in (*_CLIENT_TYPES, None):
        raise illegal_value(text="status or type is not a published value.")
    return report


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        report = json.loads(body)
    except (ValueError, RecursionError):
        raise bad_request() from None
    if not isinstance(report, dict):
        raise bad_request()
    return report
