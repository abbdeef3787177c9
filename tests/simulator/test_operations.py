"""The table of operations, against the published OpenAPI documents."""

from typing import Any

import pytest

from exporter.simulator.operations import GENERATIONS, OPERATIONS, Operation
from exporter.simulator.tokens import Grant
from tests.simulator import openapi

ROWS = [
    pytest.param(operation, generation, id=f"{operation.operation_id}-{generation}")
    for operation in OPERATIONS
    for generation in operation.generations
]
SIMULATED = {(operation.method, operation.path(g)) for operation in OPERATIONS for g in operation.generations}


def published(operation: Operation, generation: str) -> dict[str, Any]:
    """What the OpenAPI document says of the operation."""
    found = [
        description
        for method, path, description in openapi.operations(generation)
        if (method, path) == (operation.method, operation.path(generation))
    ]
    assert len(found) == 1
    return found[0]


def security(description: dict[str, Any], scheme: str) -> frozenset[str] | None:
    """The scopes published for a scheme; None when the scheme is not accepted."""
    return next((frozenset(item[scheme]) for item in description["security"] if scheme in item), None)


@pytest.mark.parametrize(("operation", "generation"), ROWS)
def test_an_operation_is_the_published_one(operation: Operation, generation: str) -> None:
    """Name, path, scopes, user level and accepted contexts are those of the vendor's document."""
    description = published(operation, generation)
    assert description["operationId"].removesuffix("V1") == operation.operation_id
    assert description.get("x-sailpoint-userLevels", [None]) == [operation.user_level]
    assert security(description, "userAuth") == operation.scopes
    in_application = operation.scopes if generation in operation.application_auth else None
    assert security(description, "applicationAuth") == in_application


@pytest.mark.parametrize("generation", GENERATIONS)
def test_what_reads_clients_and_clusters_is_simulated(generation: str) -> None:
    """Of what is published, only writes, log configurations and cluster types are left out."""
    left_out = {
        path
        for method, path, _ in openapi.operations(generation)
        if method == "GET" and (method, path) not in SIMULATED and not path.startswith("/oauth/")
    }
    assert all("log-config" in path or "managed-cluster-types" in path for path in left_out)


def grant(*scopes: str, level: str = "ORG_ADMIN", user_context: bool = True) -> Grant:
    """What a token permits."""
    return Grant("client", frozenset(scopes), frozenset({level} if user_context else ()), user_context)


BY_ID = {operation.operation_id: operation for operation in OPERATIONS}


@pytest.mark.parametrize("scope", ["idn:remote-client:read", "idn:remote-client:manage", "sp:scopes:all"])
def test_any_one_scope_is_enough(scope: str) -> None:
    """One of the listed scopes opens the operation, and so does the scope for everything."""
    assert BY_ID["getManagedClients"].permits(grant(scope), "v1")


def test_another_scope_is_not() -> None:
    """A scope of another operation does not help."""
    assert not BY_ID["getManagedClientStatus"].permits(grant("idn:managed-client-status:manage"), "v1")


def test_the_user_level_counts_where_one_is_stated() -> None:
    """A user below ORG_ADMIN reads a status, and no list."""
    helpdesk = grant("sp:scopes:all", level="HELPDESK")
    assert BY_ID["getManagedClientStatus"].permits(helpdesk, "v1")
    assert not BY_ID["getManagedClients"].permits(helpdesk, "v1")


@pytest.mark.parametrize("generation", GENERATIONS)
def test_an_api_client_lists_clusters_in_one_generation_only(generation: str) -> None:
    """``applicationAuth`` is published for the cluster list of v2024 and for no other."""
    application = grant("idn:remote-client:read", user_context=False)
    assert BY_ID["getManagedClusters"].permits(application, generation) is (generation == "v2024")
