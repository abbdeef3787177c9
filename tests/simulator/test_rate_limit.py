"""The rate limit of the simulated tenant."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.simulator.rate_limit import WINDOW_SECONDS, RateLimit

GAPS = st.lists(st.integers(min_value=0, max_value=32).map(lambda eighths: eighths / 8), max_size=60)
"""Seconds between calls, exact in binary."""


@given(GAPS, st.integers(min_value=1, max_value=5))
def test_no_ten_seconds_hold_more_calls_than_allowed(gaps: list[float], calls: int) -> None:
    """Whichever window is looked at, at most so many calls were admitted in it."""
    limit, now, admitted = RateLimit(calls), 0.0, []
    for gap in gaps:
        now += gap
        if limit.refuse("client", "v1", now) is None:
            admitted.append(now)
    for start in admitted:
        assert sum(start <= moment < start + WINDOW_SECONDS for moment in admitted) <= calls


@given(GAPS, st.integers(min_value=1, max_value=5))
def test_retry_after_is_a_promise(gaps: list[float], calls: int) -> None:
    """A caller who waits as long as it is told, in whole seconds from 1 to 10, is admitted."""
    limit, now = RateLimit(calls), 0.0
    for gap in gaps:
        now += gap
        retry_after_seconds = limit.refuse("client", "v1", now)
        if retry_after_seconds is not None:
            assert 1 <= retry_after_seconds <= WINDOW_SECONDS
            now += retry_after_seconds
            assert limit.refuse("client", "v1", now) is None


def test_clients_and_generations_are_counted_apart() -> None:
    """A used up limit concerns its own client id and generation only."""
    limit = RateLimit(1)
    assert limit.refuse("one", "v1", 0.0) is None
    assert limit.refuse("one", "v1", 0.0) == 10
    assert limit.refuse("two", "v1", 0.0) is None
    assert limit.refuse("one", "beta", 0.0) is None


def test_violations_are_counted() -> None:
    """Each refused call counts, and takes no place in the window."""
    limit = RateLimit(1)
    assert [limit.refuse("one", "v1", now) for now in (0.0, 5.0, 9.5, 10.0)] == [None, 5, 1, None]
    assert limit.violations == 2


def test_zero_is_no_limit() -> None:
    """A limit of 0 admits everything."""
    limit = RateLimit(0)
    assert {limit.refuse("one", "v1", 0.0) for _ in range(1000)} == {None}
