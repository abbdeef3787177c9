"""Fetching: how asking about each managed client went. These families survive failures.

::

    sailpoint_managed_client_fetch_success{client_id="5678",cluster_id="1234",tenant="acme"} 0.0
    sailpoint_managed_client_fetch_failures_total{client_id="5678",cluster_id="1234",reason="reset",tenant="acme"} 3.0
"""

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import Metric

from exporter.collect.snapshot import Reading, Snapshot
from exporter.metrics.family import Family, Row
from exporter.metrics.gate import label_value
from exporter.metrics.measures import Measure, measured, present
from exporter.metrics.readings import CLIENT, labelled

__all__ = ["FAMILIES", "families", "with_every_reading"]

FETCH_SUCCESS = Family(
    "sailpoint_managed_client_fetch_success",
    "gauge",
    CLIENT,
    "Whether the managed client was read in this cycle, by itself or in the list: "
    "there for every known client in every scrape",
)
LAST_FETCH_SUCCESS = Family(
    "sailpoint_managed_client_last_fetch_success_timestamp_seconds",
    "gauge",
    CLIENT,
    "When the managed client was last read: survives failures, absent until the first success",
)
FETCH_FAILURES = Family(
    "sailpoint_managed_client_fetch_failures_total",
    "counter",
    (*CLIENT, "reason"),
    "Cycles in which the managed client could not be read, by reason",
)


def families(snapshots: Sequence[Snapshot]) -> Iterator[Metric]:
    """How asking went, for every reading of the snapshots."""
    return measured(_MEASURES, labelled(snapshots))


def with_every_reading(metrics: Iterable[Metric], snapshots: Sequence[Snapshot]) -> Iterator[Metric]:
    """Pass families on, unless a managed client is missing: an absent series says that there is no such client.

    Raises:
        RuntimeError: one is missing, which is a mistake in this program.
    """
    there: set[tuple[str, str]] = set()
    for metric in metrics:
        if metric.name == FETCH_SUCCESS.name:
            there.update((sample.labels["tenant"], sample.labels["client_id"]) for sample in metric.samples)
        yield metric
    for snapshot in snapshots:
        for reading in snapshot.readings:
            if (label_value(snapshot.tenant), label_value(reading.client.id)) not in there:
                message = f"a managed client has no {FETCH_SUCCESS.name}: please report this as a bug"
                raise RuntimeError(message)


def _success(reading: Reading) -> Iterator[Row]:
    yield (), float(reading.said is not None)


def _last_success(reading: Reading) -> Iterator[Row]:
    return present(reading.memory.last_success_epoch_seconds)


def _failures(reading: Reading) -> Iterator[Row]:
    for reason, failures in reading.memory.failures.items():
        yield (reason,), failures


_MEASURES: tuple[tuple[Family, Measure[Reading]], ...] = (
    (FETCH_SUCCESS, _success),
    (LAST_FETCH_SUCCESS, _last_success),
    (FETCH_FAILURES, _failures),
)

FAMILIES = tuple(family for family, _ in _MEASURES)
