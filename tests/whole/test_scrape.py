"""A whole scrape: exporter and simulated tenant in process, on virtual time."""

import asyncio
from pathlib import Path

import pytest

from exporter.api.paths import GENERATIONS
from exporter.clock import Clock
from exporter.simulator import faults
from tests.whole.harness import Whole, most_in_any_window, start, tenant_samples

READS = {
    ("POST", "/oauth/token"),
    *(("GET", f"/{generation}/managed-clients/{{id}}/status") for generation in GENERATIONS if generation != "v1"),
    ("GET", "/managed-clients/v1/{id}/status"),
    *(("GET", f"/{generation}/managed-clusters") for generation in GENERATIONS if generation != "v1"),
    ("GET", "/managed-clusters/v1"),
}


async def test_the_default_tenant_looks_alive(clock: Clock) -> None:
    """12 clients in 3 clusters with several states, ages and running jobs; the tenant is up."""
    page = await start(clock).scrape()
    assert len(page.values("sailpoint_managed_client_fetch_success")) == 12
    assert page.value("sailpoint_up", tenant="acme") == 1
    normal = page.samples.keys()
    assert (
        len({dict(labels)["cluster_id"] for name, labels in normal if name == "sailpoint_managed_client_normal"}) == 3
    )
    shown = {
        dict(labels)["status"]
        for (name, labels), value in page.samples.items()
        if name == "sailpoint_managed_client_status" and value
    }
    assert len(shown) >= 4
    assert len(set(page.values("sailpoint_managed_client_since_seen_seconds"))) >= 4
    running = ("PENDING", "INPROGRESS", "READY", "POLL")
    assert sum(sum(page.values("sailpoint_managed_client_jobs", job_state=state)) for state in running) >= 1


async def test_all_generations_give_the_same_readings(clock: Clock) -> None:
    """The documents are the same wherever the version stands in the path."""
    wholes = [start(clock, api_generation=generation) for generation in GENERATIONS]
    pages = [dict(tenant_samples(await whole.scrape())) for whole in wholes]
    assert len(pages[0]) > 12 * 10
    assert all(page == pages[0] for page in pages)
    left = {(call.method, call.path_template) for whole in wholes for _, call in whole.recorder.calls}
    assert left == READS


async def test_deprecation_is_told_on_beta_only(clock: Clock) -> None:
    """X-Deprecated becomes a gauge."""
    name = "sailpoint_exporter_api_deprecated"
    beta, current = await start(clock, api_generation="beta").scrape(), await start(clock).scrape()
    assert (
        beta.value(name, endpoint="managed_client_status"),
        current.value(name, endpoint="managed_client_status"),
    ) == (1, 0)


async def test_fifty_simultaneous_scrapes_cost_one_cycle_and_one_token(clock: Clock) -> None:
    """However many scrapers come, each client is asked once."""
    whole = start(clock, latency_millis=100)
    pages = await asyncio.gather(*(whole.scrape() for _ in range(50)))
    assert (whole.requests_of("managed_client_status"), whole.requests_of("token")) == (12, 1)
    assert len({tuple(sorted(tenant_samples(page))) for page in pages}) == 1


async def test_a_hundred_clients_by_ten_at_a_time_take_ten_latencies(clock: Clock) -> None:
    """The ideal wall time is 1.0 s after the token's 0.1 s."""
    whole = start(clock, clients=100, clusters=20, latency_millis=100, rate_limit=0, rate_budget=200)
    page = await whole.scrape()
    assert sum(page.values("sailpoint_managed_client_fetch_success")) == 100
    assert page.value("sailpoint_scrape_duration_seconds") == pytest.approx(1.1, abs=0.01)


async def test_one_hanging_client_of_a_hundred_costs_only_itself(clock: Clock) -> None:
    """99 are read; the page comes at the deadline."""
    whole = start(clock, clients=100, clusters=20, rate_limit=0, rate_budget=200)
    client_id = whole.application.tenants[0].collection.fleet.clients[17].id
    whole.tenant.faults.add("getManagedClientStatus", faults.Hang(60.0), only_id=client_id)
    page = await whole.scrape(timeout_seconds=5.0)
    assert sum(page.values("sailpoint_managed_client_fetch_success")) == 99
    assert page.reasons() == {client_id: {"deadline"}}
    assert page.value("sailpoint_scrape_duration_seconds") == pytest.approx(4.5, abs=0.01)
    assert whole.tenant.faults.pending == ()


