"""The simulated tenant as a caller meets it."""

import asyncio
from email.utils import parsedate_to_datetime

import httpx
import pytest

from exporter.clock import Clock
from exporter.simulator.app import DEMO_CREDENTIAL, Credential, Exchange, SimulatedTenant
from exporter.simulator.operations import GENERATIONS
from tests.simulator.calling import EVERYTHING, calling, signed_in, tenant_on, token_request

FORBIDDEN_TEXT = "The server understood the request but refuses to authorize it."
NOT_FOUND_TEXT = "The server did not find a current representation for the target resource."
STATUS_PATHS = {
    generation: (
        "/managed-clients/v1/{}/status" if generation == "v1" else f"/{generation}/managed-clients/{{}}/status"
    )
    for generation in GENERATIONS
}


def first_client(tenant: SimulatedTenant) -> tuple[str, dict[str, str]]:
    """The first client's id and the query its status takes."""
    client_id, client_type = tenant.world.client_ids_and_types()[0]
    return client_id, {"type": client_type}


async def read_status(tenant: SimulatedTenant, caller: httpx.AsyncClient, generation: str = "v1") -> httpx.Response:
    """Ask for the first client's status."""
    client_id, query = first_client(tenant)
    return await caller.get(STATUS_PATHS[generation].format(client_id), params=query)


async def test_all_generations_read_the_same_status(clock: Clock) -> None:
    """The six status paths give one document."""
    tenant = tenant_on(clock)
    async with signed_in(tenant) as caller:
        answers = [await read_status(tenant, caller, generation) for generation in GENERATIONS]
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.text for answer in answers}) == 1


