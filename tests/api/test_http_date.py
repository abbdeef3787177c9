"""exporter.api.http_date: one format, strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.api.http_date import parse_http_date


def test_the_specifications_example_is_read() -> None:
    """RFC 9110, section 5.6.7."""
    assert parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777.0


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 +0100",
        "Sun, \u06606 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT\n",
    ],
)
def test_anything_else_is_none(value: str) -> None:
    """Obsolete formats, impossible days, other zones and other digits."""
    assert parse_http_date(value) is None


@given(st.text())
def test_no_text_raises(value: str) -> None:
    """The header is the tenant's to write."""
    assert parse_http_date(value) is None
