"""Fleet: what is wrong now, and every managed client. For whoever has just been woken: five seconds are enough."""

from deploy.grafana.colors import BLIND, CLIENT_STATES, SEVERITIES, any_is
from deploy.grafana.dashboard import Dashboard
from deploy.grafana.expressions import (
    ALERTS,
    CLIENT_STATE,
    DOWN,
    JOBS_FAILED,
    JOBS_UNDER_WAY,
    NORMAL,
    SILENT,
    SILENT_SECONDS,
    UNASKED,
    alerts_named,
    client,
    counted,
    named,
)
from deploy.grafana.panels import STAT, STATES, TABLE, TIME_SERIES, Json, Panel, column, one_table, word_column
from deploy.grafana.targets import Target, instant, over_time, rows
from deploy.grafana.variables import KEPT, link

__all__ = ["DASHBOARD"]

_KNOWN = client("sailpoint_managed_client_fetch_success")
_AGE = client("sailpoint_managed_client_since_seen_seconds")
_LAST_FETCH = client("sailpoint_managed_client_last_fetch_success_timestamp_seconds")
_VERSION = client("sailpoint_managed_client_info", "va_version")

_OLD_HEARTBEAT = ((None, "green"), (120.0, "dark-yellow"), (float(SILENT_SECONDS), "red"))

_TO_CLUSTER = link("This cluster", f"/d/sailpoint-cluster?{KEPT}&var-cluster_id=${{__data.fields.cluster_id}}")
_TO_EXPORTER = link("Why", f"/d/sailpoint-exporter?{KEPT}&${{cluster_id:queryparam}}")


def _tile(title: str, description: str, target: Target, color: str, **rest: list[Json]) -> Panel:
    return Panel(
        title=title,
        description=description,
        look=STAT,
        targets=[target],
        unit="none",
        width=4,
        height=4,
        thresholds=any_is(color),
        links=rest.get("links", []),
    )


def _jobs(states: str) -> str:
    jobs = client("sailpoint_managed_client_jobs", "job_type", "job_state", where=f'job_state=~"{states}"')
    return f"sum by (tenant, cluster_id, client_id) ({jobs})"


_TILES = (
    _tile(
        "Clusters down",
        "Clusters none of whose clients is NORMAL and seen: their sources provision nothing. "
        "A cluster with clients that could not be asked is not counted here.",
        instant(counted(DOWN, NORMAL)),
        "dark-red",
    ),
    _tile(
        "Clients not NORMAL",
        "Clients that the tenant answered about with any status but NORMAL. "
        "Clients that could not be asked are not among them.",
        instant(counted(f"{NORMAL} == 0", NORMAL)),
        "red",
    ),
    _tile(
        "Silent for 5 minutes",
        "Clients without a new heartbeat for 5 minutes, whatever their status says: a tenant may answer with an old "
        "report, NORMAL, for ever.",
        instant(counted(SILENT, _AGE)),
        "red",
    ),
    _tile(
        "Could not be asked",
        "Clients about which nothing is known now, because the tenant or the exporter did not answer. "
        "Not the same as down: look at the exporter's dashboard.",
        instant(counted(UNASKED, f"{_KNOWN} or {UNASKED}")),
        BLIND,
        links=[_TO_EXPORTER],
    ),
    _tile(
        "Alerts firing",
        "Alerts named SailPoint… that fire now, for what is chosen above; each with its runbook. "
        "Also 0 where this Prometheus has no alert rules.",
        instant(counted(ALERTS, _KNOWN)),
        "red",
    ),
    Panel(
        title="Clients watched",
        description="Clients that are known, from the configuration or from discovery. A sudden drop is a "
        "credential that sees less, or clients that were deleted.",
        look=STAT,
        targets=[instant(f"count({_KNOWN})")],
        unit="none",
        width=4,
        height=4,
        options={"colorMode": "none", "graphMode": "none"},
    ),
)

_CHOSEN = '{tenant=~"$tenant", cluster_id=~"$cluster_id"}'

_TROUBLED = (
    f"max by (tenant, client_id) (1 - min_over_time(sailpoint_managed_client_normal{_CHOSEN}[$__range] @ end())) > 0"
    f" or max by (tenant, client_id) (max_over_time("
    f"sailpoint_managed_client_since_seen_seconds{_CHOSEN}[$__range] @ end())) > {SILENT_SECONDS}"
)
"""Clients that were not NORMAL, or silent, at any time that is shown."""

