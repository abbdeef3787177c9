"""How often all clients together may ask."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from exporter.clock import Clock
from exporter.web.basic_auth import PROBES
from exporter.web.rate_limit import Bucket
from exporter.web.web_config import WebConfig
from exporter.web.web_config_keys import RateLimit
from tests.web.fakes import FakeTenants, application, ask


async def statuses(app: Starlette, requests: int) -> list[int]:
    """Of requests in quick succession."""
    return [(await ask(app)).status_code for _ in range(requests)]


async def test_a_burst_passes_and_then_one_in_each_interval(clock: Clock) -> None:
    """After the burst further requests are refused, and one is granted whenever an interval is over."""
    config = WebConfig(rate_limit=RateLimit(interval_seconds=2.0, burst=3))
    app = application(clock, web_config=lambda: config)
    assert await statuses(app, 5) == [200, 200, 200, 429, 429]
    await asyncio.sleep(2.0)
    assert await statuses(app, 2) == [200, 429]
    await asyncio.sleep(3600.0)
    assert await statuses(app, 4) == [200, 200, 200, 429]


async def test_who_is_refused_costs_nothing(clock: Clock) -> None:
    """A refused request asks no tenant and checks no password; its answer has the headers of every answer."""
    tenants = FakeTenants()
    headers = {b"x-frame-options": b"deny"}
    config = WebConfig(rate_limit=RateLimit(1.0, 0), users={b"alice": b"no hash"}, headers=headers)
    answer = await ask(application(clock, tenants, web_config=lambda: config))
    assert (answer.status_code, answer.text) == (429, "Too Many Requests\n")
    assert answer.headers["x-frame-options"] == "deny"
    assert tenants.deadlines == []


@pytest.mark.parametrize("path", sorted(PROBES))
async def test_probes_are_not_limited(clock: Clock, path: bytes) -> None:
    """A scraper that asks too often makes nobody restart the exporter."""
    config = WebConfig(rate_limit=RateLimit(1.0, 0))
    app = application(clock, web_config=lambda: config)
    assert (await ask(app, path.decode())).status_code == 200


async def test_a_changed_limit_holds_at_once(clock: Clock) -> None:
    """The limit follows its file; one that did not change is not granted anew."""
    limits = [RateLimit(60.0, 1), RateLimit(60.0, 1), RateLimit(60.0, 2), None]
    app = application(clock, web_config=lambda: WebConfig(rate_limit=limits[0]))
    seen = []
    while limits:
        seen += await statuses(app, 1)
        del limits[0]
    assert seen == [200, 429, 200, 200]


@given(st.integers(0, 5), st.floats(0.01, 10.0), st.lists(st.floats(0.0, 30.0), max_size=30))
def test_no_more_is_granted_than_burst_and_time_allow(burst: int, interval_seconds: float, pauses: list[float]) -> None:
    """Whenever requests come, the bucket grants at most the burst and one for each interval that has passed."""
    now = [0.0]
    bucket = Bucket(RateLimit(interval_seconds, burst), Clock(monotonic_seconds=lambda: now[0]))
    granted = 0
    for pause in pauses:
        now[0] += pause
        granted += bucket.take()
    assert granted <= burst + now[0] / interval_seconds + 1e-6
