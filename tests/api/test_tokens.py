"""exporter.api.tokens: had when needed, renewed early, asked for once by all."""

import asyncio
import contextlib
import itertools
import logging
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.api.access_token import AccessToken, parse_access_token
from exporter.api.answer import ThrottledError
from exporter.api.credentials import Credentials
from exporter.api.tokens import REFRESH_SECONDS, Tokens
from exporter.clock import Clock, Deadline
from exporter.errors import ApiError, Reason
from tests.api.fakes import FakeObserver, FakeSource, own_messages
from tests.virtual_time import VirtualTimeLoop, virtual_clock


class FakeEndpoint:
    """A token endpoint that takes a second, and fails as a test tells it to."""

    def __init__(self, clock: Clock, expires_in: object = 749) -> None:
        self.clock = clock
        self.expires_in = expires_in
        self.takes_seconds = 1.0
        self.failures: deque[ApiError] = deque()
        self.failure: ApiError | None = None
        self.asked_at_seconds: list[float] = []
        self.credentials: list[Credentials] = []

    async def __call__(self, credentials: Credentials, deadline: Deadline) -> AccessToken:
        """One token request."""
        self.asked_at_seconds.append(self.clock.monotonic_seconds())
        self.credentials.append(credentials)
        try:
            async with asyncio.timeout_at(deadline.at_seconds):
                await asyncio.sleep(self.takes_seconds)
        except TimeoutError:
            raise ApiError(Reason.DEADLINE, "too slow") from None
        if failure := self.failures.popleft() if self.failures else self.failure:
            raise failure
        document = {"access_token": f"token-{self.requests}", "expires_in": self.expires_in}
        return parse_access_token(document, self.clock)

    @property
    def requests(self) -> int:
        """How often it was asked."""
        return len(self.asked_at_seconds)


class World:
    """Tokens with everything they need."""

    def __init__(self, clock: Clock, expires_in: object = 749) -> None:
        self.clock = clock
        self.source = FakeSource()
        self.endpoint = FakeEndpoint(clock, expires_in)
        self.observer = FakeObserver()
        self.tokens = Tokens(self.source, self.endpoint, clock=clock, observer=self.observer, random=lambda: 0.5)

    async def current(self, within_seconds: float = 60.0) -> str | Reason:
        """The token to use now, or why there is none."""
        try:
            return (await self.tokens.current(self.clock.deadline(within_seconds))).value
        except ApiError as error:
            return error.reason

    async def instead_of(self, rejected: AccessToken) -> str | Reason | None:
        """The token to use after the API refused one."""
        try:
            token = await self.tokens.instead_of(rejected, self.clock.deadline(60.0))
        except ApiError as error:
            return error.reason
        return None if token is None else token.value


@pytest.fixture
def world(clock: Clock) -> World:
    """A world in which all is well."""
    return World(clock)


def failure(reason: Reason) -> ApiError:
    """How a token request fails."""
    return ApiError(reason, "as the test says")


async def test_the_first_caller_waits_and_the_others_have_it(world: World) -> None:
    """One request for the token's life."""
    assert world.tokens.expiry_epoch_seconds is None
    assert await world.current() == "token-1"
    assert await world.current() == "token-1"
    assert world.endpoint.requests == 1
    assert world.observer.expiries == [world.tokens.expiry_epoch_seconds]
    assert world.tokens.expiry_epoch_seconds == world.clock.epoch_seconds() + 749.0


async def test_callers_at_the_same_time_share_one_request(world: World) -> None:
    """And its result."""
    assert await asyncio.gather(*(world.current() for _ in range(50))) == 50 * ["token-1"]
    assert world.endpoint.requests == 1


async def test_callers_at_the_same_time_share_one_failure(world: World) -> None:
    """Nobody asks again because the first one failed."""
    world.endpoint.failure = failure(Reason.HTTP_5XX)
    assert await asyncio.gather(*(world.current() for _ in range(50))) == 50 * [Reason.TOKEN]
    assert world.endpoint.requests == 1
    assert world.observer.failures == [Reason.TOKEN]


async def test_a_due_token_is_used_while_it_is_renewed(world: World) -> None:
    """Nobody waits for a renewal in the margin, and only one is under way."""
    await world.current()
    await asyncio.sleep(680.0)
    started = world.clock.monotonic_seconds()
    assert [await world.current() for _ in range(5)] == 5 * ["token-1"]
    assert world.clock.monotonic_seconds() == started
    await asyncio.sleep(2.0)
    assert await world.current() == "token-2"
    assert world.endpoint.requests == 2


