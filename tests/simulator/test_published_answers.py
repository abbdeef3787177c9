"""The answers of every operation, against the schemas of the published OpenAPI documents."""

from typing import Any

import pytest

from exporter.clock import Clock
from exporter.simulator.app import Credential
from exporter.simulator.operations import OPERATIONS, Operation
from exporter.simulator.world import World
from tests.simulator import openapi
from tests.simulator.calling import EVERYTHING, calling, signed_in, tenant_on

ROWS = [
    pytest.param(operation, generation, id=f"{operation.operation_id}-{generation}")
    for operation in OPERATIONS
    for generation in operation.generations
]
NOBODY = Credential("nobody", "secret", frozenset())
REPORT = {"body": {}, "status": "NORMAL", "type": "VA", "timestamp": "2020-01-01T00:00:00Z"}
ODDITIES = {"sinceLastSeen", "ccId", "lastSeen", "sinceSeen", "sinceSeenMillis", "internal_ip", "status"}
"""Where documents stray: numbers that are strings here and bare there, an address that is null, and a status that is
not published, since enumerations may grow at any time."""


def ids(operation: Operation, world: World) -> list[str]:
    """Every id that the operation can be asked for; one for a list, whose path has none."""
    if "{id}" not in operation.below:
        return [""]
    if operation.resource == "managed-clusters":
        return [cluster["id"] for cluster in world.cluster_documents("v1")]
    return [client_id for client_id, _ in world.client_ids_and_types()]


@pytest.mark.parametrize(("operation", "generation"), ROWS)
async def test_documents_differ_in_known_oddities_only(clock: Clock, operation: Operation, generation: str) -> None:
    """Every document satisfies its schema, but for the fields in which the vendor's own samples stray."""
    path = operation.path(generation)
    tenant = tenant_on(clock)
    async with signed_in(tenant) as caller:
        for some_id in ids(operation, tenant.world):
            answer = await caller.request(
                operation.method,
                path.format(id=some_id),
                params={"type": "VA"},
                json=REPORT if operation.method == "POST" else None,
            )
            differing = openapi.differences(generation, operation.method, path, answer.status_code, answer.json())
            fields = {line.partition(":")[0].rpartition(".")[2] for line in differing}
            assert fields <= ODDITIES, differing


@pytest.mark.parametrize(("operation", "generation"), ROWS)
async def test_refusals_are_the_published_documents(clock: Clock, operation: Operation, generation: str) -> None:
    """Every operation's 401, 403, 404 and 429 have the document that its description shows."""
    path = operation.path(generation)
    tenant = tenant_on(clock, rate_limit=1, credentials=[EVERYTHING, NOBODY])
    options: dict[str, Any] = {"params": {"type": "VA"}, "json": REPORT if operation.method == "POST" else None}
    unknown = operation.method, path.format(id="unknown")
    async with calling(tenant) as caller:
        answers = [await caller.request(*unknown, **options)]
    async with signed_in(tenant, NOBODY) as caller:
        answers += [await caller.request(*unknown, **options)]
    async with signed_in(tenant) as caller:
        answers += [await caller.request(*unknown, **options) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [401, 403, 404 if "{id}" in path else 200, 429]
    for answer in answers:
        differing = openapi.differences(generation, operation.method, path, answer.status_code, answer.json())
        assert answer.is_success or not differing
