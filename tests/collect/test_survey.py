"""exporter.collect.survey: what one cycle asks, and in which order."""

import asyncio
import logging
from typing import Any

import pytest

from exporter.api.inventory import HealthIndicators, ManagedCluster
from exporter.clock import Clock
from exporter.collect.discovery import Filters
from exporter.collect.fleet import Fleet
from exporter.collect.snapshot import Collector, Held, Snapshot
from exporter.collect.survey import Survey
from exporter.errors import ApiError, Reason
from tests.collect.fakes import FakeTenant, entry, fleet, outcomes

ALL = frozenset(Collector)


async def _surveyed(over: Fleet, number: int = 1) -> Snapshot:
    survey = Survey(over, number=number, deadline=over.clock.deadline(9.5))
    await survey.run()
    survey.close()
    return survey.snapshot()


def _runs(snapshot: Snapshot) -> dict[Collector, Reason | None]:
    return {run.collector: run.reason for run in snapshot.runs}


def _discovering(tenant: FakeTenant, clock: Clock, **options: Any) -> Fleet:
    return fleet(tenant, clock, 0, filters=Filters(), **options)


async def test_the_fleet_is_found_and_asked(clock: Clock) -> None:
    """Names come from the list, statuses from each client."""
    tenant = FakeTenant()
    tenant.entries, tenant.clusters = [entry("1", name="VA-1"), entry("2")], [ManagedCluster("c1")]
    snapshot = await _surveyed(_discovering(tenant, clock, on=frozenset({Collector.STATUS, Collector.CLUSTERS})))
    assert outcomes(snapshot.readings) == ["ok", "ok"]
    assert [reading.listed and reading.listed.name for reading in snapshot.readings] == ["VA-1", None]
    assert snapshot.clusters == (ManagedCluster("c1"),)
    assert _runs(snapshot) == {Collector.DISCOVERY: None, Collector.CLUSTERS: None, Collector.STATUS: None}


async def test_a_client_that_leaves_the_tenant_leaves_the_snapshot(clock: Clock) -> None:
    """Counters included; and a list that cannot be had changes nothing."""
    tenant = FakeTenant()
    tenant.entries = [entry("1"), entry("2")]
    over = _discovering(tenant, clock)
    await _surveyed(over)
    tenant.entries = [entry("2")]
    assert [reading.client.id for reading in (await _surveyed(over, 2)).readings] == ["2"]
    tenant.entries = ApiError(Reason.HTTP_5XX, "HTTP 503")
    snapshot = await _surveyed(over, 3)
    assert outcomes(snapshot.readings) == ["ok"]
    assert _runs(snapshot)[Collector.DISCOVERY] is Reason.HTTP_5XX


async def test_a_large_fleet_is_known_from_the_list_and_detailed_in_turns(clock: Clock) -> None:
    """1,000 clients, room for 45 calls: all are said in every cycle, and each is detailed in ceil(1000 / 45) cycles."""
    tenant = FakeTenant(latency_seconds=0.0, room=45)
    tenant.entries = [entry(str(number)) for number in range(1_000)]
    over = _discovering(tenant, clock)
    snapshots = [await _surveyed(over, number) for number in range(1, 24)]
    for snapshot in snapshots:
        assert all(reading.said is not None for reading in snapshot.readings)
        assert sum(reading.outcome is Reason.SKIPPED for reading in snapshot.readings) == 955
    assert set(tenant.asked) == {str(number) for number in range(1_000)}
    assert len(tenant.asked) == 45 * 23
    assert tenant.lists_taken == ["clients"] * 23
    assert all(reading.memory.details is not None for reading in snapshots[-1].readings)


async def test_an_entry_does_not_stand_in_for_a_failure(clock: Clock) -> None:
    """What the list says is no answer to a question that was asked and refused."""
    tenant = FakeTenant()
    tenant.entries = [entry("1")]
    tenant.fail(Reason.FORBIDDEN, "1")
    snapshot = await _surveyed(_discovering(tenant, clock))
    assert snapshot.readings[0].said is None
    assert _runs(snapshot)[Collector.STATUS] is Reason.FORBIDDEN
    assert not snapshot.up


async def test_a_tenant_without_clients_is_up(clock: Clock) -> None:
    """It answered, and there was nobody to read."""
    tenant = FakeTenant()
    assert (await _surveyed(_discovering(tenant, clock))).up
    tenant.entries = ApiError(Reason.CONNECT, "nobody there")
    assert not (await _surveyed(_discovering(tenant, clock))).up


async def test_without_the_status_collector_the_list_is_all(clock: Clock) -> None:
    """Nobody is asked, nobody fails, and everybody is said."""
    tenant = FakeTenant()
    tenant.entries = [entry("1")]
    snapshot = await _surveyed(_discovering(tenant, clock, on=frozenset()))
    assert tenant.asked == []
    assert [(reading.said is None, reading.memory.failures) for reading in snapshot.readings] == [(False, {})]
    assert Collector.STATUS not in _runs(snapshot)


async def test_health_is_held_and_taken_in_turns(clock: Clock) -> None:
    """What is left of the budget asks those whose health is oldest."""
    tenant = FakeTenant(room=2)
    over = fleet(tenant, clock, 3, on=ALL)
    snapshots = [await _surveyed(over, number) for number in (1, 2)]
    assert tenant.asked_for_health == ["1", "2", "3", "1"]
    health = over.memories[over.clients[2]].health
    assert [reading.memory.health for reading in snapshots[-1].readings][2] is health
    assert isinstance(health, Held)
    assert isinstance(health.document, HealthIndicators)