async def test_only_beta_is_deprecated(clock: Clock) -> None:
    """``X-Deprecated: true`` is on every answer of beta and on no other."""
    tenant = tenant_on(clock)
    async with signed_in(tenant) as caller:
        answers = {generation: await read_status(tenant, caller, generation) for generation in GENERATIONS}
    assert {g: answer.headers.get("X-Deprecated") for g, answer in answers.items()} == {
        generation: "true" if generation == "beta" else None for generation in GENERATIONS
    }


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/beta/managed-clients",
        "/beta/managed-clients/5678",
        "/v3/managed-clients/5678/health-indicators",
        "/v2024/managed-clients/5678/health-indicators",
        "/v1/managed-clients/5678/status",
        "/managed-clients/5678/status",
        "/managed-clients/v2/5678/status",
        "/managed-clients/v1/5678/status/",
        "/v2023/managed-clients",
        "/v3/managed-clusters/1/clients",
        "/V3/managed-clients",
    ],
)
async def test_an_undocumented_path_is_not_found(clock: Clock, path: str) -> None:
    """What a generation does not have is answered with 404, and with no redirect."""
    async with signed_in(tenant_on(clock)) as caller:
        answer = await caller.get(path)
    assert answer.status_code == 404
    assert answer.json()["messages"] == [{"locale": "en-US", "localeOrigin": "DEFAULT", "text": NOT_FOUND_TEXT}]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/v3/managed-clients/5678/status", "GET, HEAD"),
        ("POST", "/managed-clients/v1/5678/status", "GET, HEAD"),
        ("DELETE", "/beta/managed-clients/5678/status", "GET, HEAD, POST"),
        ("GET", "/oauth/token", "POST"),
    ],
)
async def test_another_method_is_not_allowed(clock: Clock, method: str, path: str, allowed: str) -> None:
    """405 names the methods of the path; the status report exists in beta only."""
    async with signed_in(tenant_on(clock)) as caller:
        answer = await caller.request(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    assert answer.json()["detailCode"] == "405 Method not allowed"


async def test_every_answer_has_a_date_and_a_request_id(clock: Clock) -> None:
    """``Date`` tells the tenant's clock; ``SLPT-Request-ID`` differs each time and is the document's trackingId."""
    tenant = SimulatedTenant(tenant_on(clock).world, epoch_seconds=lambda: 1_000_000_000.9)
    async with calling(tenant) as caller:
        answers = [await caller.get(path) for path in ("/oauth/info", "/nowhere", "/v3/managed-clients")]
    assert {parsedate_to_datetime(answer.headers["Date"]).timestamp() for answer in answers} == {1_000_000_000.0}
    assert len({answer.headers["SLPT-Request-ID"] for answer in answers}) == 3
    assert answers[1].json()["trackingId"] == answers[1].headers["SLPT-Request-ID"]


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Basic YTpi"])
async def test_without_a_token_nothing_is_read(clock: Clock, authorization: str | None) -> None:
    """401 with the published document."""
    tenant = tenant_on(clock)
    async with calling(tenant) as caller:
        caller.headers.update({"Authorization": authorization} if authorization else {})
        answer = await read_status(tenant, caller)
    assert (answer.status_code, answer.json()) == (401, {"error": "JWT validation failed: JWT is expired"})


async def test_a_token_expires_on_the_tenants_clock(clock: Clock) -> None:
    """A token of 15 s is good for 15 s."""
    tenant = tenant_on(clock, token_lifetime_seconds=15)
    async with signed_in(tenant) as caller:
        await asyncio.sleep(14)
        assert (await read_status(tenant, caller)).status_code == 200
        await asyncio.sleep(2)
        assert (await read_status(tenant, caller)).status_code == 401


async def test_revoked_tokens_are_refused(clock: Clock) -> None:
    """After ``revoke_tokens`` the token in use is answered with 401."""
    tenant = tenant_on(clock)
    async with signed_in(tenant) as caller:
        tenant.revoke_tokens()
        assert (await read_status(tenant, caller)).status_code == 401


async def test_a_missing_scope_is_forbidden(clock: Clock) -> None:
    """403 with the published text, for the operation that lacks its scope only."""
    credential = Credential("some", "secret", frozenset({"idn:managed-client-status:read"}))
    tenant = tenant_on(clock, credentials=[credential])
    async with signed_in(tenant, credential) as caller:
        assert (await read_status(tenant, caller)).status_code == 200
        answer = await caller.get("/managed-clients/v1")
    assert (answer.status_code, answer.json()["messages"][0]["text"]) == (403, FORBIDDEN_TEXT)


async def test_the_demo_credential_reads_everything_but_health(clock: Clock) -> None:
    """Status, lists and the status report are open to it; health takes a scope that can delete clients."""
    tenant = tenant_on(clock, credentials=[DEMO_CREDENTIAL])
    client_id, _ = first_client(tenant)
    async with signed_in(tenant, DEMO_CREDENTIAL) as caller:
        report = (await read_status(tenant, caller)).json()
        assert (await caller.post(f"/beta/managed-clients/{client_id}/status", json=report)).status_code == 200
        assert (await caller.get("/managed-clients/v1")).status_code == 200
        assert (await caller.get("/managed-clusters/v1")).status_code == 200
        assert (await caller.get(f"/managed-clients/v1/{client_id}/health-indicators")).status_code == 403


async def test_the_rate_limit_strikes_and_passes(clock: Clock) -> None:
    """The call after the last allowed one is answered with 429; after ``Retry-After`` seconds all is well."""
    tenant = tenant_on(clock, rate_limit=3)
    async with signed_in(tenant) as caller:
        answers = [await read_status(tenant, caller) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[3].json() == {"message": " Rate Limit Exceeded "}
        assert answers[3].headers["Retry-After"] == "10"
        assert (await read_status(tenant, caller, "beta")).status_code == 200
        await asyncio.sleep(10)
        assert (await read_status(tenant, caller)).status_code == 200
    assert tenant.violations == 1


async def test_token_requests_have_a_limit_of_their_own(clock: Clock) -> None:
    """Token requests are counted per client id, wrong secrets included, and not with the other calls."""
    other = Credential("other", "secret", frozenset())
    tenant = tenant_on(clock, rate_limit=2, credentials=[EVERYTHING, other])
    async with signed_in(tenant) as caller:
        wrong = token_request() | {"client_secret": "wrong"}
        statuses = [(await caller.post("/oauth/token", data=wrong)).status_code for _ in range(2)]
        assert statuses == [401, 429]
        assert (await caller.post("/oauth/token", data=token_request(other))).status_code == 200
        assert (await read_status(tenant, caller)).status_code == 200


async def test_every_answer_takes_the_latency(clock: Clock) -> None:
    """An answer takes as long as asked for."""
    tenant = tenant_on(clock, latency_millis=250)
    async with calling(tenant) as caller:
        before = clock.monotonic_seconds()
        await caller.get("/oauth/info")
    assert clock.monotonic_seconds() - before == pytest.approx(0.25)


async def test_requests_are_on_record(clock: Clock) -> None:
    """Method, path template and status of each request, and neither ids nor queries."""
    tenant = tenant_on(clock)
    async with signed_in(tenant) as caller:
        await read_status(tenant, caller)
        await caller.get("/nowhere/5678")
    assert list(tenant.requests) == [
        Exchange("POST", "/oauth/token", 200),
        Exchange("GET", "/managed-clients/v1/{id}/status", 200),
        Exchange("GET", "", 404),
    ]


async def test_an_endless_body_is_refused(clock: Clock) -> None:
    """A body above 1 MiB is answered with 413, on every path that takes one."""
    tenant = tenant_on(clock)
    client_id, _ = first_client(tenant)
    async with signed_in(tenant) as caller:
        for path in ("/oauth/token", f"/beta/managed-clients/{client_id}/status"):
            assert (await caller.post(path, content=b" " * (1024 * 1024 + 1))).status_code == 413
