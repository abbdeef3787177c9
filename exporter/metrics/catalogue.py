"""The table of contents: every family of a page but the library's own, in the page's order."""

from exporter.metrics import calls, collection, fetch, managed_client, payload, states, telemetry, work_order

__all__ = ["FAMILIES", "SNAPSHOT_FAMILIES"]

SNAPSHOT_FAMILIES = (
    *fetch.FAMILIES,
    *managed_client.FAMILIES,
    *work_order.FAMILIES,
    *payload.FAMILIES,
    *collection.FAMILIES,
)
"""What cannot be told without asking the tenant."""

FAMILIES = (*SNAPSHOT_FAMILIES, *calls.FAMILIES, *states.FAMILIES, *telemetry.FAMILIES)