@pytest.mark.parametrize("hangs", [False, True])
async def test_a_broken_endpoint_hurts_nobody_before_the_end(world: World, hangs: bool) -> None:  # noqa: FBT001 - a table's column
    """The current token serves to its last second; then callers learn what is wrong."""
    await world.current()
    world.endpoint.takes_seconds = 3600.0 if hangs else 1.0
    world.endpoint.failure = failure(Reason.HTTP_5XX)
    seen = set()
    while world.tokens.expiry_epoch_seconds and world.clock.epoch_seconds() < world.tokens.expiry_epoch_seconds:
        seen.add(await world.current())
        await asyncio.sleep(1.0)
    assert seen == {"token-1"}
    await asyncio.sleep(REFRESH_SECONDS)
    assert await world.current() is (Reason.DEADLINE if hangs else Reason.TOKEN)


async def test_tokens_of_15_seconds_work(clock: Clock) -> None:
    """Renewed from the middle of their life on, so that no call ever waits after the first."""
    world = World(clock, expires_in=15)
    await world.current()
    started, waited = clock.monotonic_seconds(), 0.0
    for _ in range(60):
        before = clock.monotonic_seconds()
        assert str(await world.current()).startswith("token-")
        waited += clock.monotonic_seconds() - before
        await asyncio.sleep(1.0)
    assert waited == 0.0
    assert world.endpoint.requests <= 2 + (clock.monotonic_seconds() - started) / 7.5


async def test_an_expired_token_is_not_used(world: World) -> None:
    """After a long pause the next caller waits for a new one."""
    await world.current()
    await asyncio.sleep(10_000.0)
    assert await world.current() == "token-2"


async def test_a_waiter_leaves_at_its_own_deadline_and_the_request_goes_on(world: World) -> None:
    """The next caller profits."""
    world.endpoint.takes_seconds = 5.0
    assert await world.current(within_seconds=2.0) is Reason.DEADLINE
    assert await world.current() == "token-1"
    assert world.endpoint.requests == 1


async def test_a_cancelled_waiter_does_not_cancel_the_request(world: World) -> None:
    """Neither for those who still wait, nor for those to come."""
    leaving, staying = asyncio.create_task(world.current()), asyncio.create_task(world.current())
    await asyncio.sleep(0.5)
    leaving.cancel()
    assert await staying == "token-1"
    assert world.endpoint.requests == 1


async def test_a_hanging_endpoint_is_given_up(world: World) -> None:
    """A request has a time limit of its own, so that the next one can be tried."""
    world.endpoint.takes_seconds = 3600.0
    assert await world.current() is Reason.DEADLINE
    world.endpoint.takes_seconds = 1.0
    await asyncio.sleep(2.0)
    assert await world.current() == "token-2"


async def test_callers_in_a_back_off_get_the_last_failure_without_a_call(world: World) -> None:
    """They are told what is wrong, not that somebody waits."""
    world.endpoint.failure = failure(Reason.UNAUTHORIZED)
    assert [await world.current() for _ in range(100)] == 100 * [Reason.TOKEN_REJECTED]
    assert world.endpoint.requests == 1
    await asyncio.sleep(119.0)
    assert await world.current() is Reason.TOKEN_REJECTED
    assert world.endpoint.requests == 1
    await asyncio.sleep(1.0)
    assert await world.current() is Reason.TOKEN_REJECTED
    assert world.endpoint.requests == 2


async def test_a_changed_secret_is_tried_at_once(world: World) -> None:
    """Whatever the back-off."""
    world.endpoint.failures.append(failure(Reason.HTTP_400))
    assert await world.current() is Reason.TOKEN_REJECTED
    world.source.credentials = Credentials("an-id", "another-secret")
    assert await world.current() == "token-2"
    assert world.endpoint.credentials[-1].client_secret == "another-secret"


async def test_being_asked_to_wait_is_a_back_off(world: World) -> None:
    """For token calls only; a valid token goes on being used."""
    throttled = ThrottledError(Reason.RATE_LIMITED, "HTTP 429", status_code=429)
    throttled.retry_after_seconds = 30.0
    world.endpoint.failures.append(throttled)
    assert await world.current() is Reason.RATE_LIMITED
    assert await world.current() is Reason.BACKOFF
    await asyncio.sleep(30.0)
    assert await world.current() == "token-2"


async def test_a_refused_token_is_renewed_once_for_all(world: World) -> None:
    """Callers whose calls were refused together share the renewal."""
    await world.current()
    rejected = await world.tokens.current(world.clock.deadline(1.0))
    assert await asyncio.gather(*(world.instead_of(rejected) for _ in range(10))) == 10 * ["token-2"]
    assert world.endpoint.requests == 2


