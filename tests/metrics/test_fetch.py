"""Fetching: there for every client, whatever happened."""

import pytest

from exporter.collect.snapshot import Memory
from exporter.errors import Reason
from exporter.metrics import Pages
from exporter.metrics.fetch import families, with_every_reading
from tests.metrics.reading_pages import value
from tests.metrics.snapshots import EPOCH_SECONDS, LISTED, reading, snapshot

SUCCESS = "sailpoint_managed_client_fetch_success"


def test_success_tells_read_from_not_read(pages: Pages) -> None:
    """One series for each client of the fleet."""
    cycle = snapshot(reading(client_id="read"), reading(Reason.DEADLINE, client_id="slow"))
    assert value(pages, (cycle,), SUCCESS, client_id="read") == 1
    assert value(pages, (cycle,), SUCCESS, client_id="slow") == 0


def test_an_entry_of_the_list_is_a_reading_unless_the_clients_own_call_failed(pages: Pages) -> None:
    """Who was asked and did not answer was not read, whatever the list says."""
    cycle = snapshot(
        reading(Reason.SKIPPED, client_id="listed", listed=LISTED),
        reading(Reason.SKIPPED, client_id="skipped"),
        reading(Reason.DNS, client_id="failed", listed=LISTED),
    )
    found = {each: value(pages, (cycle,), SUCCESS, client_id=each) for each in ("listed", "skipped", "failed")}
    assert found == {"listed": 1, "skipped": 0, "failed": 0}


def test_last_success_and_failures_survive_a_failure(pages: Pages) -> None:
    """They are memories, under the cluster that was last known."""
    memory = Memory("1234", EPOCH_SECONDS - 60, {Reason.DEADLINE: 3, Reason.DNS: 1})
    cycle = (snapshot(reading(Reason.DEADLINE, memory=memory)),)
    last = "sailpoint_managed_client_last_fetch_success_timestamp_seconds"
    failures = "sailpoint_managed_client_fetch_failures_total"
    assert value(pages, cycle, last, cluster_id="1234") == EPOCH_SECONDS - 60
    assert value(pages, cycle, failures, reason="deadline") == 3
    assert value(pages, cycle, failures, reason="dns") == 1
    assert value(pages, cycle, failures, reason="tls") is None


def test_there_is_no_last_success_before_the_first(pages: Pages) -> None:
    """Absent, not 1970."""
    cycle = (snapshot(reading(Reason.DNS)),)
    assert value(pages, cycle, "sailpoint_managed_client_last_fetch_success_timestamp_seconds") is None


def test_a_page_without_one_of_the_clients_is_refused() -> None:
    """An absent series would say that there is no such client."""
    cycle = snapshot(reading(client_id="1"), reading(client_id="2"))
    metrics = list(families((cycle,)))
    assert list(with_every_reading(metrics, (cycle,))) == metrics
    metrics[0].samples.pop()
    with pytest.raises(RuntimeError, match="bug"):
        list(with_every_reading(metrics, (cycle,)))
