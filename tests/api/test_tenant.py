"""exporter.api.tenant: the whole way of a call, against a tenant in memory."""

import asyncio
import itertools
import json
from pathlib import Path

import httpx
import pytest

from exporter.api.calls import ApiState
from exporter.api.credentials import Credentials, FileCredentials
from exporter.api.documents import ManagedClientStatus
from exporter.api.paths import GENERATIONS
from exporter.api.tenant import TenantApi
from exporter.clock import Clock
from exporter.errors import ApiError, Reason
from tests.api.fakes import STATUS, FakeObserver, FakeSource, FakeTenant, form, json_answer, token_answer

AGGREGATED = {"status": "NORMAL", "type": "CCG", "timestamp": "2020-01-01T00:00:00Z", "body": {"body": {"id": "1528"}}}


class World:
    """A tenant, its API, and everything around them."""

    def __init__(
        self, clock: Clock, *, generation: str = "v1", rate_budget: int = 50, latency_seconds: float = 0.0
    ) -> None:
        self.clock = clock
        self.tenant = FakeTenant(latency_seconds=latency_seconds)
        self.observer = FakeObserver()
        self.source = FakeSource()
        self.api = TenantApi(
            base_url="https://acme.api.identitynow.com",
            generation=generation,
            credentials=self.source,
            clock=clock,
            observer=self.observer,
            rate_budget=rate_budget,
            transport=self.tenant.transport,
            random=lambda: 0.5,
        )

    async def get(self, client_id: str = "1528", *, within_seconds: float = 9.5) -> str | Reason:
        """A client's status, or the reason why there is none."""
        try:
            return (await self.status(client_id, within_seconds=within_seconds)).status
        except ApiError as error:
            return error.reason

    async def status(self, client_id: str = "1528", *, within_seconds: float = 9.5) -> ManagedClientStatus:
        """A client's status document."""
        return await self.api.get_managed_client_status(client_id, "CCG", deadline=self.clock.deadline(within_seconds))

    async def get_many(self, count: int, *, within_seconds: float = 9.5) -> list[str | Reason]:
        """Ten at a time, as a collection cycle does."""
        deadline = self.clock.deadline(within_seconds)
        queue = iter(range(count))

        async def work() -> list[str | Reason]:
            return [await self.get(str(number), within_seconds=deadline.remaining_seconds) for number in queue]

        return list(itertools.chain(*await asyncio.gather(*(work() for _ in range(10)))))


@pytest.fixture
def world(clock: Clock) -> World:
    """A world in which all is well."""
    return World(clock)


async def test_a_status_is_asked_for_as_the_reference_says(world: World) -> None:
    """Method, path, type, token; no compression is offered, and the exporter says who it is."""
    assert await world.get() == "NORMAL"
    request = world.tenant.api_requests[0]
    assert request.method == "GET"
    assert str(request.url) == "https://acme.api.identitynow.com/managed-clients/v1/1528/status?type=CCG"
    assert request.headers["Authorization"] == "Bearer token-1"
    assert request.headers["Accept-Encoding"] == "identity"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["User-Agent"].startswith("sailpoint-exporter/")
    assert "Cookie" not in request.headers


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_every_generation_is_asked_at_its_own_path(clock: Clock, generation: str) -> None:
    """The document is the same."""
    world = World(clock, generation=generation)
    assert await world.get() == "NORMAL"
    assert generation in world.tenant.api_requests[0].url.path.split("/")


async def test_the_secret_goes_into_the_body_only(world: World) -> None:
    """Urlencoded; the address, which logs keep, has nothing of it."""
    world.source.credentials = Credentials("an-id", "a&secret=+/%")
    await world.get()
    request = world.tenant.token_requests[0]
    assert (request.method, str(request.url)) == ("POST", "https://acme.api.identitynow.com/oauth/token")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in request.headers
    assert form(request) == {
        "grant_type": "client_credentials",
        "client_id": "an-id",
        "client_secret": "a&secret=+/%",
    }


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_report_is_always_posted_to_beta(clock: Clock, generation: str) -> None:
    """It was published nowhere else; its answer is the aggregated document."""
    world = World(clock, generation=generation)
    world.tenant.next_api.append(json_answer(AGGREGATED))
    answer = await world.api.update_managed_client_status("1528", STATUS, deadline=clock.deadline(9.5))
    assert answer.status == "NORMAL"
    request = world.tenant.api_requests[0]
    assert (request.method, request.url.path, request.url.query) == ("POST", "/beta/managed-clients/1528/status", b"")
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.content) == STATUS


