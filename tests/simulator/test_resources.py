"""What the operations answer to a permitted call."""

from typing import Any

import pytest

from exporter.clock import Clock
from tests.simulator.calling import signed_in, tenant_on

REPORT = {"body": {"hostname": "va-1"}, "status": "WARNING", "type": "VA", "timestamp": "2020-01-01T00:00:00Z"}


@pytest.mark.parametrize("query", [{}, {"type": ""}, {"type": "va"}, {"type": "OTHER"}, {"type": "null"}])
async def test_a_status_takes_a_type(clock: Clock, query: dict[str, str]) -> None:
    """Without one of the four published types the answer is 400, also for an unknown id."""
    async with signed_in(tenant_on(clock)) as caller:
        answer = await caller.get("/managed-clients/v1/unknown/status", params=query)
    assert (answer.status_code, answer.json()["detailCode"]) == (400, "400.1.3 Illegal value")


@pytest.mark.parametrize("client_type", ["CCG", "VA", "INTERNAL", "IIQ_HARVESTER"])
async def test_any_published_type_will_do(clock: Clock, client_type: str) -> None:
    """The type is what the caller asserts; the document has the client's own."""
    tenant = tenant_on(clock)
    client_id, own_type = tenant.world.client_ids_and_types()[0]
    async with signed_in(tenant) as caller:
        answer = await caller.get(f"/managed-clients/v1/{client_id}/status", params={"type": client_type})
    assert answer.json()["type"] == own_type


@pytest.mark.parametrize(
    "path",
    [
        "/managed-clients/v1/unknown",
        "/managed-clients/v1/unknown/status?type=VA",
        "/managed-clients/v1/unknown/health-indicators",
        "/managed-clusters/v1/unknown",
    ],
)
async def test_an_unknown_id_is_not_found(clock: Clock, path: str) -> None:
    """404 wherever a path has an id."""
    async with signed_in(tenant_on(clock)) as caller:
        answer = await caller.get(path)
    assert (answer.status_code, answer.json()["detailCode"]) == (404, "404 Not found")


async def test_a_list_gives_the_same_documents_as_its_items(clock: Clock) -> None:
    """A client or cluster looks alike in the list and alone."""
    async with signed_in(tenant_on(clock)) as caller:
        for path in ("/managed-clients/v1", "/v2024/managed-clusters"):
            for document in (await caller.get(path)).json():
                assert (await caller.get(f"{path}/{document['id']}")).json() == document


@pytest.mark.parametrize("filters", [None, 'not name eq "nothing has this name"'])
async def test_pages_together_are_the_list(clock: Clock, filters: str | None) -> None:
    """Pages of 100 of 250 clients, with or without a filter, are all of them, once, with the total if asked for."""
    query: dict[str, Any] = {"filters": filters} if filters else {}
    async with signed_in(tenant_on(clock, clients=250)) as caller:
        whole = (await caller.get("/managed-clients/v1", params=query)).json()
        pages = [
            await caller.get("/managed-clients/v1", params={**query, "limit": 100, "offset": offset, "count": "true"})
            for offset in (0, 100, 200, 300)
        ]
    assert [len(page.json()) for page in pages] == [100, 100, 50, 0]
    assert [item for page in pages for item in page.json()] == whole
    assert {page.headers["X-Total-Count"] for page in pages} == {"250"}


async def test_the_total_is_left_out_unless_asked_for(clock: Clock) -> None:
    """No ``X-Total-Count`` without ``count=true``."""
    async with signed_in(tenant_on(clock)) as caller:
        for path in ("/managed-clients/v1", "/managed-clusters/v1"):
            assert "X-Total-Count" not in (await caller.get(path)).headers