_TIMELINE = Panel(
    title="Status of each client",
    description="The status that the tenant reported, over time; first the clients that were in trouble. Purple is "
    "“could not be asked”: nothing is known, good or bad. Orange is a client that is called NORMAL, but sent no report "
    "for 5 minutes.",
    look=STATES,
    targets=[
        over_time(named(f"({CLIENT_STATE}) and on (tenant, client_id) ({_TROUBLED})"), "{{cluster}} / {{client}}"),
        over_time(named(f"({CLIENT_STATE}) unless on (tenant, client_id) ({_TROUBLED})"), "{{cluster}} / {{client}}"),
    ],
    unit="none",
    width=24,
    height=13,
    states=CLIENT_STATES,
)

_HEARTBEATS = Panel(
    title="Age of the oldest heartbeats",
    description="Time since the last report, as the tenant computed it, of the 10 clients that were silent longest "
    "in this time range. Clients report every 10 to 30 s; a gap is a client that could not be asked.",
    look=TIME_SERIES,
    targets=[
        over_time(
            named(
                f"{_AGE} and on (tenant, client_id) topk(10, max by (tenant, client_id) (max_over_time("
                f"sailpoint_managed_client_since_seen_seconds{_CHOSEN}[$__range] @ end())))"
            ),
            "{{cluster}} / {{client}}",
        )
    ],
    unit="s",
    width=14,
    height=9,
    thresholds=((None, "transparent"), (float(SILENT_SECONDS), "red")),
    defaults={
        "custom": {
            "fillOpacity": 0,
            "scaleDistribution": {"log": 10, "type": "log"},
            "thresholdsStyle": {"mode": "dashed"},
        },
        "min": 1,
    },
)

_ALERTS = Panel(
    title="Firing alerts",
    description="What the alert rules say now; the runbook tells for each what it means and what to type. "
    "Empty when nothing fires, or where this Prometheus has no alert rules.",
    look=TABLE,
    targets=[rows(alerts_named())],
    unit="none",
    width=10,
    height=9,
    transformations=one_table(
        {"Value": "Severity", "alertname": "Alert", "cluster": "Cluster", "client": "Client", "tenant": "Tenant"},
        hidden=("client_id", "cluster_id"),
    ),
    overrides=[word_column("Severity", SEVERITIES, 90), column("Alert", custom__width=250)],
    options={"sortBy": [{"desc": True, "displayName": "Severity"}]},
)

_TABLE = Panel(
    title="All clients, worst first",
    description="Every client that is known. Age is that of its last heartbeat, Read is when the tenant last "
    "answered about it. A click on a cluster shows it.",
    look=TABLE,
    targets=[
        rows(named(CLIENT_STATE)),
        rows(_AGE),
        rows(f"topk by (tenant, cluster_id, client_id) (1, {_VERSION})"),
        rows(_jobs(JOBS_UNDER_WAY)),
        rows(_jobs(JOBS_FAILED)),
        rows(f"1000 * {_LAST_FETCH}"),
    ],
    unit="none",
    width=24,
    height=14,
    transformations=one_table(
        {
            "Value #A": "Status",
            "client": "Client",
            "cluster": "Cluster",
            "Value #B": "Age",
            "Value #D": "Jobs under way",
            "Value #E": "Jobs failed",
            "Value #F": "Read",
            "va_version": "Version",
            "tenant": "Tenant",
            "client_id": "Id",
        },
        hidden=("Value #C",),
    ),
    overrides=[
        word_column("Status", CLIENT_STATES, 170),
        column(
            "Age",
            unit="s",
            custom__cellOptions={"type": "color-text"},
            custom__width=110,
            thresholds={"mode": "absolute", "steps": [{"color": c, "value": v} for v, c in _OLD_HEARTBEAT]},
        ),
        column("Jobs under way", custom__width=130),
        column("Jobs failed", custom__width=100),
        column("Read", unit="dateTimeFromNow", custom__width=150),
        column("Version", custom__width=290),
        column("Tenant", custom__width=110),
        column("Cluster", links=[_TO_CLUSTER]),
        column("cluster_id", custom__hidden=True),
    ],
    options={"sortBy": [{"desc": True, "displayName": "Status"}, {"desc": True, "displayName": "Age"}]},
)

DASHBOARD = Dashboard(
    uid="sailpoint-fleet",
    title="SailPoint: fleet",
    description="Managed clients (virtual appliances) of SailPoint Identity Security Cloud: what is wrong now, "
    "and each of them.",
    since="now-6h",
    panels=(*_TILES, _TIMELINE, _HEARTBEATS, _ALERTS, _TABLE),
)