async def test_a_document_that_is_no_status_is_told_as_schema(world: World) -> None:
    """What the parser refuses counts against the call."""
    world.tenant.next_api.append(json_answer({"detailCode": "200", "messages": []}))
    assert await world.get() is Reason.SCHEMA
    assert world.observer.calls[-1].reason is Reason.SCHEMA


async def test_a_refusal_for_lack_of_a_scope_names_it(world: World) -> None:
    """And asks for no other token."""
    world.tenant.next_api.append(json_answer({}, 403))
    with pytest.raises(ApiError, match="idn:managed-client-status:read"):
        await world.status()
    assert len(world.tenant.token_requests) == 1


async def test_a_revoked_token_is_renewed_within_the_call(world: World) -> None:
    """The caller sees nothing of it."""
    await world.get()
    world.tenant.next_api.append(json_answer({"error": "JWT validation failed"}, 401))
    assert await world.get() == "NORMAL"
    assert world.tenant.api_requests[-1].headers["Authorization"] == "Bearer token-2"
    assert len(world.tenant.api_requests) == 3


async def test_a_token_that_is_never_good_costs_few_requests(world: World) -> None:
    """One renewal in 30 s, however many calls are refused."""
    world.tenant.always_api = json_answer({"error": "invalid"}, 401)
    assert set(await world.get_many(20)) == {Reason.UNAUTHORIZED}
    assert len(world.tenant.token_requests) == 2


async def test_a_renewal_that_fails_is_the_reason(world: World) -> None:
    """More telling than the refusal before it."""
    await world.get()
    world.tenant.next_api.append(json_answer({}, 401))
    world.tenant.next_token.append(json_answer({"error": "invalid_client"}, 401))
    assert await world.get() is Reason.TOKEN_REJECTED


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (json_answer({"error": "invalid_client"}, 400), Reason.TOKEN_REJECTED),
        (json_answer({"error": "invalid_client"}, 401), Reason.TOKEN_REJECTED),
        (json_answer({}, 403), Reason.TOKEN_REJECTED),
        (json_answer({}, 404), Reason.TOKEN),
        (json_answer({}, 500), Reason.TOKEN),
        (json_answer({}), Reason.TOKEN),
        (httpx.Response(200, html="<html>"), Reason.TOKEN),
        (token_answer("a" * 64 * 1024), Reason.TOKEN),
        (httpx.Response(307, headers={"Location": "https://evil.example/"}), Reason.REDIRECT),
        (json_answer({}, 429), Reason.RATE_LIMITED),
        (httpx.ConnectError("x"), Reason.CONNECT),
        (httpx.ConnectTimeout("x"), Reason.CONNECT_TIMEOUT),
    ],
)
async def test_a_token_that_cannot_be_had_is_the_callers_reason(
    world: World, answer: httpx.Response | Exception, reason: Reason
) -> None:
    """All callers get it from one request, none of them calls the API."""
    world.tenant.always_token = answer
    ends = await world.get_many(50)
    assert ends[0] is reason
    assert set(ends) <= {reason, Reason.BACKOFF}
    assert len(world.tenant.token_requests) == 1
    assert world.tenant.api_requests == []


async def test_a_throttled_token_endpoint_does_not_stop_other_calls(world: World) -> None:
    """The token in use goes on."""
    await world.get()
    await asyncio.sleep(700.0)
    world.tenant.always_token = json_answer({}, 429, Retry_After="300")
    assert [await world.get() for _ in range(5)] == 5 * ["NORMAL"]
    await asyncio.sleep(1.0)
    assert await world.get() == "NORMAL"
    assert len(world.tenant.token_requests) == 2


