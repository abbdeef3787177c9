"""The only place that says of each operation what is sent, what may come back, and what is made of it. Pure."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

from exporter.api.access_token import AccessToken, parse_access_token
from exporter.api.credentials import Credentials
from exporter.api.documents import ManagedClientStatus, ManagedClientStatusAggResponse
from exporter.api.inventory import HealthIndicators, ListedManagedClient, ManagedCluster, OauthInfo
from exporter.api.inventory_parsing import (
    parse_health_indicators,
    parse_managed_clients,
    parse_managed_clusters,
    parse_oauth_info,
)
from exporter.api.listing import PAGE_RECORDS, Page
from exporter.api.outbound import Ask
from exporter.api.parsing import parse_agg_response, parse_managed_client_status
from exporter.api.paths import GET_OAUTH_INFO, OAUTH_TOKEN, UPDATE_MANAGED_CLIENT_STATUS, Operation
from exporter.clock import Clock

__all__ = [
    "access_token",
    "health_indicators",
    "managed_clients",
    "managed_clusters",
    "oauth_info",
    "status",
    "status_update",
]

_DOCUMENT_LIMIT_BYTES = 1024 * 1024

_PAGE_LIMIT_BYTES = 4 * 1024 * 1024
"""For 250 records: a cluster comes with keys, certificates and the ids of its clients, some kilobytes each."""

_TOKEN_LIMIT_BYTES = 64 * 1024


def access_token(credentials: Credentials, clock: Clock) -> Ask[AccessToken]:
    """Client credentials for an access token (RFC 6749, section 4.4)."""
    # RFC 6749 forbids the query for these; the vendor's guide shows it, and logs would keep it.
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
    }
    return Ask(
        operation=OAUTH_TOKEN,
        target=OAUTH_TOKEN.target(),
        parse=lambda document: parse_access_token(document, clock),
        limit_bytes=_TOKEN_LIMIT_BYTES,
        content=urlencode(form).encode(),
        content_type="application/x-www-form-urlencoded",
    )


def oauth_info() -> Ask[OauthInfo]:
    """The tenant's OAuth details."""
    return Ask(
        operation=GET_OAUTH_INFO,
        target=GET_OAUTH_INFO.target(),
        parse=parse_oauth_info,
        limit_bytes=_TOKEN_LIMIT_BYTES,
    )


def status(operation: Operation, client_id: str, client_type: str) -> Ask[ManagedClientStatus]:
    """One managed client's status."""
    return Ask(
        operation=operation,
        target=operation.target(client_id, type=client_type),
        parse=parse_managed_client_status,
        limit_bytes=_DOCUMENT_LIMIT_BYTES,
    )


def status_update(client_id: str, document: Mapping[str, object]) -> Ask[ManagedClientStatusAggResponse]:
    """A report in a managed client's name."""
    return Ask(
        operation=UPDATE_MANAGED_CLIENT_STATUS,
        target=UPDATE_MANAGED_CLIENT_STATUS.target(client_id),
        parse=parse_agg_response,
        limit_bytes=_DOCUMENT_LIMIT_BYTES,
        content=json.dumps(dict(document)).encode(),
    )


def health_indicators(operation: Operation, client_id: str) -> Ask[HealthIndicators]:
    """One managed client's health."""
    return Ask(
        operation=operation,
        target=operation.target(client_id),
        parse=parse_health_indicators,
        limit_bytes=_DOCUMENT_LIMIT_BYTES,
    )


def managed_clients(operation: Operation, offset: int) -> Ask[Page[ListedManagedClient]]:
    """The page of managed clients that starts at a record."""
    return Ask(
        operation=operation,
        target=_page_target(operation, offset),
        parse=parse_managed_clients,
        limit_bytes=_PAGE_LIMIT_BYTES,
    )


def managed_clusters(operation: Operation, offset: int) -> Ask[Page[ManagedCluster]]:
    """The page of managed clusters that starts at a record."""
    return Ask(
        operation=operation,
        target=_page_target(operation, offset),
        parse=parse_managed_clusters,
        limit_bytes=_PAGE_LIMIT_BYTES,
    )


def _page_target(operation: Operation, offset: int) -> str:
    return operation.target(limit=str(PAGE_RECORDS), offset=str(offset))
