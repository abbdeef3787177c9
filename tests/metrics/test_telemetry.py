"""Telemetry: the exporter about itself."""

import platform
from functools import partial

from exporter.api.calls import ApiState, Call, Observer
from exporter.clock import Clock
from exporter.errors import Reason
from exporter.metrics import Format, Pages, Telemetry
from exporter.metrics.gate import Drop
from tests.metrics.reading_pages import of_tenants, parse, value
from tests.metrics.snapshots import CLOCK, EPOCH_SECONDS

STEM = "sailpoint_exporter_"


def test_the_build_is_a_series(pages: Pages) -> None:
    """Version, revision and Python are there to be joined."""
    labels = {"version": "1.2.3", "revision": "0abc", "python_version": platform.python_version()}
    assert value(pages, (), STEM + "build_info", **labels) == 1


def test_the_configuration_was_read_at_the_start(pages: Pages) -> None:
    """The conventional pair, for rules that people already have."""
    assert value(pages, (), STEM + "config_last_reload_successful") == 1
    assert value(pages, (), STEM + "config_last_reload_success_timestamp_seconds") == EPOCH_SECONDS


def test_a_configuration_that_cannot_be_used_is_shown_until_one_can() -> None:
    """The time stays that of the one in use."""
    now = [EPOCH_SECONDS]
    clock = Clock(monotonic_seconds=CLOCK.monotonic_seconds, epoch_seconds=lambda: now[0])
    telemetry = Telemetry(clock=clock, version="", revision="")
    pages = Pages(telemetry, clock)
    for success, at in ((False, EPOCH_SECONDS), (True, EPOCH_SECONDS + 120)):
        now[0] += 60
        telemetry.config_reloaded(success=success)
        assert value(pages, (), STEM + "config_last_reload_successful") == success
        assert value(pages, (), STEM + "config_last_reload_success_timestamp_seconds") == at


def test_a_tenant_that_left_takes_all_its_series_along(telemetry: Telemetry, pages: Pages) -> None:
    """Counters included, also when a call of it ends late; its neighbour keeps its own."""
    observers = {tenant: telemetry.observer(tenant) for tenant in ("acme", "other")}
    for tenant, observer in observers.items():
        tell_everything(observer)
        telemetry.register_tenant(tenant, lambda: ApiState(50, 3, 4.5, EPOCH_SECONDS))
    before = of_tenants(parse(pages.render((), Format.TEXT)))
    telemetry.forget("acme")
    tell_everything(observers["acme"])
    after = of_tenants(parse(pages.render((), Format.TEXT)))
    assert after == {key: value for key, value in before.items() if ("tenant", "acme") not in key[1]}
    assert len(after) < len(before)
    telemetry.forget("acme")


def test_a_tenant_that_is_registered_again_counts_on(telemetry: Telemetry, pages: Pages) -> None:
    """A reload replaces its state, and leaves its counters; one that comes back after leaving starts from zero."""
    for limit in (50, 80):
        telemetry.observer("acme").token_refreshed(EPOCH_SECONDS)
        telemetry.register_tenant("acme", partial(ApiState, limit, 0, 0.0, None))
    assert value(pages, (), STEM + "api_budget_limit", tenant="acme") == 80
    assert value(pages, (), STEM + "token_refreshes_total", tenant="acme") == 2
    telemetry.forget("acme")
    telemetry.observer("acme")
    assert value(pages, (), STEM + "token_refreshes_total", tenant="acme") == 0


def tell_everything(observer: Observer) -> None:
    """Every event that leaves a series behind."""
    observer.call_finished(Call("token", "POST", "/oauth/token", 0.1, 429, deprecated=True, clock_skew_seconds=1.0))
    observer.token_refreshed(EPOCH_SECONDS)
    observer.token_refresh_failed(Reason.TOKEN)


def test_dropped_samples_are_counted_from_zero(telemetry: Telemetry, pages: Pages) -> None:
    """Every reason has its series from the start."""
    telemetry.sample_dropped(Drop.DUPLICATE)
    counted = {reason: value(pages, (), STEM + "dropped_samples_total", reason=reason) for reason in Drop}
    assert counted == {Drop.DUPLICATE: 1, Drop.NOT_FINITE: 0, Drop.BAD_LABEL: 0}


def test_the_librarys_own_families_are_there_and_stay(pages: Pages) -> None:
    """Process, platform and garbage collector, on every page, also after one was limited to other names."""
    pages.render((), Format.TEXT, names=frozenset({"process_open_fds"}))
    names = {metric.name for metric in parse(pages.render((), Format.OPENMETRICS))}
    assert {"process_cpu_seconds", "process_resident_memory_bytes", "python_info", "python_gc_collections"} <= names


def test_two_telemetries_share_nothing() -> None:
    """Each has a registry of its own."""
    first, second = (Telemetry(clock=CLOCK, version="", revision="") for _ in range(2))
    first.observer("acme").call_finished(Call("token", "POST", "/oauth/token", 0.1, 200))
    assert value(Pages(first, CLOCK), (), STEM + "api_requests_total") == 1
    assert value(Pages(second, CLOCK), (), STEM + "api_requests_total") is None


def test_there_are_no_created_series(telemetry: Telemetry, pages: Pages) -> None:
    """They would double the counters' cost and tell nothing that process_start_time_seconds does not."""
    telemetry.observer("acme").call_finished(Call("token", "POST", "/oauth/token", 0.1, 200))
    for fmt in Format:
        assert b"_created" not in pages.render((), fmt).body
