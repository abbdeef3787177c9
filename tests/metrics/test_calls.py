"""Calls: what is counted of each."""

from typing import Any

import pytest

from exporter.api.calls import Call
from exporter.errors import Reason
from exporter.metrics import Pages, Telemetry
from tests.metrics.reading_pages import value

STEM = "sailpoint_exporter_"


def call(status_code: int | None = 200, reason: Reason | None = None, **facts: Any) -> Call:
    """A status call that took 70 ms."""
    return Call("managed_client_status", "GET", "/managed-clients/v1/{id}/status", 0.07, status_code, reason, **facts)


@pytest.mark.parametrize(
    ("ended", "code"),
    [
        (call(200), "200"),
        (call(200, Reason.SCHEMA), "200"),
        (call(403, Reason.FORBIDDEN), "403"),
        (call(None, Reason.CONNECT_TIMEOUT), "connect_timeout"),
        (call(None), "internal"),
    ],
)
def test_calls_are_counted_by_status_or_reason(telemetry: Telemetry, pages: Pages, ended: Call, code: str) -> None:
    """The code is what came back, or why nothing did."""
    telemetry.observer("acme").call_finished(ended)
    labels = {"tenant": "acme", "endpoint": "managed_client_status"}
    assert value(pages, (), STEM + "api_requests_total", **labels, code=code) == 1
    duration = STEM + "api_request_duration_seconds"
    assert value(pages, (), duration + "_bucket", **labels, le="0.05") == 0
    assert value(pages, (), duration + "_bucket", **labels, le="0.1") == 1
    assert value(pages, (), duration + "_sum", **labels) == 0.07


def test_throttled_counts_429_from_zero(telemetry: Telemetry, pages: Pages) -> None:
    """The series is there before it happens, so that its first increase is seen."""
    observer = telemetry.observer("acme")
    assert value(pages, (), STEM + "api_throttled_total", tenant="acme") == 0
    observer.call_finished(call(429, Reason.RATE_LIMITED))
    observer.call_finished(call(503, Reason.HTTP_5XX))
    assert value(pages, (), STEM + "api_throttled_total", tenant="acme") == 1


def test_the_last_answer_tells_deprecation_and_clock_skew(telemetry: Telemetry, pages: Pages) -> None:
    """A call without an answer changes neither."""
    observer = telemetry.observer("acme")
    assert value(pages, (), "sailpoint_clock_skew_seconds") is None
    observer.call_finished(call(deprecated=True, clock_skew_seconds=600.0))
    observer.call_finished(call(None, Reason.DNS))
    assert value(pages, (), "sailpoint_clock_skew_seconds", tenant="acme") == 600
    assert value(pages, (), STEM + "api_deprecated", tenant="acme", endpoint="managed_client_status") == 1
    observer.call_finished(call(deprecated=False, clock_skew_seconds=-1.0))
    assert value(pages, (), "sailpoint_clock_skew_seconds", tenant="acme") == -1
    assert value(pages, (), STEM + "api_deprecated", tenant="acme", endpoint="managed_client_status") == 0


def test_tokens_are_counted_from_zero(telemetry: Telemetry, pages: Pages) -> None:
    """Those that were had, and the attempts that gave none."""
    observer = telemetry.observer("acme")
    for name in ("token_refreshes_total", "token_refresh_failures_total"):
        assert value(pages, (), STEM + name, tenant="acme") == 0
    observer.token_refreshed(1.0)
    observer.token_refresh_failed(Reason.TOKEN_REJECTED)
    for name in ("token_refreshes_total", "token_refresh_failures_total"):
        assert value(pages, (), STEM + name, tenant="acme") == 1