async def test_a_token_that_was_renewed_meanwhile_is_taken(world: World) -> None:
    """A late refusal of the old one asks for nothing."""
    old = await world.tokens.current(world.clock.deadline(60.0))
    assert await world.instead_of(old) == "token-2"
    assert await world.instead_of(old) == "token-2"
    assert world.endpoint.requests == 2


async def test_an_api_that_refuses_every_token_costs_one_request_in_30_seconds(world: World) -> None:
    """It is not the token's fault, then."""
    outcomes = []
    for _ in range(100):
        token = await world.tokens.current(world.clock.deadline(60.0))
        outcomes.append(await world.instead_of(token))
        await asyncio.sleep(1.0)
    assert outcomes[:2] == ["token-2", None]
    assert world.endpoint.requests == 5


async def test_a_renewal_counts_though_nobody_waited_for_its_end(world: World) -> None:
    """An API that refuses every token is not renewed for at each scrape because scrapes are shorter than a renewal."""
    world.endpoint.takes_seconds = 2.0
    for _ in range(25):
        token = await world.tokens.current(world.clock.deadline(60.0))
        with contextlib.suppress(ApiError):
            await world.tokens.instead_of(token, world.clock.deadline(1.0))
        await asyncio.sleep(2.0)
    assert world.endpoint.requests == 1 + 2


async def test_a_failed_renewal_of_a_refused_token_is_told_and_tried_again(world: World) -> None:
    """What failed does not count as a renewal."""
    token = await world.tokens.current(world.clock.deadline(60.0))
    world.endpoint.failures.append(failure(Reason.CONNECT))
    assert await world.instead_of(token) is Reason.CONNECT
    await asyncio.sleep(1.0)
    assert await world.instead_of(token) == "token-3"


async def test_unreadable_credentials_keep_the_last_pair(world: World) -> None:
    """A broken mount does not end the renewals."""
    await world.current()
    world.source.problem = "/run/secret: is empty"
    await asyncio.sleep(10_000.0)
    assert await world.current() == "token-2"


async def test_credentials_that_were_never_readable_are_the_reason(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The path and the problem are told, and the next caller tries again."""
    world.source.problem = "/run/secret: is empty"
    with pytest.raises(ApiError) as caught:
        await world.tokens.current(world.clock.deadline(60.0))
    assert str(caught.value) == "token: token endpoint: credentials: /run/secret: is empty"
    assert world.endpoint.requests == 0
    world.source.problem = ""
    assert await world.current() == "token-1"
    assert "/run/secret: is empty" in caplog.text


async def test_each_change_is_logged_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A line when it breaks, when it breaks otherwise, and when it works again; an error where only people can help."""
    caplog.set_level(logging.INFO, logger="exporter.api")
    for reason in (Reason.CONNECT, Reason.CONNECT, Reason.FORBIDDEN):
        world.endpoint.failures.append(failure(reason))
        await world.current()
        await asyncio.sleep(2.0)
    await asyncio.sleep(600.0)
    await world.current()
    assert own_messages(caplog, levels=True) == [
        "WARNING No new access token: connect: token endpoint: as the test says",
        "ERROR No new access token: token_rejected: token endpoint: as the test says",
        "INFO Access tokens can be had again",
    ]


async def test_closing_ends_a_request_under_way(world: World) -> None:
    """Whoever still waits is told; closing before or after is nothing."""
    await world.tokens.aclose()
    waiter = asyncio.create_task(world.current())
    await asyncio.sleep(0.5)
    await world.tokens.aclose()
    assert await waiter is Reason.DEADLINE


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.25, 1.0, 5.0, 60.0, 700.0]), st.integers(1, 8), st.booleans()), max_size=25
    ),
    st.sampled_from([1, 15, 120, 749]),
)
@settings(max_examples=100, deadline=None)
def test_there_is_never_a_storm_of_requests(script: list[tuple[float, int, bool]], expires_in: int) -> None:
    """Whatever callers do and however the endpoint behaves: one request at a time, each with a cause."""

    async def play() -> None:
        world = World(virtual_clock(), expires_in)
        calls = 0
        for pause_seconds, callers, broken in script:
            world.endpoint.failure = failure(Reason.HTTP_5XX) if broken else None
            outcomes = await asyncio.gather(*(world.current() for _ in range(callers)))
            calls += 1
            assert len(set(outcomes)) == 1
            await asyncio.sleep(pause_seconds)
        asked = world.endpoint.asked_at_seconds
        assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(asked))
        assert len(asked) <= calls
        await world.tokens.aclose()

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(play())
