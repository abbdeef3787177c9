"""Telemetry: the exporter about itself."""

import platform

from exporter.api.calls import Call
from exporter.metrics import Format, Pages, Telemetry
from exporter.metrics.gate import Drop
from tests.metrics.reading_pages import parse, value
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
