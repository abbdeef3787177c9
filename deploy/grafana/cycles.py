"""Collection cycles: how long they take, what they get, and what was odd in it. Part of the exporter's dashboard."""

from deploy.grafana.colors import NO_YES, READABLE
from deploy.grafana.expressions import rate, tenant
from deploy.grafana.panels import NARROW_TIME_SERIES, STATES, TABLE, Panel, one_table, word_column
from deploy.grafana.targets import over_time, rows

__all__ = ["CYCLES"]

CYCLES = (
    Panel(
        title="Collection",
        description="How long each collector took in the last cycle, below the deadline that all share.",
        look=NARROW_TIME_SERIES,
        targets=[
            over_time(tenant("sailpoint_scrape_collector_duration_seconds", "collector"), "{{tenant}} {{collector}}"),
            over_time(tenant("sailpoint_scrape_deadline_seconds"), "{{tenant}} deadline"),
        ],
        unit="s",
        width=8,
        height=8,
    ),
    Panel(
        title="Collectors",
        description="Whether each collector got anything. One that cannot be read most often lacks a scope.",
        look=STATES,
        targets=[over_time(tenant("sailpoint_scrape_collector_success", "collector"), "{{tenant}} {{collector}}")],
        unit="none",
        width=8,
        height=8,
        states=READABLE,
    ),
    Panel(
        title="Age of what is served",
        description="Time since the collection behind the page: above 0 where a fresh enough one was used again, for "
        "another Prometheus or another page of the same fleet.",
        look=NARROW_TIME_SERIES,
        targets=[over_time(tenant("sailpoint_scrape_age_seconds"), "{{tenant}}")],
        unit="s",
        width=8,
        height=8,
    ),
    Panel(
        title="Unexpected payload",
        description="Documents in which a field was missing, of the wrong type or an unknown word: the first sign that "
        "the API changes. Please report new ones.",
        look=NARROW_TIME_SERIES,
        targets=[over_time(rate("sailpoint_exporter_unexpected_payload_total", "field"), "{{tenant}} {{field}}")],
        unit="cps",
        width=8,
        height=8,
    ),
    Panel(
        title="Samples left out",
        description="Samples that could not be put on the page, by reason. Always 0, unless the exporter has a bug.",
        look=NARROW_TIME_SERIES,
        targets=[
            over_time(
                "sum by (reason) (rate(sailpoint_exporter_dropped_samples_total[$__rate_interval]))", "{{reason}}"
            )
        ],
        unit="cps",
        width=8,
        height=8,
    ),
    Panel(
        title="Deprecated operations",
        description="Whether the tenant's last answer called the operation deprecated: choose a newer "
        "SAIL_API_GENERATION before it goes.",
        look=TABLE,
        targets=[rows(tenant("sailpoint_exporter_api_deprecated", "endpoint"))],
        unit="none",
        width=8,
        height=8,
        transformations=one_table({"tenant": "Tenant", "endpoint": "Operation", "Value": "Deprecated"}),
        overrides=[word_column("Deprecated", NO_YES, 120)],
    ),
)
