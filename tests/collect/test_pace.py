"""exporter.collect.pace: what scrapes cost."""

import pytest

from exporter.collect.pace import Pace, smallest_safe_interval_seconds


@pytest.mark.parametrize(
    ("calls", "rate_budget", "seconds"), [(1, 50, 1), (50, 50, 10), (51, 50, 11), (1000, 100, 100)]
)
def test_the_smallest_safe_interval_has_room_for_every_call(calls: int, rate_budget: int, seconds: int) -> None:
    """Whole seconds, rounded up."""
    assert smallest_safe_interval_seconds(calls, rate_budget) == seconds


def test_calls_are_projected_on_ten_seconds() -> None:
    """Two Prometheus servers that scrape once a minute each cost 30 calls in 10 s for 90 clients."""
    pace = Pace()
    assert pace.projected_calls(90) is None
    for moment in (0.0, 30.0, 60.0):
        pace.began(moment)
    assert pace.projected_calls(90) == pytest.approx(30.0)


def test_only_the_last_cycles_count() -> None:
    """What was an hour ago says nothing about the pace of now."""
    pace = Pace()
    for moment in (0.0, 3600.0, 3610.0, 3620.0, 3630.0, 3640.0, 3650.0):
        pace.began(moment)
    assert pace.projected_calls(5) == pytest.approx(5.0)
