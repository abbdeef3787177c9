"""The time that a scraper grants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.web.scrape_timeout import DEFAULT_SECONDS, scrape_seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("10", 9.5),
        ("15.25", 14.75),
        ("1.5", 1.0),
        ("1", 1.0),
        ("0", 1.0),
        ("0.1", 1.0),
        ("31", 30.0),
        ("30.5", 30.0),
        ("999999999", 30.0),
        ("5.000000001", 4.500000001),
    ],
)
def test_half_a_second_is_kept_back(header: str, seconds: float) -> None:
    """A decimal is taken less half a second, and never below 1 s or above 30 s."""
    assert scrape_seconds(header) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        "nan",
        "inf",
        "-1",
        "+1",
        "1e3",
        "1_0",
        " 5",
        "5 ",
        "5\n",
        ".5",
        "5.",
        "\uff15",
        "0x10",
        "10s",
        "9" * 5000,
    ],
)
def test_everything_else_means_the_default(header: str | None) -> None:
    """What ``float`` would take and a strict reader does not, counts as not sent."""
    assert scrape_seconds(header) == DEFAULT_SECONDS


@given(st.one_of(st.none(), st.text(), st.floats().map(str), st.decimals().map(str), st.integers(min_value=0).map(str)))
def test_the_result_is_always_usable(header: str | None) -> None:
    """Whatever the header holds, there are between 1 and ``max_seconds`` seconds."""
    assert 1.0 <= scrape_seconds(header, max_seconds=20.0) <= 20.0


def test_a_short_maximum_also_bounds_the_default() -> None:
    """An operator who allows 3 s never waits 9.5 s for a scraper that says nothing."""
    assert scrape_seconds(None, max_seconds=3.0) == 3.0
