"""Collection: how the cycle behind a page went, and how old it is by now.

::

    sailpoint_up{tenant="acme"} 1.0
    sailpoint_scrape_collector_success{collector="clusters",tenant="acme"} 0.0
    sailpoint_scrape_age_seconds{tenant="acme"} 0.0
"""

from collections.abc import Sequence

from prometheus_client.core import Metric

from exporter.collect.snapshot import Snapshot
from exporter.metrics.family import Family

__all__ = ["CLOCK_SKEW", "FAMILIES", "families"]

UP = Family(
    "sailpoint_up",
    "gauge",
    ("tenant",),
    "Whether a token was had and at least one managed client was read, or discovery found that there is none",
)
SCRAPE_DURATION = Family(
    "sailpoint_scrape_duration_seconds", "gauge", ("tenant",), "How long the collection cycle behind this page took"
)
SCRAPE_DEADLINE = Family(
    "sailpoint_scrape_deadline_seconds", "gauge", ("tenant",), "How long the collection cycle was allowed to take"
)
SCRAPE_AGE = Family(
    "sailpoint_scrape_age_seconds",
    "gauge",
    ("tenant",),
    "Time since the collection cycle ended; 0 when just fetched, more when a fresh enough result was used again",
)
COLLECTOR_SUCCESS = Family(
    "sailpoint_scrape_collector_success",
    "gauge",
    ("tenant", "collector"),
    "Whether the collector (discovery, status, clusters, health) got anything in this cycle; absent when it is off",
)
COLLECTOR_DURATION = Family(
    "sailpoint_scrape_collector_duration_seconds",
    "gauge",
    ("tenant", "collector"),
    "How long the collector took in this cycle",
)
CLOCK_SKEW = Family(
    "sailpoint_clock_skew_seconds",
    "gauge",
    ("tenant",),
    "The tenant's clock minus the exporter's, at the last answer (Date header, which has whole seconds)",
)

FAMILIES = (UP, SCRAPE_DURATION, SCRAPE_DEADLINE, SCRAPE_AGE, COLLECTOR_SUCCESS, COLLECTOR_DURATION, CLOCK_SKEW)


def families(snapshots: Sequence[Snapshot], now_seconds: float) -> list[Metric]:
    """The cycle of each snapshot, seen at ``now_seconds`` of the monotonic clock."""
    runs = [((snapshot.tenant, run.collector), run) for snapshot in snapshots for run in snapshot.runs]
    return [
        UP.metric(((snapshot.tenant,), float(snapshot.up)) for snapshot in snapshots),
        SCRAPE_DURATION.metric(((snapshot.tenant,), snapshot.duration_seconds) for snapshot in snapshots),
        SCRAPE_DEADLINE.metric(((snapshot.tenant,), snapshot.deadline_seconds) for snapshot in snapshots),
        SCRAPE_AGE.metric(
            ((snapshot.tenant,), max(0.0, now_seconds - snapshot.finished_seconds)) for snapshot in snapshots
        ),
        COLLECTOR_SUCCESS.metric((labels, float(run.reason is None)) for labels, run in runs),
        COLLECTOR_DURATION.metric((labels, run.duration_seconds) for labels, run in runs),
    ]
