"""The only place for what the tenant's API consists of: every operation, where it is found, and who may call it.

Source: the published OpenAPI documents of the generations beta, v3, v2024, v2025, v2026 and the per-resource v1. What
reads is here, and the status report; a published path without an operation here answers 404, a method without one 405.
"""

from collections.abc import Callable
from dataclasses import dataclass

from exporter.simulator import resources
from exporter.simulator.resources import Answer, Call
from exporter.simulator.tokens import Grant

__all__ = ["GENERATIONS", "OPERATIONS", "Operation"]

GENERATIONS = ("beta", "v3", "v2024", "v2025", "v2026", "v1")
"""API generations, oldest first; ``v1`` stands for the per-resource paths."""

_SINCE_V3 = GENERATIONS[1:]
_SINCE_V2025 = GENERATIONS[3:]

_CLIENTS_READ = frozenset({"idn:remote-client:read", "idn:remote-client:manage"})
_CLIENTS_MANAGE = frozenset({"idn:remote-client:manage"})
_STATUS_READ = frozenset({"idn:managed-client-status:read"})
_STATUS_MANAGE = frozenset({"idn:managed-client-status:manage"})
_ALL_SCOPES = "sp:scopes:all"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API, in the generations that have it.

    Attributes:
        operation_id: its published name, without the ``V1`` that the per-resource documents append.
        resource: ``managed-clients`` or ``managed-clusters``.
        below: the path below the resource.
        scopes: any one of them is enough.
        user_level: what the user must be; None when no level is stated.
        application_auth: the generations in which an API client, which has no user, is accepted.
    """

    operation_id: str
    method: str
    resource: str
    below: str
    generations: tuple[str, ...]
    scopes: frozenset[str]
    user_level: str | None
    application_auth: tuple[str, ...]
    handler: Callable[[Call], Answer]

    def path(self, generation: str) -> str:
        """Where it is: the generation leads the path, except for ``v1``, which follows the resource."""
        base = f"/{self.resource}/v1" if generation == "v1" else f"/{generation}/{self.resource}"
        return base + self.below

    def permits(self, grant: Grant, generation: str) -> bool:
        """Whether the bearer of ``grant`` may call it."""
        if not grant.scopes & (self.scopes | {_ALL_SCOPES}):
            return False
        if not grant.user_context:
            return generation in self.application_auth
        return self.user_level is None or self.user_level in grant.user_levels


OPERATIONS = (
    Operation(
        operation_id="getManagedClientStatus",
        method="GET",
        resource="managed-clients",
        below="/{id}/status",
        generations=GENERATIONS,
        scopes=_STATUS_READ,
        user_level=None,
        application_auth=GENERATIONS,
        handler=resources.get_managed_client_status,
    ),
    Operation(
        operation_id="updateManagedClientStatus",
        method="POST",
        resource="managed-clients",
        below="/{id}/status",
        generations=("beta",),
        scopes=_STATUS_MANAGE,
        user_level=None,
        application_auth=(),
        handler=resources.update_managed_client_status,
    ),
    Operation(
        operation_id="getManagedClients",
        method="GET",
        resource="managed-clients",
        below="",
        generations=_SINCE_V3,
        scopes=_CLIENTS_READ,
        user_level="ORG_ADMIN",
        application_auth=_SINCE_V3,
        handler=resources.get_managed_clients,
    ),
    Operation(
        operation_id="getManagedClient",
        method="GET",
        resource="managed-clients",
        below="/{id}",
        generations=_SINCE_V3,
        scopes=_CLIENTS_READ | _STATUS_READ | _STATUS_MANAGE,
        user_level="ORG_ADMIN",
        application_auth=_SINCE_V3,
        handler=resources.get_managed_client,
    ),
    Operation(
        operation_id="getManagedClientHealthIndicators",
        method="GET",
        resource="managed-clients",
        below="/{id}/health-indicators",
        generations=_SINCE_V2025,
        scopes=_CLIENTS_MANAGE,
        user_level="ORG_ADMIN",
        application_auth=_SINCE_V2025,
        handler=resources.get_managed_client_health_indicators,
    ),
    Operation(
        operation_id="getManagedClusters",
        method="GET",
        resource="managed-clusters",
        below="",
        generations=GENERATIONS,
        scopes=_CLIENTS_READ,
        user_level="ORG_ADMIN",
        application_auth=("v2024",),
        handler=resources.get_managed_clusters,
    ),
    Operation(
        operation_id="getManagedCluster",
        method="GET",
        resource="managed-clusters",
        below="/{id}",
        generations=_SINCE_V3,
        scopes=_CLIENTS_READ,
        user_level="ORG_ADMIN",
        application_auth=(),
        handler=resources.get_managed_cluster,
    ),
    Operation(
        operation_id="getManagedCluster",
        method="GET",
        resource="managed-clusters",
        below="/{id}",
        generations=("beta",),
        scopes=_CLIENTS_READ,
        user_level=None,
        application_auth=(),
        handler=resources.get_managed_cluster,
    ),
)
"""Everything the tenant answers, besides ``/oauth/token`` and ``/oauth/info``."""
