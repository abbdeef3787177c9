"""What a scraper accepts, and what it is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.metrics import Format
from exporter.web.negotiation import accepts_gzip, negotiate_format

PROMETHEUS_2 = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)
PROMETHEUS_3 = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
PROMETHEUS_3_PROTOBUF = (
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6," + PROMETHEUS_2
)
PROMETHEUS_TEXT_ONLY = "text/plain;version=0.0.4;q=0.6,*/*;q=0.5"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

WORDS = st.sampled_from(
    ["application/openmetrics-text", "text/plain", "*/*", "text/*", "gzip", "identity", "*", ";", ",", "q=", "q=0.5",
     "q=nan", "version=", "version=1.0.0", "version=abc", "=", '"', " ", "\x00", "9" * 5000, "é", "version=9.9.9"]
)  # fmt: skip
HOSTILE = st.one_of(st.text(), st.lists(WORDS).map("".join))


@pytest.mark.parametrize(
    "accept",
    [
        PROMETHEUS_2,
        PROMETHEUS_3,
        PROMETHEUS_3_PROTOBUF,
        "application/openmetrics-text",
        "Application/OpenMetrics-Text ; Version=1.0.0 ; charset=utf-8",
        'application/openmetrics-text; version="1.0.0"',
        "application/openmetrics-text; version=0.0.1",
        "application/openmetrics-text;q=0.001",
        "text/plain, application/openmetrics-text",
        "application/openmetrics-text;q=0.5, text/plain;version=1.0.0",
        "application/openmetrics-text;q=0.5, text/plain;q=0.4, text/*;q=0.9, */*",
    ],
)
def test_openmetrics_for_those_who_name_it(accept: str) -> None:
    """Prometheus 2 and 3 and whoever else names OpenMetrics in a version we have is sent OpenMetrics."""
    assert negotiate_format(accept) is Format.OPENMETRICS


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        BROWSER,
        PROMETHEUS_TEXT_ONLY,
        "application/json",
        "application/*",
        "application/openmetrics-text;q=0",
        "application/openmetrics-text;q=0.000, */*;q=0",
        "application/openmetrics-text;version=2.0.0",
        "application/openmetrics-text;version=abc",
        "application/openmetrics-text;version=" + "9" * 5000,
        "application/openmetrics-text;q=nan",
        "application/openmetrics-text;q=1.5",
        "application/openmetrics-text;q=-1",
        "application/openmetrics-text;q=\uff11",
        "application/openmetrics-text;q=0.5, text/plain;q=0.6",
        "application/openmetrics-text;q=0.5, text/*",
        "application/openmetrics-text;q=0.5, */*",
        ";;;,,,q=",
    ],
)
def test_text_for_everybody_else(accept: str | None) -> None:
    """People, curl, unknown versions and nonsense are sent the text format."""
    assert negotiate_format(accept) is Format.TEXT


@pytest.mark.parametrize(
    "accept_encoding",
    [
        "gzip",
        "GZIP",
        "x-gzip",
        "*",
        "deflate, gzip;q=0.5",
        "identity;q=0, *",
        "gzip, identity",
        "gzip;q=0.2, identity;q=0.1",
        "br, gzip;q=0.001",
    ],
)
def test_gzip_for_those_who_take_it(accept_encoding: str) -> None:
    """Whoever wants gzip at least as much as no coding is sent gzip."""
    assert accepts_gzip(accept_encoding)


@pytest.mark.parametrize(
    "accept_encoding",
    [
        None,
        "",
        "identity",
        "br",
        "gzip;q=0",
        "gzip;q=0, *",
        "*;q=0",
        "identity;q=0",
        "gzip;q=0.5, identity",
        "gzip;q=high",
        "gzipp",
        ";q=1",
    ],
)
def test_no_coding_for_those_who_do_not(accept_encoding: str | None) -> None:
    """Without a usable wish for gzip the page is sent as it is."""
    assert not accepts_gzip(accept_encoding)


@given(HOSTILE)
def test_hostile_fields_never_raise(field: str) -> None:
    """Whatever a field holds, there is a format and a coding for it."""
    assert negotiate_format(field) in Format
    assert accepts_gzip(field) in (True, False)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_the_greater_weight_wins(openmetrics: int, text: int) -> None:
    """Between the two formats the weights decide, and a weight of 0 forbids."""
    accept = f"text/plain;q={text / 1000:.3f},application/openmetrics-text;version=1.0.0;q={openmetrics / 1000:.3f}"
    expected = Format.OPENMETRICS if openmetrics and openmetrics >= text else Format.TEXT
    assert negotiate_format(accept) is expected
