"""The table of contents: every family of a page but the library's own, in the page's order."""

from exporter.metrics import (
    calls,
    collection,
    fetch,
    health,
    managed_client,
    managed_cluster,
    states,
    telemetry,
    tenant,
    work_order,
)

__all__ = ["FAMILIES", "SNAPSHOT_FAMILIES"]

SNAPSHOT_FAMILIES = (
    *fetch.FAMILIES,
    *managed_client.FAMILIES,
    *work_order.FAMILIES,
    *health.FAMILIES,
    *managed_cluster.FAMILIES,
    *tenant.FAMILIES,
    *collection.FAMILIES,
)
"""What cannot be told without asking the tenant."""

FAMILIES = (*SNAPSHOT_FAMILIES, *calls.FAMILIES, *states.FAMILIES, *telemetry.FAMILIES)
