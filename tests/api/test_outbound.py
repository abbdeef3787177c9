"""exporter.api.outbound: what leaves, and what is told about it."""

import asyncio
from collections.abc import Mapping

import httpx
import pytest

from exporter.api.backoff import Backoff
from exporter.api.budget import RateBudget
from exporter.api.calls import Call
from exporter.api.connections import Connections
from exporter.api.outbound import Ask, Outbound
from exporter.api.paths import Operation, Origin
from exporter.clock import Clock
from exporter.errors import ApiError, Reason
from tests.api.fakes import FakeObserver, FakeTenant, json_answer

THING = Operation("thing", "GET", "/things/{id}")


def as_it_is(document: Mapping[str, object]) -> Mapping[str, object]:
    """A parser that takes everything but a document with ``refuse``."""
    if "refuse" in document:
        raise ApiError(Reason.SCHEMA, "refused")
    return document


class World:
    """A way out to a tenant in memory, which answers after a second."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.tenant = FakeTenant(latency_seconds=1.0)
        self.observer = FakeObserver()
        self.backoff = Backoff(clock, lambda: 0.5)
        self.outbound = Outbound(
            Origin("http://127.0.0.1:9854"),
            "an-agent",
            Connections(self.tenant.transport, keep=2),
            RateBudget(50, clock),
            self.backoff,
            clock,
            self.observer,
        )

    async def get(self, *, within_seconds: float = 9.5) -> Mapping[str, object] | Reason:
        """The document, or the reason why there is none."""
        ask = Ask(operation=THING, target="/things/5", parse=as_it_is, limit_bytes=100)
        try:
            return await self.outbound.send(ask, self.clock.deadline(within_seconds), bearer="a-token")
        except ApiError as error:
            return error.reason


@pytest.fixture
def world(clock: Clock) -> World:
    """A world in which all is well."""
    return World(clock)


async def test_a_good_call_is_told_with_what_its_headers_say(world: World) -> None:
    """Duration to the end of the body, status, tracking id, deprecation, the clocks' difference."""
    date = "Fri, 15 Jan 2027 08:16:43 GMT"  # 1,800,001,003, when the loop's wall clock reads 1,800,001,001
    world.tenant.next_api.append(json_answer({"a": 1}, X_Deprecated="true", SLPT_Request_ID="0f1a", Date=date))
    assert await world.get() == {"a": 1}
    told = Call("thing", "GET", "/things/{id}", 1.0, 200, None, "0f1a", deprecated=True, clock_skew_seconds=2.0)
    assert world.observer.calls == [told]


@pytest.mark.parametrize(
    ("answer", "reason", "status_code"),
    [
        (httpx.ReadError("x"), Reason.RESET, None),
        (json_answer({}, 404), Reason.NOT_FOUND, 404),
        (json_answer([]), Reason.SCHEMA, 200),
        (json_answer({"refuse": 1}), Reason.SCHEMA, 200),
        (json_answer({"a": "x" * 100}), Reason.TOO_LARGE, 200),
        (RuntimeError("a bug"), Reason.INTERNAL, None),
    ],
)
async def test_a_failed_call_is_told_with_its_reason(
    world: World, answer: httpx.Response | Exception, reason: Reason, status_code: int | None
) -> None:
    """With or without an answer."""
    world.tenant.next_api.append(answer)
    assert await world.get() is reason
    (told,) = world.observer.calls
    assert (told.reason, told.status_code, told.duration_seconds) == (reason, status_code, 1.0)
    assert told.deprecated is (None if status_code is None else False)


async def test_a_call_that_is_given_up_is_told_as_out_of_time(world: World) -> None:
    """At its own deadline, or because nobody wants the answer any more."""
    assert await world.get(within_seconds=0.5) is Reason.DEADLINE
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.25):
            await world.get()
    told = [(call.reason, call.status_code, call.duration_seconds) for call in world.observer.calls]
    assert told == [(Reason.DEADLINE, None, 0.5), (Reason.DEADLINE, None, 0.25)]


async def test_a_call_that_could_not_leave_is_not_told(world: World) -> None:
    """Nothing was sent."""
    assert await world.get(within_seconds=0.0) is Reason.DEADLINE
    assert world.observer.calls == []


async def test_connections_are_used_again(world: World) -> None:
    """As many as were needed at a time, after failures too."""
    world.tenant.next_api.append(json_answer({}, 500))
    await world.get()
    await asyncio.gather(world.get(), world.get())
    await world.get()
    assert world.tenant.connections == 2
