"""exporter.collect.cycle: one pass over a fleet."""

import asyncio
import logging

import pytest

from exporter.clock import Clock, Deadline
from exporter.collect.cycle import Cycle
from exporter.collect.fleet import Fleet
from exporter.collect.snapshot import Snapshot
from exporter.errors import ApiError, Reason
from tests.collect.fakes import FakeTenant, fleet, logged, outcomes


def _cycle(over: Fleet, *, seconds: float = 9.5, number: int = 1) -> Cycle:
    return Cycle(over, number=number, deadline=over.clock.deadline(seconds))


async def _run(over: Fleet, seconds: float = 9.5) -> Snapshot:
    return await _cycle(over, seconds=seconds).join(over.clock.deadline(seconds))


async def test_calls_run_in_parallel_but_no_more_than_allowed(clock: Clock) -> None:
    """100 clients of 0.1 s each by ten at a time take 1.0 s."""
    tenant = FakeTenant()
    snapshot = await _run(fleet(tenant, clock, 100, concurrency=10))
    assert snapshot.duration_seconds == pytest.approx(1.0)
    assert tenant.most_in_flight == 10
    assert [reading.client.id for reading in snapshot.readings] == [str(number) for number in range(1, 101)]


async def test_one_failure_touches_nobody_else(clock: Clock) -> None:
    """Each client ends for itself, with the reason of its own error."""
    tenant = FakeTenant()
    tenant.fail(Reason.FORBIDDEN, "2")
    assert outcomes((await _run(fleet(tenant, clock))).readings) == ["ok", Reason.FORBIDDEN, "ok"]


