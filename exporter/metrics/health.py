"""Health: the events of cpu, memory, containers and network that the tenant counts for each managed client.

Source: getManagedClientHealthIndicators, ``GET /managed-clients/v1/{id}/health-indicators``.
It needs a manage scope, although it only reads.
Cost: one call per managed client, from what the budget leaves; what is shown may be from an earlier cycle, and says so.

::

    sailpoint_managed_client_health_events{category="cpu",client_id="5678",severity="error",...} 1.0
    sailpoint_managed_client_health_timestamp_seconds{client_id="5678",cluster_id="1234",tenant="acme"} 1.8e+09
"""

from collections.abc import Iterator, Sequence

from prometheus_client.core import Metric

from exporter.api.inventory import HealthIndicators
from exporter.collect.snapshot import Held, Reading, Snapshot
from exporter.metrics.family import Family, Row
from exporter.metrics.measures import Measure, measured
from exporter.metrics.readings import CLIENT, labelled

__all__ = ["FAMILIES", "families"]

EVENTS = Family(
    "sailpoint_managed_client_health_events",
    "gauge",
    (*CLIENT, "category", "severity"),
    "Number of the managed client's health events: both severities, zeros included, for each category that is present",
)
TIMESTAMP = Family(
    "sailpoint_managed_client_health_timestamp_seconds",
    "gauge",
    CLIENT,
    "When the health events shown were read",
)


def families(snapshots: Sequence[Snapshot]) -> Iterator[Metric]:
    """The last health of every managed client that was read in this cycle."""
    return measured(_MEASURES, labelled(snapshots))


def _events(reading: Reading) -> Iterator[Row]:
    held = _held(reading)
    for category, severity, number in () if held is None else held.document.events:
        yield (category, severity), number


def _timestamp(reading: Reading) -> Iterator[Row]:
    held = _held(reading)
    if held is not None:
        yield (), held.read_epoch_seconds


def _held(reading: Reading) -> Held[HealthIndicators] | None:
    return None if reading.said is None else reading.memory.health


_MEASURES: tuple[tuple[Family, Measure[Reading]], ...] = (
    (EVENTS, _events),
    (TIMESTAMP, _timestamp),
)

FAMILIES = tuple(family for family, _ in _MEASURES)
