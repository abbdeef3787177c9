"""States: read when a page is rendered."""

from functools import partial

from exporter.api.calls import ApiState
from exporter.metrics import Pages, Telemetry
from tests.metrics.reading_pages import value

STEM = "sailpoint_exporter_"


def test_the_state_is_that_of_the_moment(telemetry: Telemetry, pages: Pages) -> None:
    """Budget, back-off and token are asked for each page, and a token that is not there has no expiry."""
    states = {"acme": ApiState(50, 3, 4.5, 1_800_000_720.0), "other": ApiState(10, 0, 0.0, None)}
    for tenant in ("acme", "other"):
        telemetry.register_tenant(tenant, partial(states.__getitem__, tenant))
    assert value(pages, (), STEM + "api_budget_limit", tenant="acme") == 50
    assert value(pages, (), STEM + "api_budget_used", tenant="acme") == 3
    assert value(pages, (), STEM + "api_backoff_seconds", tenant="acme") == 4.5
    assert value(pages, (), STEM + "token_expiry_timestamp_seconds", tenant="acme") == 1_800_000_720
    assert value(pages, (), STEM + "token_expiry_timestamp_seconds", tenant="other") is None
    states["acme"] = ApiState(50, 0, 0.0, None)
    assert value(pages, (), STEM + "api_backoff_seconds", tenant="acme") == 0
    assert value(pages, (), STEM + "token_expiry_timestamp_seconds", tenant="acme") is None
