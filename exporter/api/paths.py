"""The only place for the tenant's operations: names, methods, paths in each API generation, and the scopes they need.

Until 2026 the API's generation was a prefix of the path (``/v2025/managed-clients``); since then each resource has a
version of its own behind its name (``/managed-clients/v1``). The documents are the same in all generations.

Source: ``sailpoint-oss/api-specs``; developer.sailpoint.com, "API Versioning Strategy".
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import httpx

from exporter.errors import ApiError, Reason

__all__ = [
    "GENERATIONS",
    "GET_MANAGED_CLIENTS",
    "GET_MANAGED_CLIENT_HEALTH_INDICATORS",
    "GET_MANAGED_CLIENT_STATUS",
    "GET_MANAGED_CLUSTERS",
    "GET_OAUTH_INFO",
    "OAUTH_TOKEN",
    "UPDATE_MANAGED_CLIENT_STATUS",
    "Operation",
    "Origin",
]

GENERATIONS = ("v1", "v2026", "v2025", "v2024", "v3", "beta")
"""The generations that have getManagedClientStatus, newest first."""

_WITH_CLIENT_LIST = GENERATIONS[:-1]
_WITH_HEALTH_INDICATORS = GENERATIONS[:3]

_URLS_KEPT = 4096
"""Building one takes longer than anything else that is done to a request."""

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API.

    Attributes:
        endpoint: its short name on metrics.
        path_template: the path with ``{id}`` for an id.
        scope: what the credential must be allowed to do.
        lists: whether the document is an array.
    """

    endpoint: str
    method: str
    path_template: str
    scope: str | None = None
    lists: bool = False

    def target(self, client_id: str | None = None, **query: str) -> str:
        """The path and query, for one managed client where the path has an id.

        Raises:
            ApiError: SCHEMA, for an id that could lead to another path: a tenant listed it, settings would not take it.
        """
        path = self.path_template if client_id is None else self.path_template.replace("{id}", _checked(client_id))
        pairs = "&".join(f"{name}={_checked(value)}" for name, value in query.items())
        return f"{path}?{pairs}" if pairs else path


def _checked(segment: str) -> str:
    if not _SEGMENT.fullmatch(segment):
        raise ApiError(Reason.SCHEMA, f"an id that cannot stand in a path, expected {_SEGMENT.pattern}")
    return segment


OAUTH_TOKEN = Operation("token", "POST", "/oauth/token")

GET_OAUTH_INFO = Operation("oauth_info", "GET", "/oauth/info")
"""Needs no token."""


def _path(generation: str, resource: str, below: str = "") -> str:
    return f"/{resource}/v1{below}" if generation == "v1" else f"/{generation}/{resource}{below}"


GET_MANAGED_CLIENTS: Mapping[str, Operation] = {
    generation: Operation(
        "managed_clients", "GET", _path(generation, "managed-clients"), "idn:remote-client:read", lists=True
    )
    for generation in _WITH_CLIENT_LIST
}

GET_MANAGED_CLIENT_STATUS: Mapping[str, Operation] = {
    generation: Operation(
        "managed_client_status",
        "GET",
        _path(generation, "managed-clients", "/{id}/status"),
        "idn:managed-client-status:read",
    )
    for generation in GENERATIONS
}

GET_MANAGED_CLIENT_HEALTH_INDICATORS: Mapping[str, Operation] = {
    generation: Operation(
        "managed_client_health",
        "GET",
        _path(generation, "managed-clients", "/{id}/health-indicators"),
        "idn:remote-client:manage",
    )
    for generation in _WITH_HEALTH_INDICATORS
}
"""There is no scope that only reads them."""

GET_MANAGED_CLUSTERS: Mapping[str, Operation] = {
    generation: Operation(
        "managed_clusters", "GET", _path(generation, "managed-clusters"), "idn:remote-client:read", lists=True
    )
    for generation in GENERATIONS
}

UPDATE_MANAGED_CLIENT_STATUS = Operation(
    "managed_client_status_update", "POST", "/beta/managed-clients/{id}/status", "idn:managed-client-status:manage"
)
"""Published in the beta generation only."""


class Origin:
    """The one scheme, host and port that a tenant's calls may go to."""

    def __init__(self, base_url: str) -> None:
        given = httpx.URL(base_url)
        self._url = httpx.URL(scheme=given.scheme, host=given.host, port=given.port, path="/")
        self.url = lru_cache(_URLS_KEPT)(self._built)  # the same few are asked for in every scrape

    @property
    def encrypted(self) -> bool:
        """Whether calls go over TLS."""
        return self._url.scheme == "https"

    def _built(self, target: str) -> httpx.URL:
        """The address of a path and query at this origin, and at no other.

        Raises:
            ApiError: INTERNAL, when the address would lead elsewhere.
        """
        raw_path = target.encode()
        with suppress(httpx.InvalidURL, UnicodeError):
            url = self._url.copy_with(raw_path=raw_path)
            if (url.scheme, url.netloc, url.raw_path) == (self._url.scheme, self._url.netloc, raw_path):
                return url
        raise ApiError(Reason.INTERNAL, "the address built for a call is not the tenant's")
