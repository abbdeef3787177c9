"""exporter.collect.sharing: scrapes that meet."""

import asyncio

from exporter.clock import Clock
from exporter.collect.sharing import SharedCollection
from exporter.collect.snapshot import Collector
from exporter.errors import Reason
from tests.collect.fakes import FakeTenant, fleet, outcomes


async def test_fifty_scrapes_at_once_are_one_cycle(clock: Clock) -> None:
    """Each client is asked once, and all fifty get the same snapshot."""
    tenant = FakeTenant()
    shared = SharedCollection(fleet(tenant, clock))
    snapshots = await asyncio.gather(*(shared.collect(clock.deadline(9.5)) for _ in range(50)))
    assert tenant.asked == ["1", "2", "3"]
    assert len({id(snapshot) for snapshot in snapshots}) == 1


async def test_a_snapshot_is_served_again_while_it_is_fresh(clock: Clock) -> None:
    """Ten seconds after the cycle began, the next scrape asks anew."""
    tenant = FakeTenant(latency_seconds=2.0)
    shared = SharedCollection(fleet(tenant, clock, 1), min_interval_seconds=10.0)
    first = await shared.collect(clock.deadline(9.5))
    await asyncio.sleep(7.9)
    assert await shared.collect(clock.deadline(9.5)) is first
    await asyncio.sleep(0.2)
    assert await shared.collect(clock.deadline(9.5)) is not first
    assert len(tenant.asked) == 2


async def test_an_incomplete_snapshot_is_not_served_again(clock: Clock) -> None:
    """What a scraper in a hurry left unanswered is asked for by the next scrape."""
    tenant = FakeTenant(latency_seconds=2.0)
    shared = SharedCollection(fleet(tenant, clock, 1))
    assert outcomes((await shared.collect(clock.deadline(1.0))).readings) == [Reason.DEADLINE]
    assert outcomes((await shared.collect(clock.deadline(9.5))).readings) == ["ok"]


async def test_a_failure_is_shared_and_fresh_like_any_result(clock: Clock) -> None:
    """A tenant that is down is not asked by every curl."""
    tenant = FakeTenant()
    tenant.fail(Reason.CONNECT, "1")
    shared = SharedCollection(fleet(tenant, clock, 1))
    for _ in range(3):
        assert outcomes((await shared.collect(clock.deadline(9.5))).readings) == [Reason.CONNECT]
    assert tenant.asked == ["1"]


async def test_a_patient_scrape_outlives_the_hurried_one_it_joined(clock: Clock) -> None:
    """Having joined a cycle that was given less time, it begins one of its own with what it has left."""
    tenant = FakeTenant(latency_seconds=2.0)
    shared = SharedCollection(fleet(tenant, clock, 1))
    hurried = asyncio.create_task(shared.collect(clock.deadline(1.0)))
    await asyncio.sleep(0.5)
    assert outcomes((await shared.collect(clock.deadline(9.5))).readings) == ["ok"]
    assert outcomes((await hurried).readings) == [Reason.DEADLINE]


async def test_a_patient_scrape_outlives_all_hurried_ones(clock: Clock) -> None:
    """Another scrape may be first to begin anew, and be in a hurry as well: its cycle is not the last one either."""
    tenant = FakeTenant(latency_seconds=2.5)
    shared = SharedCollection(fleet(tenant, clock, 1))
    hurried = [asyncio.create_task(shared.collect(clock.deadline(seconds))) for seconds in (1.0, 2.5)]
    assert outcomes((await shared.collect(clock.deadline(9.5))).readings) == ["ok"]
    assert [outcomes((await each).readings) for each in hurried] == [[Reason.DEADLINE]] * 2


async def test_a_collector_that_was_cut_off_is_asked_for_again(clock: Clock) -> None:
    """A page without health, which a hurried scraper had no time for, is not served to a patient one."""
    tenant = FakeTenant(latency_seconds=0.7)
    shared = SharedCollection(fleet(tenant, clock, 1, on=frozenset({Collector.STATUS, Collector.HEALTH})))
    assert not (await shared.collect(clock.deadline(1.0))).complete
    assert (await shared.collect(clock.deadline(9.5))).readings[0].memory.health is not None


async def test_a_scrape_with_little_time_left_takes_what_another_got(clock: Clock) -> None:
    """Less than a second is not worth a second cycle."""
    tenant = FakeTenant()
    tenant.hanging = {"1"}
    shared = SharedCollection(fleet(tenant, clock, 1))
    first = asyncio.create_task(shared.collect(clock.deadline(9.5)))
    await asyncio.sleep(0.5)
    assert outcomes((await shared.collect(clock.deadline(9.5))).readings) == [Reason.DEADLINE]
    assert await first is shared.latest
    assert tenant.asked == ["1"]


async def test_a_dropped_cycle_is_not_joined(clock: Clock) -> None:
    """A scrape that comes in the moment in which the last waiter hung up begins anew."""
    tenant = FakeTenant(latency_seconds=2.0)
    shared = SharedCollection(fleet(tenant, clock, 1))
    gone = asyncio.create_task(shared.collect(clock.deadline(9.5)))
    await asyncio.sleep(1.0)
    gone.cancel()
    next_one = asyncio.create_task(shared.collect(clock.deadline(9.5)))
    await asyncio.wait({gone})
    assert gone.cancelled()
    assert outcomes((await next_one).readings) == ["ok"]


async def test_sixty_clients_in_a_budget_of_fifty_take_turns(clock: Clock) -> None:
    """Ten are skipped, and are the first to be asked next time."""
    tenant = FakeTenant(room=50)
    shared = SharedCollection(fleet(tenant, clock, 60))
    first = await shared.collect(clock.deadline(9.5))
    assert outcomes(first.readings)[50:] == [Reason.SKIPPED] * 10
    await asyncio.sleep(10.0)
    await shared.collect(clock.deadline(9.5))
    assert tenant.asked[50:60] == [str(number) for number in range(51, 61)]