async def test_a_bug_costs_its_client_only(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """An unforeseen exception is the reason internal; the log names its type, never its text."""
    tenant = FakeTenant()
    tenant.failures["1"] = RecursionError("canary-payload")
    assert outcomes((await _run(fleet(tenant, clock))).readings) == [Reason.INTERNAL, "ok", "ok"]
    assert [fields["detail"] for fields in logged(caplog)] == ["RecursionError"]


async def test_at_the_deadline_the_page_has_what_is_there(clock: Clock) -> None:
    """One hanging client of three ends as deadline, and the cycle takes exactly as long as it was given."""
    tenant = FakeTenant()
    tenant.hanging = {"2"}
    over = fleet(tenant, clock)
    snapshot = await _run(over, 5.0)
    assert outcomes(snapshot.readings) == ["ok", Reason.DEADLINE, "ok"]
    assert snapshot.duration_seconds == pytest.approx(5.0)
    assert over.memories[over.clients[1]].failures == {Reason.DEADLINE: 1}
    await asyncio.sleep(0.1)
    assert tenant.in_flight == 0


async def test_who_was_not_reached_stays_first_in_line(clock: Clock) -> None:
    """A client still queued at the deadline was not asked, and one in flight was."""
    tenant = FakeTenant()
    tenant.hanging = {"1"}
    over = fleet(tenant, clock, 2, concurrency=1)
    await _run(over, 2.0)
    assert [over.memories[client].last_asked_cycle for client in over.clients] == [1, 0]
    assert tenant.asked == ["1"]


async def test_skipped_clients_are_said_to_be_skipped(clock: Clock) -> None:
    """No call leaves for them, and they are counted as skipped."""
    tenant = FakeTenant(room=2)
    over = fleet(tenant, clock)
    assert outcomes((await _run(over)).readings) == ["ok", "ok", Reason.SKIPPED]
    assert [over.memories[client].last_asked_cycle for client in over.clients] == [1, 1, 0]
    assert tenant.asked == ["1", "2"]


async def test_backing_off_is_not_asking(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """Clients met by a back-off keep their place in line, and are no change worth a log line."""
    tenant = FakeTenant()
    tenant.fail(Reason.BACKOFF, "1")
    over = fleet(tenant, clock, 1)
    assert outcomes((await _run(over)).readings) == [Reason.BACKOFF]
    assert over.memories[over.clients[0]].last_asked_cycle == 0
    assert logged(caplog) == []


async def test_a_waiter_leaves_at_its_own_deadline_with_what_is_there(clock: Clock) -> None:
    """The impatient one sees the unanswered as deadline, uncounted; the patient one gets everything."""
    tenant = FakeTenant(latency_seconds=3.0)
    over = fleet(tenant, clock, 2, concurrency=1)
    cycle = _cycle(over)
    patient = asyncio.create_task(cycle.join(clock.deadline(9.5)))
    early = await cycle.join(clock.deadline(4.0))
    assert outcomes(early.readings) == ["ok", Reason.DEADLINE]
    assert over.memories[over.clients[1]].failures == {}
    assert outcomes((await patient).readings) == ["ok", "ok"]


async def test_all_who_wait_to_the_end_get_the_same_snapshot(clock: Clock) -> None:
    """One object, so that its page is rendered once."""
    cycle = _cycle(fleet(FakeTenant(), clock))
    first, second = await asyncio.gather(*(cycle.join(clock.deadline(9.5)) for _ in range(2)))
    assert first is second
    assert not cycle.running


async def test_the_cycle_ends_when_its_last_waiter_leaves_at_its_deadline(clock: Clock) -> None:
    """The unanswered are out of time, and no call stays behind."""
    tenant = FakeTenant(latency_seconds=3.0)
    over = fleet(tenant, clock, 2)
    cycle = _cycle(over)
    snapshot = await cycle.join(clock.deadline(1.0))
    assert not cycle.running
    assert outcomes(snapshot.readings) == [Reason.DEADLINE] * 2
    assert over.memories[over.clients[0]].failures == {Reason.DEADLINE: 1}
    await asyncio.sleep(1.0)
    assert tenant.in_flight == 0


async def test_the_cycle_is_dropped_when_its_last_waiter_hangs_up(clock: Clock) -> None:
    """Nothing is failed that nobody asked for, and no call stays behind."""
    tenant = FakeTenant(latency_seconds=3.0)
    over = fleet(tenant, clock, 2)
    cycle = _cycle(over)
    waiter = asyncio.create_task(cycle.join(clock.deadline(9.5)))
    await asyncio.sleep(1.0)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    assert not cycle.running
    await asyncio.sleep(1.0)
    assert tenant.in_flight == 0
    assert over.memories[over.clients[0]].failures == {}


async def test_a_waiter_that_hangs_up_leaves_the_cycle_to_the_others(clock: Clock) -> None:
    """Only the last one's leaving ends it."""
    cycle = _cycle(fleet(FakeTenant(latency_seconds=3.0), clock))
    stays = asyncio.create_task(cycle.join(clock.deadline(9.5)))
    leaves = asyncio.create_task(cycle.join(clock.deadline(9.5)))
    await asyncio.sleep(1.0)
    leaves.cancel()
    assert outcomes((await stays).readings) == ["ok"] * 3


async def test_an_answer_in_the_last_moment_is_counted_once(clock: Clock) -> None:
    """An answer at the very instant of the deadline is a document or a deadline, never both."""
    tenant = FakeTenant(latency_seconds=2.0)
    over = fleet(tenant, clock, 3)
    snapshot = await _run(over, 2.0)
    for reading in snapshot.readings:
        ends = sum(reading.memory.failures.values()) + (reading.memory.last_success_epoch_seconds is not None)
        assert ends == 1
        assert over.memories[reading.client] == reading.memory


async def test_what_breaks_the_cycle_reaches_every_waiter(clock: Clock) -> None:
    """Waiters share the error as they share the result."""

    class Broken(FakeTenant):
        """A tenant whose budget has a bug."""

        def capacity(self, deadline: Deadline) -> int:
            """Never a number."""
            raise ZeroDivisionError(deadline)

    cycle = _cycle(fleet(Broken(), clock))
    ends = await asyncio.gather(*(cycle.join(clock.deadline(9.5)) for _ in range(2)), return_exceptions=True)
    assert [type(end) for end in ends] == [ZeroDivisionError] * 2


async def test_a_reason_is_explained_by_its_first_example(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """The log line quotes one detail for the clients that share a reason."""
    caplog.set_level(logging.WARNING)
    tenant = FakeTenant()
    tenant.failures = {"1": ApiError(Reason.DNS, "first"), "2": ApiError(Reason.DNS, "second")}
    await _run(fleet(tenant, clock))
    assert [fields["detail"] for fields in logged(caplog)] == ["first"]
