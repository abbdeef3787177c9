"""Tenants: what is told of each as a whole."""

from dataclasses import replace

from exporter.collect.snapshot import Memory
from exporter.errors import Reason
from exporter.metrics import Pages
from tests.metrics.reading_pages import value
from tests.metrics.snapshots import reading, snapshot


def test_unexpected_fields_are_summed_over_all_of_a_tenants_documents(pages: Pages) -> None:
    """Also those of clients that failed this time, or that have left: a counter does not fall."""
    first = snapshot(
        reading(client_id="1", memory=Memory(unexpected={"status": 2, "body.id": 1})),
        reading(Reason.DNS, client_id="2", memory=Memory(unexpected={"status": 3})),
    )
    second = snapshot(reading(memory=Memory(unexpected={"status": 7})), tenant="other")
    page = (replace(first, unexpected={"status": 10, "managedClusters.type": 4}), second)
    name = "sailpoint_exporter_unexpected_payload_total"
    assert value(pages, page, name, tenant="acme", field="status") == 15
    assert value(pages, page, name, tenant="acme", field="body.id") == 1
    assert value(pages, page, name, tenant="acme", field="managedClusters.type") == 4
    assert value(pages, page, name, tenant="other", field="status") == 7


def test_the_clients_known_are_counted_whatever_came_of_them(pages: Pages) -> None:
    """A tenant in which discovery found none has zero, which an alert can see."""
    page = (snapshot(reading(client_id="1"), reading(Reason.DNS, client_id="2")), snapshot(tenant="empty"))
    assert value(pages, page, "sailpoint_managed_clients", tenant="acme") == 2
    assert value(pages, page, "sailpoint_managed_clients", tenant="empty") == 0


def test_the_projection_is_absent_until_there_is_one(pages: Pages) -> None:
    """How often somebody scrapes is known from the second scrape on."""
    name = "sailpoint_exporter_api_budget_projected"
    assert value(pages, (snapshot(),), name) is None
    assert value(pages, (replace(snapshot(), projected_calls_per_window=26.4),), name, tenant="acme") == 26.4
