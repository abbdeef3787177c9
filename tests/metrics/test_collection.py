"""Collection: the cycle behind the page."""

from dataclasses import replace

from exporter.clock import Clock
from exporter.collect.snapshot import Collector, Run
from exporter.errors import Reason
from exporter.metrics import Pages, Telemetry
from tests.metrics.reading_pages import value
from tests.metrics.snapshots import CLOCK, NOW_SECONDS, reading, snapshot


def test_up_is_one_client_read(pages: Pages) -> None:
    """One of many is enough to show that the tenant answers."""
    up = snapshot(reading(Reason.DNS, client_id="1"), reading(client_id="2"))
    down = snapshot(reading(Reason.DNS, client_id="1"), tenant="down")
    assert value(pages, (up, down), "sailpoint_up", tenant="acme") == 1
    assert value(pages, (up, down), "sailpoint_up", tenant="down") == 0


def test_the_cycle_shows_its_duration_deadline_and_age(pages: Pages) -> None:
    """In seconds of the monotonic clock."""
    page = (snapshot(reading()),)
    assert value(pages, page, "sailpoint_scrape_duration_seconds") == 2.0
    assert value(pages, page, "sailpoint_scrape_deadline_seconds") == 9.5
    assert value(pages, page, "sailpoint_scrape_age_seconds") == 1.5


def test_the_age_grows_while_the_page_is_kept(telemetry: Telemetry) -> None:
    """It is measured when the page is sent, not when it was first rendered."""
    now = [NOW_SECONDS]
    pages = Pages(telemetry, Clock(monotonic_seconds=lambda: now[0], epoch_seconds=CLOCK.epoch_seconds))
    page = (snapshot(reading()),)
    assert value(pages, page, "sailpoint_scrape_age_seconds") == 1.5
    now[0] += 5
    assert value(pages, page, "sailpoint_scrape_age_seconds") == 6.5


def test_each_collector_shows_its_success_and_duration(pages: Pages) -> None:
    """One that is off has no series."""
    runs = (Run(Collector.STATUS, 1.5), Run(Collector.CLUSTERS, 0.25, Reason.FORBIDDEN))
    page = (replace(snapshot(reading()), runs=runs),)
    stem = "sailpoint_scrape_collector_"
    assert value(pages, page, stem + "success", tenant="acme", collector="status") == 1
    assert value(pages, page, stem + "success", tenant="acme", collector="clusters") == 0
    assert value(pages, page, stem + "success", collector="health") is None
    assert value(pages, page, stem + "duration_seconds", collector="status") == 1.5
    assert value(pages, page, stem + "duration_seconds", collector="clusters") == 0.25
