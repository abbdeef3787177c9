"""exporter.collect.collectors: collectors that fail alone, and are not repeated in vain."""

import asyncio
import logging

import pytest

from exporter.clock import Clock
from exporter.collect.collectors import REFUSED_SECONDS, Collectors
from exporter.collect.snapshot import Collector
from exporter.errors import ApiError, Reason


class Call:
    """A call that takes a second, and fails while it has an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.made = 0

    async def __call__(self) -> str:
        """Count, wait, and fail or not."""
        self.made += 1
        await asyncio.sleep(1.0)
        if self.error is not None:
            raise self.error
        return "a list"


def _lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, str]]]:
    own = (record for record in caplog.records if record.name == "exporter.collect.collectors")
    return [(record.levelname, vars(record)["fields"]) for record in own]


async def test_a_result_is_handed_on_with_its_duration(clock: Clock) -> None:
    """What worked has no reason."""
    result, run = await Collectors("acme", clock).tried(Collector.CLUSTERS, Call())
    assert (result, run.collector, run.reason) == ("a list", Collector.CLUSTERS, None)
    assert run.duration_seconds == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ApiError(Reason.HTTP_5XX, "HTTP 500"), Reason.HTTP_5XX), (KeyError("canary"), Reason.INTERNAL)],
)
async def test_a_failure_costs_the_collector_only(clock: Clock, error: Exception, reason: Reason) -> None:
    """Errors of the API and bugs alike become a reason, and the next cycle tries again."""
    collectors, call = Collectors("acme", clock), Call(error)
    for _ in range(2):
        result, run = await collectors.tried(Collector.DISCOVERY, call)
        assert (result, run.reason) == (None, reason)
    assert call.made == 2


async def test_a_refused_collector_rests_for_ten_minutes(clock: Clock) -> None:
    """Until then it fails for the same reason without a call; others are not concerned."""
    collectors, call = Collectors("acme", clock), Call(ApiError(Reason.FORBIDDEN, "needs a scope"))
    await collectors.tried(Collector.CLUSTERS, call)
    _, run = await collectors.tried(Collector.CLUSTERS, call)
    assert (run.reason, call.made) == (Reason.FORBIDDEN, 1)
    assert (await collectors.tried(Collector.DISCOVERY, Call()))[0] == "a list"
    await asyncio.sleep(REFUSED_SECONDS)
    call.error = None
    assert (await collectors.tried(Collector.CLUSTERS, call))[0] == "a list"


async def test_each_change_is_logged_once(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """Refused, refused still, failing otherwise, working: three lines, the first of which names the scope."""
    caplog.set_level(logging.INFO)
    collectors, call = Collectors("acme", clock), Call(ApiError(Reason.FORBIDDEN, "needs idn:remote-client:read"))
    await collectors.tried(Collector.CLUSTERS, call)
    await collectors.tried(Collector.CLUSTERS, call)
    await asyncio.sleep(REFUSED_SECONDS)
    call.error = ApiError(Reason.DNS, "no such host")
    await collectors.tried(Collector.CLUSTERS, call)
    call.error = None
    await collectors.tried(Collector.CLUSTERS, call)
    await collectors.tried(Collector.CLUSTERS, call)
    about = {"tenant": "acme", "collector": "clusters"}
    assert _lines(caplog) == [
        ("WARNING", about | {"reason": "forbidden", "detail": "needs idn:remote-client:read"}),
        ("WARNING", about | {"reason": "dns", "detail": "no such host"}),
        ("INFO", about),
    ]
