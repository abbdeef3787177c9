"""Health: events by category and severity, and when they were read."""

import pytest

from exporter.collect.snapshot import Memory, Reading
from exporter.errors import Reason
from exporter.metrics import Pages
from exporter.metrics.health import families
from tests.metrics.reading_pages import value
from tests.metrics.snapshots import EPOCH_SECONDS, HEALTH, LISTED, reading, snapshot

STEM = "sailpoint_managed_client_health_"
REMEMBERED = Memory(health=HEALTH)


@pytest.mark.parametrize(
    "read", [reading(memory=REMEMBERED), reading(Reason.SKIPPED, memory=REMEMBERED, listed=LISTED)]
)
def test_health_is_shown_with_the_time_of_its_reading(pages: Pages, read: Reading) -> None:
    """What is held from an earlier cycle is never taken for fresh."""
    page = (snapshot(read),)
    assert value(pages, page, STEM + "events", category="cpu", severity="warning") == 2
    assert value(pages, page, STEM + "events", category="cpu", severity="error") == 0
    assert value(pages, page, STEM + "timestamp_seconds") == EPOCH_SECONDS - 90


@pytest.mark.parametrize(
    "read",
    [reading(), reading(Reason.DNS, memory=REMEMBERED, listed=LISTED), reading(Reason.SKIPPED, memory=REMEMBERED)],
)
def test_no_health_is_shown_of_a_client_without_or_not_read(read: Reading) -> None:
    """A client that could not be read in this cycle has no old health beside its failure."""
    assert not [sample for metric in families((snapshot(read),)) for sample in metric.samples]
