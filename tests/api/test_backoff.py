"""exporter.api.backoff: silence, and a careful return."""

import asyncio
import logging

import pytest

from exporter.api.answer import ThrottledError
from exporter.api.backoff import Backoff, jittered_seconds, throttled_seconds
from exporter.clock import Clock
from exporter.errors import ApiError, Reason
from tests.api.fakes import own_messages


def throttled(retry_after_seconds: float | None = 5.0) -> ThrottledError:
    """The tenant asks to wait."""
    error = ThrottledError(Reason.RATE_LIMITED, "HTTP 429", status_code=429)
    error.retry_after_seconds = retry_after_seconds
    return error


class Calls:
    """Calls that go through a back-off, each taking a second, with the ends that a test gives them."""

    def __init__(self, clock: Clock, random: float = 0.5) -> None:
        self.clock = clock
        self.backoff = Backoff(clock, lambda: random)
        self.sent_at_seconds: list[float] = []

    async def call(self, end: Exception | None = None, *, within_seconds: float = 60.0) -> Reason | None:
        """One call; the reason for which it failed."""
        try:
            async with self.backoff.permit(self.clock.deadline(within_seconds)):
                self.sent_at_seconds.append(self.clock.monotonic_seconds())
                await asyncio.sleep(1.0)
                if end:
                    raise end
        except ApiError as error:
            return error.reason
        return None


@pytest.fixture
def calls(clock: Clock) -> Calls:
    """Calls on the running loop's clock."""
    return Calls(clock)


def test_the_tenants_word_is_kept_and_its_silence_is_met_by_chance() -> None:
    """Retry-After as read; else a random wait between 1 and 60 s."""
    assert throttled_seconds(throttled(5.0), lambda: 0.9) == 5.0
    assert throttled_seconds(throttled(None), lambda: 0.0) == 1.0
    assert throttled_seconds(throttled(None), lambda: 1.0) == 60.0
    assert jittered_seconds(2.0, 4.0, lambda: 0.5) == 3.0


async def test_nothing_leaves_until_the_time_is_over(calls: Calls) -> None:
    """Calls fail at once with ``backoff``, and go out again when the tenant's time is over."""
    assert await calls.call(throttled(5.0)) is Reason.RATE_LIMITED
    assert calls.backoff.remaining_seconds == 5.0
    assert await calls.call() is Reason.BACKOFF
    await asyncio.sleep(4.9)
    assert await calls.call() is Reason.BACKOFF
    await asyncio.sleep(0.2)
    assert calls.backoff.remaining_seconds == 0.0
    assert await calls.call() is None
    assert len(calls.sent_at_seconds) == 2


async def test_a_later_shorter_wish_does_not_shorten_the_silence(calls: Calls) -> None:
    """Calls in flight may be told different times: the longest counts."""
    await asyncio.gather(calls.call(throttled(20.0)), calls.call(throttled(3.0)))
    assert calls.backoff.remaining_seconds == 20.0


async def test_an_answer_to_an_older_call_does_not_end_the_silence(calls: Calls) -> None:
    """It was sent before the tenant asked to wait."""
    await asyncio.gather(calls.call(throttled(20.0)), calls.call())
    assert await calls.call() is Reason.BACKOFF
    await asyncio.sleep(20.0)
    await asyncio.gather(calls.call(throttled(5.0)), calls.call())
    assert len(calls.sent_at_seconds) == 3  # only one call found out


async def test_after_the_silence_one_call_finds_out_for_all(calls: Calls) -> None:
    """One probe goes out; when it is told to wait again, the others fail without leaving."""
    await calls.call(throttled(5.0))
    await asyncio.sleep(5.0)
    ends = await asyncio.gather(calls.call(throttled(7.0)), *(calls.call() for _ in range(9)))
    assert ends == [Reason.RATE_LIMITED] + 9 * [Reason.BACKOFF]
    assert len(calls.sent_at_seconds) == 2


async def test_a_good_probe_lets_everybody_go_at_once(calls: Calls) -> None:
    """The calls behind the probe leave together, not one after another."""
    await calls.call(throttled(5.0))
    await asyncio.sleep(5.0)
    assert await asyncio.gather(*(calls.call() for _ in range(10))) == 10 * [None]
    probe, *others = calls.sent_at_seconds[1:]
    assert {sent - probe for sent in others} == {1.0}


@pytest.mark.parametrize(("reason", "proven"), [(Reason.NOT_FOUND, True), (Reason.DEADLINE, False)])
async def test_a_probe_proves_something_when_it_was_answered(calls: Calls, reason: Reason, proven: bool) -> None:  # noqa: FBT001 - a table's column
    """Any other answer will do; no answer leaves the next call as the probe."""
    await calls.call(throttled(5.0))
    await asyncio.sleep(5.0)
    await calls.call(ApiError(reason, ""))
    await asyncio.gather(calls.call(), calls.call())
    first, second = calls.sent_at_seconds[-2:]
    assert (first == second) is proven


async def test_a_cancelled_probe_hands_over(calls: Calls) -> None:
    """The next call in line becomes the probe."""
    await calls.call(throttled(5.0))
    await asyncio.sleep(5.0)
    probe = asyncio.create_task(calls.call())
    behind = asyncio.create_task(calls.call())
    await asyncio.sleep(0.5)
    probe.cancel()
    assert await behind is None


async def test_waiting_for_the_probe_ends_at_the_own_deadline(calls: Calls) -> None:
    """A call that cannot leave in time failed because of the back-off."""
    await calls.call(throttled(5.0))
    await asyncio.sleep(5.0)
    probe, hasty = await asyncio.gather(calls.call(), calls.call(within_seconds=0.5))
    assert (probe, hasty) == (None, Reason.BACKOFF)


async def test_each_change_is_logged_once(calls: Calls, caplog: pytest.LogCaptureFixture) -> None:
    """One line when the tenant asks to wait, however often it repeats itself, and one when it is over."""
    caplog.set_level(logging.INFO, logger="exporter.api")
    for _ in range(3):
        await calls.call(throttled(5.0))
        await asyncio.sleep(5.0)
    await calls.call()
    await calls.call()
    assert own_messages(caplog) == ["The tenant asked to wait: no calls for 5 s", "The tenant answers again"]


async def test_whoever_waits_for_a_probe_that_is_given_up_takes_its_place_one_by_one(calls: Calls) -> None:
    """When the next probe is told to wait again, the others neither leave nor wait for longer than they have time."""
    await calls.call(throttled(1.0))
    await asyncio.sleep(1.0)
    given_up = asyncio.create_task(calls.call())
    await asyncio.sleep(0.0)
    probe = asyncio.create_task(calls.call(throttled(5.0)))
    waiting, hurried = asyncio.create_task(calls.call()), asyncio.create_task(calls.call(within_seconds=0.5))
    await asyncio.sleep(0.0)
    given_up.cancel()
    await asyncio.sleep(0.5)
    await asyncio.sleep(0.0)
    assert (hurried.done(), waiting.done()) == (True, False)
    outcomes = list(await asyncio.gather(probe, waiting, hurried))
    assert outcomes == [Reason.RATE_LIMITED, Reason.BACKOFF, Reason.BACKOFF]
    assert len(calls.sent_at_seconds) == 3
