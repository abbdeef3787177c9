"""What an operator sees when the tenant misbehaves: a good page, the right reason, no old value, and recovery."""

import asyncio

import pytest

from exporter.clock import Clock
from exporter.simulator import faults
from tests.whole.harness import Page, Whole, start

GET = "getManagedClientStatus"
TOKEN = "createAccessToken"


def _client_id(whole: Whole, place: int = 0) -> str:
    return whole.application.tenants[0].collection.fleet.clients[place].id


def _failed(page: Page) -> int:
    return page.values("sailpoint_managed_client_fetch_success").count(0)


async def _next(whole: Whole, after_seconds: float = 60.0) -> Page:
    await asyncio.sleep(after_seconds)
    return await whole.scrape()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (faults.FORBIDDEN, "forbidden"),
        (faults.NOT_FOUND, "not_found"),
        (faults.BAD_REQUEST, "http_400"),
        (faults.INTERNAL_FAULT, "http_5xx"),
        (faults.HTML_200, "content_type"),
        (faults.NOT_JSON, "json"),
        (faults.OtherDocument({"detailCode": "500.0", "messages": []}), "schema"),
        (faults.redirect("https://elsewhere.example/"), "redirect"),
    ],
)
async def test_one_client_s_fault_is_its_own(clock: Clock, fault: faults.Fault, reason: str) -> None:
    """Its series are absent, the reason is counted, the others are complete, and the next scrape is right."""
    whole = start(clock)
    client_id = _client_id(whole)
    await whole.scrape()
    whole.tenant.faults.add(GET, fault, only_id=client_id)
    page = await _next(whole)
    assert _failed(page) == 1
    assert page.value("sailpoint_managed_client_fetch_success", client_id=client_id) == 0
    assert page.values("sailpoint_managed_client_status", client_id=client_id) == []
    assert page.values("sailpoint_managed_client_since_seen_seconds", client_id=client_id) == []
    assert page.values("sailpoint_managed_client_last_fetch_success_timestamp_seconds", client_id=client_id) != []
    assert page.reasons() == {client_id: {reason}}
    assert whole.tenant.faults.pending == ()
    assert _failed(await _next(whole)) == 0


async def test_a_refused_credential_is_said_and_not_repeated(clock: Clock) -> None:
    """Every client fails with token_rejected, and only one token request leaves in two minutes."""
    whole = start(clock, client_secret="wrong")
    pages = [await _next(whole, after_seconds=10.0) for _ in range(3)]
    for page in pages:
        assert {reason for reasons in page.reasons().values() for reason in reasons} == {"token_rejected"}
        assert (page.value("sailpoint_up"), _failed(page)) == (0, 12)
    assert (whole.requests_of("token"), whole.requests_of("managed_client_status")) == (1, 0)
    assert pages[-1].value("sailpoint_exporter_token_refresh_failures_total") == 1


async def test_a_retry_after_is_obeyed(clock: Clock) -> None:
    """After a 429 with Retry-After: 5 no call leaves for five seconds, and then everything is read."""
    whole = start(clock, concurrency=1)
    await whole.scrape()
    whole.tenant.faults.add(GET, faults.too_many_requests(5))
    page = await _next(whole)
    before = len(whole.recorder.calls)
    assert page.value("sailpoint_exporter_api_backoff_seconds") == pytest.approx(5.0, abs=0.1)
    assert {reason for reasons in page.reasons().values() for reason in reasons} == {"rate_limited", "backoff"}
    page = await _next(whole, after_seconds=4.0)
    assert (len(whole.recorder.calls), _failed(page)) == (before, 12)
    page = await _next(whole, after_seconds=1.5)
    assert _failed(page) == 0
    assert page.value("sailpoint_exporter_api_throttled_total") == 1


async def test_a_slow_drip_ends_at_the_deadline(clock: Clock) -> None:
    """A body that comes byte by byte costs its client, and the page comes in time."""
    whole = start(clock)
    client_id = _client_id(whole)
    whole.tenant.faults.add(GET, faults.Drip(piece_bytes=1, interval_seconds=1.0), only_id=client_id)
    page = await whole.scrape()
    assert page.reasons() == {client_id: {"deadline"}}
    assert page.value("sailpoint_scrape_duration_seconds") <= 9.5


async def test_a_dying_token_endpoint_does_not_hurt_while_the_token_lives(clock: Clock) -> None:
    """Renewal fails in the background; every client is still read."""
    whole = start(clock, token_lifetime_seconds=600)
    await whole.scrape()
    whole.tenant.faults.add(TOKEN, *[faults.INTERNAL_FAULT] * 3)
    await asyncio.sleep(560.0)
    page = await whole.scrape()
    assert _failed(page) == 0
    page = await _next(whole, after_seconds=1.0)
    assert page.value("sailpoint_exporter_token_refresh_failures_total") >= 1


async def test_a_lost_scope_is_named_in_the_log(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """One line for all clients, with the scope that is missing."""
    whole = start(clock)
    whole.tenant.faults.add(GET, *[faults.FORBIDDEN] * 12)
    await whole.scrape()
    details = [
        vars(record)["fields"]["detail"] for record in caplog.records if record.name == "exporter.collect.changes"
    ]
    assert len(details) == 1
    assert "idn:managed-client-status:read" in details[0]


async def test_the_real_limit_is_never_met(clock: Clock) -> None:
    """Whatever the scrapers do for two minutes, the simulated tenant's own limiter has nothing to refuse."""
    whole = start(clock, clients=40, clusters=8)
    for _ in range(24):
        await asyncio.gather(*(whole.scrape() for _ in range(3)))
        await asyncio.sleep(5.0)
    assert whole.tenant.violations == 0