async def test_nothing_leaves_during_a_back_off(world: World) -> None:
    """Neither API calls nor token calls, for as long as the tenant said."""
    await world.get()
    world.tenant.next_api.append(json_answer({}, 429, Retry_After="5"))
    assert await world.get() is Reason.RATE_LIMITED
    sent = len(world.tenant.requests)
    assert set(await world.get_many(20)) == {Reason.BACKOFF}
    assert world.api.state.backoff_seconds == 5.0
    assert len(world.tenant.requests) == sent
    await asyncio.sleep(5.0)
    assert set(await world.get_many(20)) == {"NORMAL"}


async def test_a_token_is_not_fetched_during_a_back_off(world: World) -> None:
    """The token ends in the middle of the silence."""
    world.tenant.next_token.append(token_answer(expires_in=1))
    world.tenant.next_api.append(json_answer({}, 503, Retry_After="100"))
    assert await world.get() is Reason.HTTP_5XX
    await asyncio.sleep(50.0)
    assert await world.get() is Reason.BACKOFF
    assert len(world.tenant.token_requests) == 1
    assert world.api.state.budget_used == 0


async def test_a_back_off_reaches_calls_that_wait_for_a_slot(clock: Clock) -> None:
    """They queued before the tenant asked to wait."""
    world = World(clock, rate_budget=2)
    await world.get()
    world.tenant.next_api.append(json_answer({}, 429, Retry_After="60"))
    ends = await asyncio.gather(world.get(within_seconds=30.0), world.get(within_seconds=30.0))
    assert set(ends) == {Reason.RATE_LIMITED, Reason.BACKOFF}
    assert len(world.tenant.api_requests) == 2


async def test_a_tenant_that_throttles_for_an_hour_gets_one_call_per_back_off(world: World) -> None:
    """And calls resume with the first scrape after its time."""
    world.tenant.always_api = json_answer({}, 429, Retry_After="30")
    for _ in range(240):
        await world.get_many(20)
        await asyncio.sleep(15.0)
    first_scrape = 10
    assert len(world.tenant.api_requests) <= first_scrape + 3600 / 30
    world.tenant.always_api = None
    await asyncio.sleep(30.0)
    assert set(await world.get_many(20)) == {"NORMAL"}


async def test_the_budget_holds_for_tokens_and_calls_alike(clock: Clock) -> None:
    """60 clients on 50 slots: 49 are read, the rest is skipped, none waits in vain."""
    world = World(clock, latency_seconds=0.1)
    started = clock.monotonic_seconds()
    ends = await world.get_many(60)
    assert ends.count("NORMAL") == 49
    assert ends.count(Reason.SKIPPED) == 11
    assert clock.monotonic_seconds() - started < 1.0
    assert len(world.tenant.requests) == 50


async def test_a_slower_scrape_uses_slots_again(clock: Clock) -> None:
    """Each one 10 s after its answer."""
    world = World(clock, rate_budget=5, latency_seconds=0.1)
    assert (await world.get_many(12, within_seconds=29.5)).count("NORMAL") == 12
    for sent in world.tenant.sent_at_seconds:
        window = [at for at in world.tenant.answered_at_seconds if sent - 10.0 < at <= sent]
        assert len(window) < 5


async def test_capacity_and_state_tell_what_is_possible(world: World) -> None:
    """Before, after, and in a back-off, which takes no capacity: calls refused for it say so themselves."""
    assert world.api.capacity(world.clock.deadline(9.5)) == 50
    assert world.api.state == ApiState(50, 0, 0.0, None)
    await world.get()
    assert world.api.capacity(world.clock.deadline(9.5)) == 48
    assert world.api.state == ApiState(50, 2, 0.0, world.observer.expiries[0])
    world.tenant.next_api.append(json_answer({}, 429, Retry_After="30"))
    await world.get()
    assert world.api.capacity(world.clock.deadline(9.5)) == 47
    assert await world.get() is Reason.BACKOFF
    assert world.api.state == ApiState(50, 3, 30.0, world.observer.expiries[0])


