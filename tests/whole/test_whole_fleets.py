"""Whole fleets, in process: found by themselves, several tenants side by side, and what a missing scope costs."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from exporter.api.paths import GENERATIONS
from exporter.clock import Clock
from exporter.collect.snapshot import Snapshot
from exporter.settings.configuration import CollectorSettings, DiscoverySettings
from exporter.simulator.app import Credential
from tests.whole.harness import CREDENTIAL, Page, Whole, start

READ_STATUS = "idn:managed-client-status:read"
READ_CLIENTS = "idn:remote-client:read"
MANAGE_CLIENTS = "idn:remote-client:manage"


def _with_scopes(*scopes: str) -> list[Credential]:
    return [replace(CREDENTIAL, scopes=frozenset(scopes))]


def _discovering(clock: Clock, **options: Any) -> Whole:
    return start(clock, **{"managed_clients": (), **options})


def _collectors(page: Page) -> dict[str, float]:
    name = "sailpoint_scrape_collector_success"
    return {dict(labels)["collector"]: value for (found, labels), value in page.samples.items() if found == name}


@pytest.mark.parametrize("generation", GENERATIONS)
async def test_every_generation_finds_its_clients(clock: Clock, generation: str) -> None:
    """Through the list of clients, or in beta through the clusters; drafts are not watched where they can be told."""
    whole = _discovering(clock, api_generation=generation)
    page = await whole.scrape()
    assert len(page.values("sailpoint_managed_client_fetch_success")) == (12 if generation == "beta" else 11)
    assert len(page.values("sailpoint_managed_cluster_clients")) == 3
    assert _collectors(page) == {"discovery": 1, "status": 1, "clusters": 1}


async def test_a_client_that_leaves_the_tenant_leaves_the_page(clock: Clock) -> None:
    """With all of its series, counters included."""
    whole = _discovering(clock)
    leaving = (await whole.scrape()).text.split('client_id="', 1)[1].split('"', 1)[0]
    whole.tenant.world.remove(leaving)
    await asyncio.sleep(60.0)
    assert f'client_id="{leaving}"' not in (await whole.scrape()).text


async def test_filters_limit_what_is_watched(clock: Clock) -> None:
    """One cluster's clients, and no call for any other."""
    cluster_id = start(clock).tenant.world.cluster_documents("v1")[0]["id"]
    whole = _discovering(clock, discovery=DiscoverySettings(cluster_ids=(cluster_id,)))
    page = await whole.scrape()
    watched = page.values("sailpoint_managed_client_fetch_success", cluster_id=cluster_id)
    assert 0 < len(watched) == len(page.values("sailpoint_managed_client_fetch_success"))
    assert whole.requests_of("managed_client_status") == len(watched)


async def test_a_missing_scope_costs_its_collector_only(clock: Clock) -> None:
    """Without the list's scope the configured clients are read, clusters are not, and the refusal is not repeated."""
    whole = start(clock, credentials=_with_scopes(READ_STATUS))
    for _ in range(3):
        page = await whole.scrape()
        assert sum(page.values("sailpoint_managed_client_fetch_success")) == 12
        assert _collectors(page) == {"status": 1, "clusters": 0}
        await asyncio.sleep(60.0)
    assert whole.requests_of("managed_clusters") == 1


async def test_health_is_opt_in_and_needs_its_scope(clock: Clock) -> None:
    """Events come with the manage scope; without it the collector fails alone, after one call."""
    on = CollectorSettings(health=True)
    whole = start(clock, collectors=on, credentials=_with_scopes(READ_STATUS, READ_CLIENTS, MANAGE_CLIENTS))
    page = await whole.scrape()
    assert sum(page.values("sailpoint_managed_client_health_events", severity="warning")) >= 1
    assert _collectors(page)["health"] == 1
    whole = start(clock, collectors=on)
    assert _collectors(await whole.scrape()) == {"status": 1, "clusters": 1, "health": 0}
    assert whole.requests_of("managed_client_health") == 1


async def test_a_thousand_clients_are_fresh_in_every_cycle(clock: Clock) -> None:
    """100 calls in 10 s: status and age of all each time, details of each within ceil(1000 / budget) cycles."""
    whole = _discovering(clock, clients=1000, clusters=40, rate_budget=100, min_interval_seconds=10.0)
    cycles = [await _cycle(whole) for _ in range(11)]
    for cycle in cycles:
        assert len(cycle.readings) > 900
        assert all(reading.said is not None for reading in cycle.readings)
    assert all(reading.memory.details is not None for reading in cycles[-1].readings)
    assert len(whole.recorder.calls) <= 11 * 100
    assert whole.tenant.violations == 0


async def test_with_a_list_nobody_waits_for_the_budget(clock: Clock) -> None:
    """300 clients under a budget of 50 are all told of at once, however patient the scraper is."""
    whole = _discovering(clock, clients=300, clusters=40)
    before = clock.monotonic_seconds()
    (snapshot,) = await whole.application.collect(clock.deadline(29.5))
    assert clock.monotonic_seconds() - before < 1.0
    assert all(reading.said is not None for reading in snapshot.readings)
    assert sum(reading.memory.details is not None for reading in snapshot.readings) == 50 - 4  # token, lists


async def _cycle(whole: Whole) -> Snapshot:
    """One collection, and a quarter of a minute of peace."""
    (snapshot,) = await whole.application.collect(whole.application.clock.deadline(9.5))
    await asyncio.sleep(15.0)
    return snapshot


class SomeSilent(httpx.AsyncBaseTransport):
    """Reaches the simulated tenant under one address, and nobody under all others."""

    def __init__(self, there: httpx.AsyncBaseTransport) -> None:
        self._there = there

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass it on, or keep silent."""
        if request.url.host != "127.0.0.1":
            await asyncio.sleep(1e6)
        return await self._there.handle_async_request(request)


async def test_a_silent_sandbox_leaves_production_complete(clock: Clock) -> None:
    """Two tenants in one process: one is black-holed, the other is whole, and the page is there by the deadline."""
    whole = start(clock, also=[{"name": "acme-sb", "base_url": "http://127.0.0.2:9854"}], through=SomeSilent)
    before = clock.monotonic_seconds()
    page = await whole.scrape(timeout_seconds=10.0)
    assert clock.monotonic_seconds() - before <= 9.6
    assert page.values("sailpoint_managed_client_fetch_success", tenant="acme") == [1] * 12
    assert page.values("sailpoint_managed_client_fetch_success", tenant="acme-sb") == [0] * 12
    assert (page.value("sailpoint_up", tenant="acme"), page.value("sailpoint_up", tenant="acme-sb")) == (1, 0)