@pytest.mark.parametrize("field", ["id", "name", "clientId", "clusterId"])
async def test_clients_are_filtered(clock: Clock, field: str) -> None:
    """The documented fields select the clients that have the value, and count them."""
    async with signed_in(tenant_on(clock)) as caller:
        documents = (await caller.get("/managed-clients/v1")).json()
        value = documents[2][field]
        query = {"filters": f'{field} eq "{value}"', "count": "true"}
        answer = await caller.get("/managed-clients/v1", params=query)
    wanted = [document["id"] for document in documents if document[field] == value]
    assert [document["id"] for document in answer.json()] == wanted
    assert answer.headers["X-Total-Count"] == str(len(wanted))


@pytest.mark.parametrize("filters", ["operational eq true", 'type eq "idn"', 'status eq "NORMAL" or name eq "x"'])
async def test_clusters_are_filtered(clock: Clock, filters: str) -> None:
    """The documented fields are accepted in every generation."""
    async with signed_in(tenant_on(clock)) as caller:
        answer = await caller.get("/beta/managed-clusters", params={"filters": filters})
    assert answer.status_code == 200
    assert len(answer.json()) <= 3


@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/managed-clients/v1", 'status eq "NORMAL"'),
        ("/managed-clients/v1", 'type eq "VA"'),
        ("/managed-clients/v1", 'name sw "VA"'),
        ("/managed-clients/v1", ""),
        ("/managed-clusters/v1", 'id eq "1"'),
    ],
)
async def test_other_filters_are_refused(clock: Clock, path: str, filters: str) -> None:
    """A field or operator that is not documented for the list is answered with 400."""
    async with signed_in(tenant_on(clock)) as caller:
        assert (await caller.get(path, params={"filters": filters})).status_code == 400


async def test_a_report_is_answered_with_a_work_order_and_seen_in_the_status(clock: Clock) -> None:
    """The heartbeat's answer nests the work order as ``body.body``; the next status is what was reported."""
    tenant = tenant_on(clock)
    client_id, _ = tenant.world.client_ids_and_types()[0]
    async with signed_in(tenant) as caller:
        answer = await caller.post(f"/beta/managed-clients/{client_id}/status", json=REPORT)
        status = await caller.get(f"/beta/managed-clients/{client_id}/status", params={"type": "VA"})
    assert (answer.status_code, answer.headers["X-Deprecated"]) == (200, "true")
    assert answer.json()["body"]["body"]["clientId"] == client_id
    assert status.json()["status"] == "WARNING"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"[]",
        b"null",
        b"\xff",
        b'{"body": {}, "status": "NORMAL", "type": "VA"}',
        b'{"status": "NORMAL", "type": "VA", "timestamp": "2020-01-01T00:00:00Z"}',
        b'{"body": [], "status": "NORMAL", "type": "VA", "timestamp": "2020-01-01T00:00:00Z"}',
        b'{"body": {}, "status": "NORMAL", "type": "VA", "timestamp": 1577836800}',
        b'{"body": {}, "status": "FINE", "type": "VA", "timestamp": "2020-01-01T00:00:00Z"}',
        b'{"body": {}, "status": ["NORMAL"], "type": "VA", "timestamp": "2020-01-01T00:00:00Z"}',
        b'{"body": {}, "status": "NORMAL", "type": "VM", "timestamp": "2020-01-01T00:00:00Z"}',
    ],
)
async def test_an_unusable_report_is_refused(clock: Clock, content: bytes) -> None:
    """A report that is no JSON object, or lacks or mistypes a required key, is answered with 400."""
    tenant = tenant_on(clock)
    client_id, _ = tenant.world.client_ids_and_types()[0]
    async with signed_in(tenant) as caller:
        answer = await caller.post(f"/beta/managed-clients/{client_id}/status", content=content[:200_000])
    assert answer.status_code == 400


async def test_a_null_type_may_be_reported(clock: Clock) -> None:
    """``type`` is required and nullable."""
    tenant = tenant_on(clock)
    client_id, _ = tenant.world.client_ids_and_types()[0]
    async with signed_in(tenant) as caller:
        answer = await caller.post(f"/beta/managed-clients/{client_id}/status", json=REPORT | {"type": None})
    assert answer.status_code == 200
