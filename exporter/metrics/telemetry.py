"""Telemetry: the exporter's own metrics, which outlive snapshots, in a registry that nobody else has.

::

    sailpoint_exporter_build_info{python_version="3.11.7",revision="",version="0.1.0"} 1.0
    sailpoint_exporter_dropped_samples_total{reason="duplicate"} 0.0
"""

import platform
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import Metric

from exporter.api.calls import ApiState, Observer
from exporter.clock import Clock
from exporter.metrics.calls import Calls, TenantCalls
from exporter.metrics.family import Family, filtered
from exporter.metrics.gate import Drop
from exporter.metrics.states import States

__all__ = ["FAMILIES", "Telemetry"]

BUILD_INFO = Family(
    "sailpoint_exporter_build_info",
    "gauge",
    ("version", "revision", "python_version"),
    "The exporter's version, the revision it was built from, and its Python; always 1",
)
RELOAD_SUCCESSFUL = Family(
    "sailpoint_exporter_config_last_reload_successful", "gauge", (), "Whether the last configuration read was usable"
)
RELOAD_TIMESTAMP = Family(
    "sailpoint_exporter_config_last_reload_success_timestamp_seconds",
    "gauge",
    (),
    "When a usable configuration was last read",
)
DROPPED_SAMPLES = Family(
    "sailpoint_exporter_dropped_samples_total",
    "counter",
    ("reason",),
    "Samples left out when a page was rendered, by reason (duplicate, not_finite, bad_label)",
)

FAMILIES = (BUILD_INFO, RELOAD_SUCCESSFUL, RELOAD_TIMESTAMP, DROPPED_SAMPLES)


class Telemetry:
    """Counts what the exporter does; ``process_*`` and ``python_*`` are the library's own.

    Args:
        clock: both clocks.
        version: the exporter's version.
        revision: what it was built from; "" when unknown.
    """

    def __init__(self, *, clock: Clock, version: str, revision: str) -> None:
        self._registry = CollectorRegistry()
        self._gauge(BUILD_INFO).labels(version, revision, platform.python_version()).set(1)
        self._clock = clock
        self._reload_successful = self._gauge(RELOAD_SUCCESSFUL)
        self._reload_timestamp = self._gauge(RELOAD_TIMESTAMP)
        self.config_reloaded(success=True)
        self._calls = Calls(self._registry)
        self._states = States()
        self._registry.register(self._states)
        self._dropped = Counter(
            DROPPED_SAMPLES.name, DROPPED_SAMPLES.help, DROPPED_SAMPLES.labels, registry=self._registry
        )
        for reason in Drop:
            self._dropped.labels(reason)
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)

    def observer(self, tenant: str) -> Observer:
        """Who is to hear of the tenant's calls; a second one for a tenant counts on where the first is."""
        return TenantCalls(self._calls, tenant)

    def register_tenant(self, tenant: str, state: Callable[[], ApiState]) -> None:
        """Show the tenant's state, as it is whenever a page is rendered; replaces what was registered before."""
        self._states.add(tenant, state)

    def forget(self, tenant: str) -> None:
        """Remove whatever is shown of a tenant that left, counters included; calls that still end are not counted."""
        self._states.forget(tenant)
        self._calls.forget(tenant)

    def config_reloaded(self, *, success: bool) -> None:
        """The configuration was read again, and is in use if that was a success."""
        self._reload_successful.set(success)
        if success:
            self._reload_timestamp.set(self._clock.epoch_seconds())

    def sample_dropped(self, reason: Drop) -> None:
        """A sample was left out of a page."""
        self._dropped.labels(reason).inc()

    def families(self) -> list[Metric]:
        """Every family as it stands, without ``_created``: restarts are seen in process_start_time_seconds."""
        return [filtered(metric, lambda name: not name.endswith("_created")) for metric in self._registry.collect()]

    def _gauge(self, family: Family) -> Gauge:
        return Gauge(family.name, family.help, family.labels, registry=self._registry)
