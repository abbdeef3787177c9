"""exporter.api.budget: never more calls in a window than allowed, first come, first served."""

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.api.budget import WINDOW_SECONDS, RateBudget
from exporter.clock import Clock
from exporter.errors import ApiError, Reason
from tests.virtual_time import VirtualTimeLoop, virtual_clock


@dataclass
class Sent:
    """A call that had a slot."""

    number: int
    at_seconds: float
    ended_at_seconds: float


class Callers:
    """Calls that take slots of one budget."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self.clock = clock
        self.budget = RateBudget(limit, clock)
        self.sent: list[Sent] = []

    async def call(self, number: int = 0, *, takes_seconds: float = 0.0, within_seconds: float = 60.0) -> Reason | None:
        """One call; the reason for which it could not leave."""
        try:
            async with self.budget.slot(self.clock.deadline(within_seconds)):
                at_seconds = self.clock.monotonic_seconds()
                self.sent.append(Sent(number, at_seconds, at_seconds + takes_seconds))
                await asyncio.sleep(takes_seconds)
        except ApiError as error:
            return error.reason
        return None


async def test_slots_are_free_again_a_window_after_the_response(clock: Clock) -> None:
    """Not after the request: the tenant may count at any moment in between."""
    callers = Callers(2, clock)
    started = clock.monotonic_seconds()
    await asyncio.gather(callers.call(takes_seconds=3.0), callers.call(takes_seconds=1.0), callers.call())
    assert [sent.at_seconds - started for sent in callers.sent] == [0.0, 0.0, 11.0]


async def test_a_call_that_cannot_leave_in_time_is_skipped_at_once(clock: Clock) -> None:
    """It does not spend its deadline waiting for nothing."""
    callers = Callers(1, clock)
    await callers.call()
    started = clock.monotonic_seconds()
    assert await callers.call(within_seconds=9.5) is Reason.SKIPPED
    assert clock.monotonic_seconds() == started


async def test_those_ahead_in_the_queue_count(clock: Clock) -> None:
    """One slot will be free in time, and somebody is waiting for it already."""
    callers = Callers(1, clock)
    await callers.call()
    ahead = asyncio.create_task(callers.call(within_seconds=15.0))
    await asyncio.sleep(0.0)
    assert await callers.call(within_seconds=15.0) is Reason.SKIPPED
    assert await ahead is None


async def test_nobody_overtakes_the_queue(clock: Clock) -> None:
    """Not even a call that comes in the moment in which a slot is free again."""
    callers = Callers(1, clock)
    await callers.call(0)

    async def in_that_moment() -> None:
        await asyncio.sleep(WINDOW_SECONDS)
        await callers.call(2)

    late = asyncio.create_task(in_that_moment())
    await asyncio.sleep(0.0)
    await callers.call(1)
    await late
    assert [sent.number for sent in callers.sent] == [0, 1, 2]


async def test_nobody_overtakes_the_second_in_the_queue_either(clock: Clock) -> None:
    """Several slots are free at once, and a call comes when the first in the queue has left, and the next has not."""
    callers = Callers(2, clock)
    await asyncio.gather(callers.call(0), callers.call(0))

    async def first() -> None:
        async with callers.budget.slot(clock.deadline(60.0)):
            await callers.call(3)

    await asyncio.gather(first(), callers.call(2))
    assert [sent.number for sent in callers.sent] == [0, 0, 2, 3]


async def test_a_hope_that_fails_ends_at_the_deadline(clock: Clock) -> None:
    """The call ahead might have been answered at once, but was not."""
    callers = Callers(1, clock)
    slow = asyncio.create_task(callers.call(takes_seconds=20.0))
    await asyncio.sleep(0.0)
    started = clock.monotonic_seconds()
    assert await callers.call(within_seconds=12.0) is Reason.SKIPPED
    assert clock.monotonic_seconds() - started == 12.0
    assert await slow is None


async def test_a_passed_deadline_is_a_deadline(clock: Clock) -> None:
    """With or without a free slot."""
    callers = Callers(1, clock)
    assert await callers.call(within_seconds=0.0) is Reason.DEADLINE


async def test_a_waiter_that_leaves_takes_nothing_along(clock: Clock) -> None:
    """A cancelled call neither keeps its place nor a slot."""
    callers = Callers(1, clock)
    await callers.call()
    leaving, staying = (asyncio.create_task(callers.call(number)) for number in (1, 2))
    await asyncio.sleep(5.0)
    leaving.cancel()
    assert await staying is None
    assert [sent.number for sent in callers.sent] == [0, 2]


async def test_a_failed_or_cancelled_call_used_its_slot_too(clock: Clock) -> None:
    """The tenant counts what it got, whatever became of the answer."""
    budget = RateBudget(2, clock)
    with pytest.raises(ValueError, match="broken"):
        async with budget.slot(clock.deadline(1.0)):
            raise ValueError("broken")  # noqa: EM101 - any failure
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5), budget.slot(clock.deadline(1.0)):
            await asyncio.sleep(3600.0)
    assert budget.used == 2
    await asyncio.sleep(WINDOW_SECONDS)
    assert budget.used == 0


async def test_capacity_counts_what_can_leave_before_the_deadline(clock: Clock) -> None:
    """Unused slots now, used ones later, those in flight a window from now at the earliest; each once per window."""
    callers = Callers(5, clock)
    assert callers.budget.capacity(clock.deadline(9.5)) == 5
    assert callers.budget.capacity(clock.deadline(10.5)) == 10
    await callers.call()
    await callers.call()
    in_flight = asyncio.create_task(callers.call(takes_seconds=100.0))
    await asyncio.sleep(4.0)
    assert callers.budget.used == 3
    assert callers.budget.capacity(clock.deadline(5.0)) == 2
    assert callers.budget.capacity(clock.deadline(7.0)) == 4
    assert callers.budget.capacity(clock.deadline(10.5)) == 7
    in_flight.cancel()


@dataclass
class Arrival:
    """A call of a generated schedule."""

    gap_seconds: float
    takes_seconds: float
    within_seconds: float


quarters = st.integers(0, 80).map(lambda quarter: quarter / 4)
arrivals = st.lists(st.builds(Arrival, st.integers(0, 8).map(lambda n: n / 4), quarters, quarters), max_size=40)


async def played(callers: Callers, schedule: list[Arrival]) -> list[Reason | None]:
    """What became of each call."""
    tasks = []
    for number, arrival in enumerate(schedule):
        await asyncio.sleep(arrival.gap_seconds)
        promised = callers.budget.capacity(callers.clock.deadline(arrival.within_seconds))
        call = callers.call(number, takes_seconds=arrival.takes_seconds, within_seconds=arrival.within_seconds)
        tasks.append(asyncio.create_task(call))
        await asyncio.sleep(0.0)
        assert (promised > 0) or tasks[-1].done()
    return list(await asyncio.gather(*tasks))


@given(limit=st.integers(1, 4), schedule=arrivals)
@settings(max_examples=150, deadline=None)
def test_no_window_ever_has_more_than_the_limit(limit: int, schedule: list[Arrival]) -> None:
    """From any response to any send a window later, whatever the arrivals; nobody overtakes, and all is given back."""

    async def play() -> None:
        callers = Callers(limit, virtual_clock())
        ends = await played(callers, schedule)
        for sent in callers.sent:
            window = (other for other in callers.sent if other.at_seconds <= sent.at_seconds)
            taken = [other for other in window if sent.at_seconds < other.ended_at_seconds + WINDOW_SECONDS]
            assert len(taken) <= limit
        assert [sent.number for sent in callers.sent] == sorted(sent.number for sent in callers.sent)
        assert len(callers.sent) == ends.count(None)
        assert set(ends) <= {None, Reason.SKIPPED, Reason.DEADLINE}
        await asyncio.sleep(WINDOW_SECONDS)
        assert callers.budget.used == 0

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(play())


@given(limit=st.integers(1, 5), seconds=st.integers(1, 60))
@settings(max_examples=50, deadline=None)
def test_capacity_is_reached_by_calls_that_are_answered_at_once(limit: int, seconds: int) -> None:
    """The promise is not only an upper bound."""

    async def play() -> None:
        clock = virtual_clock()
        callers = Callers(limit, clock)
        capacity = callers.budget.capacity(clock.deadline(float(seconds)))
        calls = (callers.call(within_seconds=float(seconds)) for _ in range(capacity + 3))
        assert (await asyncio.gather(*calls)).count(None) == capacity

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(play())