async def test_health_without_its_scope_is_refused_once(clock: Clock) -> None:
    """One call, not one for each client; the rest of the cycle is complete."""
    tenant = FakeTenant()
    tenant.health = {str(number): ApiError(Reason.FORBIDDEN, "needs a scope") for number in (1, 2, 3)}
    over = fleet(tenant, clock, 3, on=ALL)
    for number in (1, 2):
        snapshot = await _surveyed(over, number)
        assert outcomes(snapshot.readings) == ["ok"] * 3
        assert _runs(snapshot)[Collector.HEALTH] is Reason.FORBIDDEN
    assert tenant.asked_for_health == ["1"]


async def test_one_client_s_health_that_fails_is_left_out(clock: Clock) -> None:
    """A client that never reported has none (404); that is not the collector's failure."""
    tenant = FakeTenant()
    tenant.health = {"1": ApiError(Reason.NOT_FOUND, "none"), "2": ApiError(Reason.FORBIDDEN, "odd")}
    over = fleet(tenant, clock, 3, on=ALL)
    snapshot = await _surveyed(over)
    assert _runs(snapshot)[Collector.HEALTH] is None
    assert [over.memories[client].health is None for client in over.clients] == [True, True, False]


async def test_health_of_nobody_is_nothing(clock: Clock) -> None:
    """No room in the budget, no call, no failure."""
    tenant = FakeTenant(room=0)
    assert _runs(await _surveyed(fleet(tenant, clock, 1, on=ALL)))[Collector.HEALTH] is None


async def test_a_deadline_within_the_lists_keeps_the_known_fleet(clock: Clock) -> None:
    """The clients known from before are out of time; nothing is made up."""
    tenant = FakeTenant()
    tenant.entries = [entry("1")]
    over = _discovering(tenant, clock)
    await _surveyed(over)
    tenant.latency_seconds = 60.0
    survey = Survey(over, number=2, deadline=clock.deadline(9.5))
    running = asyncio.create_task(survey.run())
    await asyncio.sleep(5.0)
    survey.close()
    running.cancel()
    assert outcomes(survey.snapshot().readings) == [Reason.DEADLINE]
    survey.close()
    assert over.memories[over.clients[0]].failures == {Reason.DEADLINE: 1}


async def test_clusters_are_listed_beside_the_calls_for_each_client(clock: Clock) -> None:
    """A cycle takes no longer for them."""
    tenant = FakeTenant(latency_seconds=1.0)
    tenant.clusters = [ManagedCluster("c1")]
    snapshot = await _surveyed(fleet(tenant, clock, on=frozenset({Collector.STATUS, Collector.CLUSTERS})))
    assert snapshot.clusters == (ManagedCluster("c1"),)
    assert snapshot.duration_seconds < 1.1


async def test_beta_waits_for_the_clusters_that_name_the_clients(clock: Clock) -> None:
    """Discovery and clusters are one call there, and one fate."""
    tenant = FakeTenant()
    tenant.lists_managed_clients = False
    tenant.clusters = [ManagedCluster("c1", client_ids=("1",))]
    snapshot = await _surveyed(_discovering(tenant, clock))
    assert outcomes(snapshot.readings) == ["ok"]
    assert _runs(snapshot) == {Collector.DISCOVERY: None, Collector.STATUS: None}


async def test_what_a_cycle_costs_is_told_at_first_and_when_the_fleet_changes(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Clients, calls, and the smallest safe interval; and the projection once there is a pace."""
    caplog.set_level(logging.INFO)
    tenant = FakeTenant()
    tenant.entries = [entry(str(number)) for number in range(99)]
    over = _discovering(tenant, clock, on=ALL, rate_budget=50)
    snapshots = []
    for number in (1, 2):
        snapshots.append(await _surveyed(over, number))
        await asyncio.sleep(60.0)
    told = [vars(record)["fields"] for record in caplog.records if record.name == "exporter.collect.fleet"]
    calls = 2 * 99 + 1 + 1
    assert told == [{"tenant": "acme", "clients": 99, "calls_per_cycle": calls, "smallest_safe_interval_seconds": 40}]
    assert snapshots[0].projected_calls_per_window is None
    assert snapshots[1].projected_calls_per_window == pytest.approx(calls / 6, rel=0.1)


async def test_drift_stays_counted(clock: Clock) -> None:
    """Of clusters, and of clients that have left: a counter that falls would count everything anew."""
    tenant = FakeTenant(room=0)
    tenant.entries, tenant.clusters = [entry("1", unexpected=("type",))], [ManagedCluster("c1", unexpected=("name",))]
    over = _discovering(tenant, clock, on=frozenset({Collector.STATUS, Collector.CLUSTERS}))
    await _surveyed(over)
    tenant.entries, tenant.clusters = [], []
    assert (await _surveyed(over)).unexpected == {"type": 1, "name": 1}


async def test_health_alone_can_be_collected(clock: Clock) -> None:
    """Without statuses and lists, what is held is in the snapshot all the same."""
    over = fleet(FakeTenant(), clock, 1, on=frozenset({Collector.HEALTH}))
    (reading,) = (await _surveyed(over)).readings
    assert reading.memory.health is not None
    assert reading.outcome is Reason.SKIPPED


async def test_collectors_that_were_not_reached_are_out_of_time(clock: Clock) -> None:
    """A tenant that does not even finish its list leaves no collector green, and none without a word."""
    tenant = FakeTenant()
    tenant.entries = [entry("1")]
    fleet = _discovering(tenant, clock)
    await _surveyed(fleet)
    late = Survey(fleet, number=2, deadline=clock.deadline(5.0))
    late.close()
    assert late.final is not None
    assert set(_runs(late.final)) == set(fleet.on)
    assert set(_runs(late.final).values()) == {Reason.DEADLINE}
