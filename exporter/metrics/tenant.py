"""Tenants: what can be told of each as a whole only. A page of some of its managed clients leaves all this out.

::

    sailpoint_managed_clients{tenant="acme"} 25.0
    sailpoint_exporter_api_budget_projected{tenant="acme"} 26.4
    sailpoint_exporter_unexpected_payload_total{field="body.lastSeen",tenant="acme"} 2.0

Unexpected payloads are the canary for changes of the API.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from prometheus_client.core import Metric

from exporter.collect.snapshot import Snapshot
from exporter.metrics.family import Family, Row
from exporter.metrics.measures import Measure, measured, present

__all__ = ["FAMILIES", "families"]

MANAGED_CLIENTS = Family(
    "sailpoint_managed_clients",
    "gauge",
    ("tenant",),
    "Number of managed clients that are known, be it from the configuration or from discovery",
)
BUDGET_PROJECTED = Family(
    "sailpoint_exporter_api_budget_projected",
    "gauge",
    ("tenant",),
    "Requests in a window of 10 s that scraping as often as observed costs; absent until that is known",
)
UNEXPECTED_PAYLOAD = Family(
    "sailpoint_exporter_unexpected_payload_total",
    "counter",
    ("tenant", "field"),
    "Documents in which a field was missing, of the wrong type or an unknown word, by field (from a closed set)",
)


def families(snapshots: Sequence[Snapshot]) -> Iterator[Metric]:
    """Each tenant as a whole."""
    return measured(_MEASURES, [((snapshot.tenant,), snapshot) for snapshot in snapshots])


def _managed_clients(snapshot: Snapshot) -> Iterator[Row]:
    yield (), len(snapshot.readings)


def _budget_projected(snapshot: Snapshot) -> Iterator[Row]:
    return present(snapshot.projected_calls_per_window)


def _unexpected_payload(snapshot: Snapshot) -> Iterator[Row]:
    documents = Counter(snapshot.unexpected)
    for reading in snapshot.readings:
        documents.update(reading.memory.unexpected)
    for field, number in sorted(documents.items()):
        yield (field,), number


_MEASURES: tuple[tuple[Family, Measure[Snapshot]], ...] = (
    (MANAGED_CLIENTS, _managed_clients),
    (BUDGET_PROJECTED, _budget_projected),
    (UNEXPECTED_PAYLOAD, _unexpected_payload),
)

FAMILIES = tuple(family for family, _ in _MEASURES)