async def test_sixty_clients_never_draw_a_429_under_the_default_budget(clock: Clock) -> None:
    """Those not reached are skipped, and are the first in line in the next scrape."""
    whole = start(clock, clients=60, clusters=10, min_interval_seconds=10.0)
    page = await whole.scrape()
    skipped = {client_id for client_id, reasons in page.reasons().items() if reasons == {"skipped"}}
    assert len(skipped) == 13  # the token and both lists are calls as well
    assert len(page.values("sailpoint_managed_client_status", status="NORMAL")) == 60  # the list speaks for the skipped
    await asyncio.sleep(15.0)
    page = await whole.scrape()
    assert all(page.value("sailpoint_managed_client_fetch_success", client_id=client_id) == 1 for client_id in skipped)
    for _ in range(20):
        await asyncio.sleep(15.0)
        await whole.scrape()
    assert page.values("sailpoint_exporter_api_throttled_total") in ([], [0.0])
    assert most_in_any_window(whole.recorder) <= 50


async def test_a_patient_scrape_reaches_more_clients_than_one_window_allows(clock: Clock) -> None:
    """With 30 s, 60 clients fit into a budget of 50 per 10 s."""
    whole = start(clock, clients=60, clusters=10)
    page = await whole.scrape(timeout_seconds=30.0)
    assert sum(page.values("sailpoint_managed_client_fetch_success")) == 60
    assert most_in_any_window(whole.recorder) <= 50


async def test_a_token_of_fifteen_seconds_is_renewed_in_time(clock: Clock) -> None:
    """No scrape of ten minutes fails, and no call is refused."""
    whole = start(clock, token_lifetime_seconds=15)
    for _ in range(40):
        page = await whole.scrape()
        assert page.reasons() == {}
        await asyncio.sleep(15.0)
    assert {call.status_code for _, call in whole.recorder.calls} == {200}
    assert 30 <= whole.recorder.tokens <= 80


async def test_a_token_of_twelve_hours_is_asked_for_once(clock: Clock) -> None:
    """An hour of scrapes needs one token."""
    whole = start(clock, token_lifetime_seconds=43199)
    for _ in range(60):
        await whole.scrape()
        await asyncio.sleep(60.0)
    assert whole.recorder.tokens == 1


async def test_a_revoked_token_heals_within_the_scrape(clock: Clock) -> None:
    """401 leads to one new token, and every client is read."""
    whole = start(clock)
    await whole.scrape()
    whole.tenant.revoke_tokens()
    await asyncio.sleep(60.0)
    page = await whole.scrape()
    assert page.reasons() == {}
    assert whole.requests_of("token") == 2


async def test_the_heartbeat_moves_the_age(clock: Clock) -> None:
    """Operation updateManagedClientStatus stores the report, and answers with the work order."""
    whole = start(clock)
    api = whole.application.tenants[0].api
    page = await whole.scrape()
    silent_id = _oldest(whole, page.text)
    document = {"body": {"id": silent_id}, "type": "VA", "status": "NORMAL", "timestamp": "2026-01-01T00:00:00Z"}
    answer = await api.update_managed_client_status(silent_id, document, deadline=clock.deadline(5.0))
    assert answer.work_order is not None
    await asyncio.sleep(1.0)
    page = await whole.scrape()
    assert page.value("sailpoint_managed_client_since_seen_seconds", client_id=silent_id) < 2.0


def _oldest(whole: Whole, text: str) -> str:
    ages = [line for line in text.splitlines() if line.startswith("sailpoint_managed_client_since_seen_seconds{")]
    assert whole.tenant is not None
    worst = max(ages, key=lambda line: float(line.rsplit(" ", 1)[1]))
    return worst.split('client_id="')[1].split('"')[0]


async def test_openmetrics_and_text_carry_the_same_tenant(clock: Clock) -> None:
    """The two formats differ in form only."""
    whole = start(clock, min_interval_seconds=10.0)
    text = await whole.scrape()
    answer = await whole.scraper.get("/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0"})
    assert answer.text.endswith("# EOF\n")
    assert sum(not line.startswith("#") for line in answer.text.splitlines()) == len(text.samples)


def test_the_golden_pages_are_those_of_the_catalogue() -> None:
    """At least one golden page is kept beside the tests."""
    assert list((Path(__file__).parents[1] / "golden").glob("*.txt"))
