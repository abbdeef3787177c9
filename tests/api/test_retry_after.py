"""exporter.api.retry_after: strict, and clamped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.api.retry_after import LONGEST_SECONDS, SHORTEST_SECONDS, parse_retry_after

NOW = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        ("0", 1.0),
        ("1", 1.0),
        ("300", 300.0),
        ("301", 300.0),
        ("999999999", 300.0),
        ("Sun, 06 Nov 1994 08:50:07 GMT", 30.0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 1.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 300.0),
        (None, None),
        ("", None),
        ("99999999999", None),
        ("-1", None),
        ("+1", None),
        ("nan", None),
        ("1e9", None),
        ("1_0", None),
        ("5.0", None),
        (" 5 ", None),
        ("5\n", None),
        ("\uff19\uff19", None),
        ("5, 10", None),
        ("soon", None),
    ],
)
def test_what_a_tenant_may_write(value: str | None, seconds: float | None) -> None:
    """Whole seconds and dates are taken within [1, 300] s, all else is as good as nothing."""
    assert parse_retry_after(value, NOW) == seconds


@given(st.text() | st.integers().map(str) | st.floats().map(str))
def test_no_text_raises_or_leaves_the_range(value: str) -> None:
    """Nothing that a tenant sends can stop the exporter for long."""
    seconds = parse_retry_after(value, NOW)
    assert seconds is None or SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS
