"""Each kind of fault, in process."""

import gzip
from typing import Any

import httpx
import pytest

from exporter.clock import Clock
from exporter.simulator import faults
from exporter.simulator.app import Exchange, SimulatedTenant
from exporter.simulator.fault_script import Fault, Forever
from tests.simulator.calling import calling, signed_in, tenant_on, token_request

CLIENTS = "/managed-clients/v1"


async def met_by(tenant: SimulatedTenant, fault: Fault) -> httpx.Response:
    """The answer of a client list that meets the fault."""
    tenant.faults.add("getManagedClients", fault)
    async with signed_in(tenant) as caller:
        answer = await caller.get(CLIENTS)
    assert tenant.faults.pending == ()
    return answer


async def normal(tenant: SimulatedTenant) -> httpx.Response:
    """The answer without a fault."""
    async with signed_in(tenant) as caller:
        return await caller.get(CLIENTS)


@pytest.mark.parametrize(
    ("fault", "status_code", "content_type", "text"),
    [
        (faults.BAD_REQUEST, 400, "application/json", "400.1 Bad Request Content"),
        (faults.UNAUTHORIZED, 401, "application/json", "JWT is expired"),
        (faults.FORBIDDEN, 403, "application/json", "403 Forbidden"),
        (faults.NOT_FOUND, 404, "application/json", "404 Not found"),
        (faults.too_many_requests(5), 429, "application/json", " Rate Limit Exceeded "),
        (faults.INTERNAL_FAULT, 500, "application/json", "500.0 Internal Fault"),
        (faults.BAD_GATEWAY, 502, "text/html", "<h1>502 Bad Gateway</h1>"),
        (faults.GATEWAY_TIMEOUT, 504, "text/html", "<h1>504 Gateway Time-out</h1>"),
        (faults.HTML_200, 200, "text/html", "<h1>Sign in</h1>"),
        (faults.NOT_JSON, 200, "application/json", "<h1>Sign in</h1>"),
        (faults.EMPTY_BODY, 200, "application/json", ""),
        (faults.EMPTY_LIST, 200, "application/json", "[]"),
        (faults.OtherDocument({"detailCode": "x"}), 200, "application/json", '{"detailCode":"x"}'),
        (faults.Status(418, "tea", {"Content-Type": "text/tea"}), 418, "text/tea", "tea"),
    ],
)
async def test_a_fault_replaces_the_answer(
    clock: Clock, fault: Fault, status_code: int, content_type: str, text: str
) -> None:
    """Status, media type and body are the fault's; the common headers are there nevertheless."""
    answer = await met_by(tenant_on(clock), fault)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status_code, content_type)
    assert text in answer.text
    assert (text == "") is (answer.content == b"")
    assert {"date", "slpt-request-id", "content-length"} <= answer.headers.keys()


@pytest.mark.parametrize(("retry_after", "header"), [(5, "5"), ("1e9", "1e9"), (None, None)])
async def test_retry_after_can_be_anything(clock: Clock, retry_after: Any, header: str | None) -> None:
    """429 with whole seconds, with garbage, and without the header."""
    answer = await met_by(tenant_on(clock), faults.too_many_requests(retry_after))
    assert answer.headers.get("Retry-After") == header


async def test_a_redirect_points_elsewhere(clock: Clock) -> None:
    """302 with a Location."""
    answer = await met_by(tenant_on(clock), faults.redirect("http://elsewhere.test/"))
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://elsewhere.test/")


async def test_an_item_is_repeated(clock: Clock) -> None:
    """The list is whole, and its last item comes twice."""
    tenant = tenant_on(clock)
    items = (await normal(tenant)).json()
    assert [item["id"] for item in (await met_by(tenant, faults.RepeatItem())).json()] == [
        *(item["id"] for item in items),
        items[-1]["id"],
    ]


async def test_the_content_type_is_wrong(clock: Clock) -> None:
    """The body is the normal one, under another media type."""
    answer = await met_by(tenant_on(clock), faults.WrongContentType("text/plain"))
    assert answer.headers["Content-Type"] == "text/plain"
    assert len(answer.json()) == 12


async def test_gzip_comes_unasked(clock: Clock) -> None:
    """The body is compressed although the caller accepts identity only."""
    tenant = tenant_on(clock)
    tenant.faults.add("getManagedClients", faults.Gzip())
    async with signed_in(tenant) as caller, caller.stream("GET", CLIENTS) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(raw) == int(answer.headers["Content-Length"])
    assert gzip.decompress(raw).startswith(b"[{")


async def test_a_call_hangs(clock: Clock) -> None:
    """The normal answer comes late."""
    tenant = tenant_on(clock)
    before = clock.monotonic_seconds()
    answer = await met_by(tenant, faults.Hang(3600))
    assert clock.monotonic_seconds() - before == pytest.approx(3600, abs=1)
    assert answer.status_code == 200


async def test_a_body_drips(clock: Clock) -> None:
    """The body comes piece by piece, an interval apart, and is whole in the end."""
    tenant = tenant_on(clock)
    before = clock.monotonic_seconds()
    answer = await met_by(tenant, faults.Drip(piece_bytes=1000, interval_seconds=2))
    pieces = -(-len(answer.content) // 1000)
    assert clock.monotonic_seconds() - before == pytest.approx(2 * pieces, abs=1)
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    assert len(answer.json()) == 12


@pytest.mark.parametrize(("fault", "status"), [(faults.Reset(), 0), (faults.TruncatedJson(), 200)])
async def test_without_a_connection_a_cut_is_an_exception(clock: Clock, fault: Fault, status: int) -> None:
    """In process, a cut connection reaches the caller as ConnectionResetError, and is on record."""
    tenant = tenant_on(clock)
    with pytest.raises(ConnectionResetError):
        await met_by(tenant, fault)
    assert tenant.requests[-1] == Exchange("GET", CLIENTS, status)


async def test_a_fault_comes_before_token_and_limit(clock: Clock) -> None:
    """A scripted answer needs no token and costs no call of the rate limit."""
    tenant = tenant_on(clock, rate_limit=1)
    tenant.faults.add("getManagedClients", faults.INTERNAL_FAULT, faults.INTERNAL_FAULT)
    async with calling(tenant) as caller:
        assert [(await caller.get(CLIENTS)).status_code for _ in range(3)] == [500, 500, 401]
    assert tenant.violations == 0


async def test_the_token_endpoint_can_fail_too(clock: Clock) -> None:
    """``createAccessToken`` and ``getOAuthInfo`` are operations like the others."""
    tenant = tenant_on(clock)
    tenant.faults.add("createAccessToken", Forever(faults.BAD_GATEWAY))
    tenant.faults.add("getOAuthInfo", faults.EMPTY_BODY)
    async with calling(tenant) as caller:
        assert (await caller.post("/oauth/token", data=token_request())).status_code == 502
        assert (await caller.get("/oauth/info")).content == b""


async def test_one_id_can_fail_alone(clock: Clock) -> None:
    """A fault for one client leaves the others alone, in every generation."""
    tenant = tenant_on(clock)
    first, second = (client_id for client_id, _ in tenant.world.client_ids_and_types()[:2])
    tenant.faults.add("getManagedClientStatus", Forever(faults.FORBIDDEN), only_id=first)
    async with signed_in(tenant) as caller:
        for path in ("/managed-clients/v1/{}/status?type=VA", "/beta/managed-clients/{}/status?type=VA"):
            assert (await caller.get(path.format(first))).status_code == 403
            assert (await caller.get(path.format(second))).status_code == 200