async def test_fifty_callers_at_once_cause_one_token_request(world: World) -> None:
    """Single flight through the whole way."""
    await asyncio.gather(*(world.get() for _ in range(20)))
    assert len(world.tenant.token_requests) == 1


async def test_one_call_that_hangs_costs_only_itself(world: World) -> None:
    """The other 99 are read meanwhile, if the budget allows."""
    world = World(world.clock, rate_budget=200)

    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3600.0)
        raise AssertionError

    await world.get()
    world.tenant.next_api.append(hang)
    ends = await world.get_many(100)
    assert (ends.count("NORMAL"), ends.count(Reason.DEADLINE)) == (99, 1)


async def test_an_unusable_id_never_leaves(world: World) -> None:
    """Settings refuse it; here it could only be a bug."""
    assert await world.get("../oauth/token") is Reason.SCHEMA
    assert world.tenant.requests == []


async def test_a_rotated_secret_is_used_for_the_next_token(clock: Clock, tmp_path: Path) -> None:
    """Files are read at each token fetch, not before."""
    secret = tmp_path / "client_secret"
    secret.write_text("first")
    world = World(clock)
    api = TenantApi(
        base_url="http://127.0.0.1:9854",
        generation="v1",
        credentials=FileCredentials("an-id", secret),
        clock=clock,
        observer=world.observer,
        transport=world.tenant.transport,
    )
    await api.get_managed_client_status("1528", "CCG", deadline=clock.deadline(9.5))
    secret.write_text("second")
    await asyncio.sleep(1000.0)
    await api.get_managed_client_status("1528", "CCG", deadline=clock.deadline(9.5))
    assert [form(request)["client_secret"] for request in world.tenant.token_requests] == ["first", "second"]
    await api.aclose()


def _padded(document: object, octets: int) -> httpx.Response:
    """The document in as many octets."""
    content = json.dumps(document).encode().ljust(octets)
    return httpx.Response(200, content=content, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize(("surplus", "reason"), [(-1, None), (0, None), (1, Reason.TOO_LARGE)])
async def test_an_answer_is_read_up_to_its_limit(world: World, surplus: int, reason: Reason | None) -> None:
    """A document has 1 MiB, a page of a list four, a token's answer 64 KiB; one byte more is too much."""
    token = {"access_token": "token-1", "expires_in": 749}
    world.tenant.next_token.append(_padded(token, 64 * 1024 + surplus))
    assert await world.get() == (Reason.TOKEN if reason else "NORMAL")
    world = World(world.clock)
    world.tenant.next_api += [_padded(STATUS, 1024 * 1024 + surplus), _padded([], 4 * 1024 * 1024 + surplus)]
    assert await world.get() == (reason or "NORMAL")
    found: object = None
    try:
        found = await world.api.list_managed_clients(deadline=world.clock.deadline(9.5))
    except ApiError as error:
        found = error.reason
    assert found == (reason or ())


async def test_cookies_are_not_kept(world: World) -> None:
    """A tenant that sets some gets none back."""
    world.tenant.next_api.append(json_answer(STATUS, Set_Cookie="session=canary"))
    await world.get()
    await world.get()
    assert all("Cookie" not in request.headers for request in world.tenant.requests)


async def test_no_secret_shows_in_logs_or_errors(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """At debug level, with everything failing."""
    caplog.set_level("DEBUG")
    world.source.credentials = Credentials("CANARY-ID", "CANARY-SECRET")
    world.tenant.next_token += [
        json_answer({"error": "CANARY-BODY"}, 500),
        token_answer("CANARY TOKEN"),
        token_answer("CANARY-TOKEN"),
    ]
    world.tenant.next_api += [
        json_answer({"detailCode": "CANARY-CODE", "messages": [{"text": "CANARY-TEXT"}]}, 500),
        json_answer({}, 429, Retry_After="CANARY-HEADER"),
    ]
    texts = []
    for _ in range(4):
        with pytest.raises(ApiError) as caught:
            await world.status()
        texts.append(str(caught.value))
        await asyncio.sleep(2.0)
    assert "CANARY" not in caplog.text + "".join(texts) + repr(world.observer.calls)
