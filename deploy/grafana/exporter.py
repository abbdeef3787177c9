"""Exporter: whether it can ask, what its asking costs the tenant, and how it fares itself."""

from deploy.grafana.calls import CALLS, LIMIT, PROJECTED
from deploy.grafana.colors import BLIND, GOOD, READABLE, YES_NO, State
from deploy.grafana.cycles import CYCLES
from deploy.grafana.dashboard import Dashboard
from deploy.grafana.expressions import tenant
from deploy.grafana.panels import NARROW_TIME_SERIES, STAT, TABLE, Panel, column, one_table, word_column
from deploy.grafana.targets import instant, over_time, rows

__all__ = ["DASHBOARD"]

_EXPORTERS = "group by (job, instance) (last_over_time(sailpoint_exporter_build_info[6h]))"
"""Those scraped lately: one that is gone is still among them."""

_UP_DOWN = (State(1, "up", GOOD), State(0, "down", "dark-red"))
_NEAR_LIMIT = ((None, GOOD), (0.8, "dark-yellow"), (1.0, "red"))
_DEADLINE_USE = f"{tenant('sailpoint_scrape_duration_seconds')} / {tenant('sailpoint_scrape_deadline_seconds')}"


def _of_exporters(family: str) -> str:
    """A family that all programs have, of the exporters alone."""
    return f"max by (job, instance) ({family}) * on (job, instance) {_EXPORTERS}"


_TILES = (
    Panel(
        title="Exporters",
        description="Whether Prometheus reaches each exporter that it scraped in the last 6 hours.",
        look=STAT,
        targets=[instant(_of_exporters("up"), "{{instance}}")],
        unit="none",
        width=4,
        height=4,
        states=_UP_DOWN,
        thresholds=((None, "red"), (1, GOOD)),
    ),
    Panel(
        title="Tenants",
        description="Whether the exporter got a token and read at least one client (sailpoint_up). When not, nothing "
        "is known about any client: run `sailpoint-exporter check` with the same settings.",
        look=STAT,
        targets=[instant(tenant("sailpoint_up"), "{{tenant}}")],
        unit="none",
        width=4,
        height=4,
        states=READABLE,
        thresholds=((None, BLIND), (1, GOOD)),
    ),
    Panel(
        title="Deadline used",
        description="How much of the time it was allowed the last collection took. At 100 % clients are left out: "
        "raise the scrape's timeout.",
        look=STAT,
        targets=[instant(_DEADLINE_USE, "{{tenant}}")],
        unit="percentunit",
        width=4,
        height=4,
        thresholds=_NEAR_LIMIT,
        defaults={"decimals": 0},
    ),
    Panel(
        title="Budget needed",
        description="Calls in 10 s that scrapes as often as they come need, against the budget (SAIL_RATE_BUDGET). "
        "Where clients are listed, their details use what is left: using all of the budget is no trouble.",
        look=STAT,
        targets=[instant(f"max by (tenant) ({PROJECTED} / {LIMIT})", "{{tenant}}")],
        unit="percentunit",
        width=4,
        height=4,
        thresholds=_NEAR_LIMIT,
        defaults={"decimals": 0},
    ),
    Panel(
        title="Token ends in",
        description="Life left of the access token in use. It is renewed before it ends; near 0, renewal fails.",
        look=STAT,
        targets=[instant(f"{tenant('sailpoint_exporter_token_expiry_timestamp_seconds')} - time()", "{{tenant}}")],
        unit="s",
        width=4,
        height=4,
        thresholds=((None, "red"), (30, GOOD)),
    ),
    Panel(
        title="Clock skew",
        description="The tenant's clock minus the exporter's; answers tell whole seconds. Ages are the tenant's own "
        "and do not suffer, but certificates and tokens do.",
        look=STAT,
        targets=[instant(tenant("sailpoint_clock_skew_seconds"), "{{tenant}}")],
        unit="s",
        width=4,
        height=4,
        thresholds=((None, "red"), (-60, "dark-yellow"), (-5, GOOD), (5, "dark-yellow"), (60, "red")),
    ),
)

_PROCESS = (
    Panel(
        title="Memory",
        description="Resident memory of each exporter; the README tells how much a fleet needs.",
        look=NARROW_TIME_SERIES,
        targets=[over_time(_of_exporters("process_resident_memory_bytes"), "{{instance}}")],
        unit="bytes",
        width=8,
        height=8,
    ),
    Panel(
        title="Processor",
        description="Processor time of each exporter, as a share of one processor.",
        look=NARROW_TIME_SERIES,
        targets=[over_time(_of_exporters("rate(process_cpu_seconds_total[$__rate_interval])"), "{{instance}}")],
        unit="percentunit",
        width=8,
        height=8,
    ),
    Panel(
        title="Open files",
        description="File descriptors in use, sockets included; a line that only climbs is a leak.",
        look=NARROW_TIME_SERIES,
        targets=[over_time(_of_exporters("process_open_fds"), "{{instance}}")],
        unit="none",
        width=8,
        height=8,
        defaults={"decimals": 0},
    ),
    Panel(
        title="Builds",
        description="What each exporter was built from, since when it runs, and whether its configuration could be "
        "read when that was last tried.",
        look=TABLE,
        targets=[
            rows("max by (job, instance, version, revision, python_version) (sailpoint_exporter_build_info)"),
            rows(f"1000 * {_of_exporters('process_start_time_seconds')}"),
            rows("max by (job, instance) (sailpoint_exporter_config_last_reload_successful)"),
            rows("1000 * max by (job, instance) (sailpoint_exporter_config_last_reload_success_timestamp_seconds)"),
        ],
        unit="none",
        width=24,
        height=5,
        transformations=one_table(
            {
                "instance": "Instance",
                "job": "Job",
                "version": "Version",
                "revision": "Revision",
                "python_version": "Python",
                "Value #B": "Started",
                "Value #C": "Configuration usable",
                "Value #D": "Configuration read",
            },
            hidden=("Value #A",),
        ),
        overrides=[
            column("Started", unit="dateTimeFromNow"),
            column("Configuration read", unit="dateTimeFromNow"),
            word_column("Configuration usable", YES_NO, 170),
        ],
    ),
)

DASHBOARD = Dashboard(
    uid="sailpoint-exporter",
    title="SailPoint: exporter",
    description="sailpoint-exporter itself: whether it can ask the tenant, what that costs, and how it fares.",
    since="now-6h",
    panels=(*_TILES, *CALLS, *CYCLES, *_PROCESS),
)
