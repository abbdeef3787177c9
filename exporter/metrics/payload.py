"""Payloads: what the tenant sent that its documentation does not say, the canary for changes of the API.

::

    sailpoint_exporter_unexpected_payload_total{field="body.lastSeen",tenant="acme"} 2.0
"""

from collections import Counter
from collections.abc import Sequence

from prometheus_client.core import Metric

from exporter.collect.snapshot import Snapshot
from exporter.metrics.family import Family

__all__ = ["FAMILIES", "families"]

UNEXPECTED_PAYLOAD = Family(
    "sailpoint_exporter_unexpected_payload_total",
    "counter",
    ("tenant", "field"),
    "Documents in which a field was missing, of the wrong type or an unknown word, by field (from a closed set)",
)

FAMILIES = (UNEXPECTED_PAYLOAD,)


def families(snapshots: Sequence[Snapshot]) -> list[Metric]:
    """The sum over each tenant's managed clients."""
    documents: Counter[tuple[str, str]] = Counter()
    for snapshot in snapshots:
        for reading in snapshot.readings:
            for field, number in reading.memory.unexpected.items():
                documents[snapshot.tenant, field] += number
    return [UNEXPECTED_PAYLOAD.metric(sorted(documents.items()))]
