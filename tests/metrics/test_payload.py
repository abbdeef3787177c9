"""Payloads: the canary for changes of the tenant's API."""

from exporter.collect.snapshot import Memory
from exporter.errors import Reason
from exporter.metrics import Pages
from tests.metrics.reading_pages import value
from tests.metrics.snapshots import reading, snapshot


def test_unexpected_fields_are_summed_over_a_tenants_clients(pages: Pages) -> None:
    """Also those of clients that failed this time: a counter does not fall."""
    first = snapshot(
        reading(client_id="1", memory=Memory(unexpected={"status": 2, "body.id": 1})),
        reading(Reason.DNS, client_id="2", memory=Memory(unexpected={"status": 3})),
    )
    page = (first, snapshot(reading(memory=Memory(unexpected={"status": 7})), tenant="other"))
    name = "sailpoint_exporter_unexpected_payload_total"
    assert value(pages, page, name, tenant="acme", field="status") == 5
    assert value(pages, page, name, tenant="acme", field="body.id") == 1
    assert value(pages, page, name, tenant="other", field="status") == 7
