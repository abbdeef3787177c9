"""Cluster: what still works when one more client fails, and what is about to be changed."""

from deploy.grafana.changes import CHANGES
from deploy.grafana.colors import BLIND, CLUSTER_HEALTH, CLUSTER_STATUSES, GOOD, NO_YES, YES_NO, any_is
from deploy.grafana.dashboard import Dashboard
from deploy.grafana.expressions import (
    DOWN,
    NORMAL,
    UNASKED,
    client,
    cluster,
    cluster_named,
    cluster_state,
    counted,
)
from deploy.grafana.panels import BARS, STAT, STATES, TABLE, TIME_SERIES, Panel, column, one_table, word_column
from deploy.grafana.targets import instant, over_time, rows

__all__ = ["DASHBOARD"]

_NORMAL_CLIENTS = f"sum by (tenant, cluster_id) ({NORMAL})"
_CLIENTS = f"count by (tenant, cluster_id) ({client('sailpoint_managed_client_fetch_success')})"
_SOURCES = cluster("sailpoint_managed_cluster_services")
_STATUS = cluster_state("sailpoint_managed_cluster_status", CLUSTER_STATUSES)
_HEALTH = cluster_state("sailpoint_managed_cluster_health", CLUSTER_HEALTH)
_OPERATIONAL = cluster("sailpoint_managed_cluster_operational")
_UPDATE = cluster("sailpoint_managed_cluster_update_available")
_OUT_OF_DATE = cluster("sailpoint_managed_cluster_out_of_date_since_timestamp_seconds")
_ONE_LEFT = f"{_NORMAL_CLIENTS} < 2 unless on (tenant, cluster_id) ({UNASKED})"
"""Clusters in which one more failure, or one has been enough already, ends provisioning."""


def _tile(title: str, description: str, expression: str, color: str, width: int = 4) -> Panel:
    return Panel(
        title=title,
        description=description,
        look=STAT,
        targets=[instant(expression)],
        unit="none",
        width=width,
        height=4,
        thresholds=any_is(color),
    )


_TILES = (
    _tile(
        "Clusters down",
        "Clusters none of whose clients is NORMAL and seen, while all of them could be asked.",
        counted(DOWN, NORMAL),
        "dark-red",
    ),
    _tile(
        "Clusters without redundancy",
        "Clusters with fewer than two NORMAL clients: one more failure, or an upgrade, stops their sources.",
        counted(_ONE_LEFT, NORMAL),
        "dark-yellow",
    ),
    _tile(
        "Sources that stand still",
        "Sources bound to clusters that are down: no account of theirs is created, changed or removed now.",
        f"sum({_SOURCES} and on (tenant, cluster_id) ({DOWN})) or 0 * count({_SOURCES})",
        "dark-red",
    ),
    _tile(
        "Clients could not be asked",
        "Clients about which nothing is known now: look at the exporter's dashboard.",
        counted(UNASKED, f"{client('sailpoint_managed_client_fetch_success')} or {UNASKED}"),
        BLIND,
    ),
    _tile(
        "Updates available",
        "Clusters for which an update waits. The tenant installs it in the maintenance window; one client that is "
        "not connected blocks the updates of its whole cluster.",
        counted(f"{_UPDATE} == 1", _UPDATE),
        "dark-yellow",
    ),
    _tile(
        "Clusters out of date",
        "Clusters that the tenant itself calls out of date.",
        counted(_OUT_OF_DATE, _UPDATE),
        "dark-yellow",
    ),
)

_OVERVIEW = Panel(
    title="Clusters, worst first",
    description="Each cluster: how many clients are NORMAL of how many there are, how many sources depend on it "
    "(its blast radius), what the tenant says about it, and what is installed.",
    look=TABLE,
    targets=[
        rows(cluster_named(_CLIENTS)),
        rows(_NORMAL_CLIENTS),
        rows(_SOURCES),
        rows(_STATUS),
        rows(_HEALTH),
        rows(_OPERATIONAL),
        rows(_UPDATE),
        rows(f"1000 * {_OUT_OF_DATE}"),
        rows(f"topk by (tenant, cluster_id) (1, {cluster('sailpoint_managed_cluster_info', 'ccg_version')})"),
    ],
    unit="none",
    width=24,
    height=8,
    transformations=one_table(
        {
            "cluster": "Cluster",
            "Value #D": "Status",
            "Value #B": "NORMAL",
            "Value #A": "Clients",
            "Value #C": "Sources",
            "Value #E": "Health",
            "Value #F": "Operational",
            "Value #G": "Update available",
            "Value #H": "Out of date since",
            "ccg_version": "CCG version",
            "tenant": "Tenant",
            "cluster_id": "Id",
        },
        hidden=("Value #I",),
    ),
    overrides=[
        word_column("Status", CLUSTER_STATUSES, 130),
        word_column("Health", CLUSTER_HEALTH, 110),
        word_column("Operational", YES_NO, 120),
        word_column("Update available", NO_YES, 150),
        column("Clients", custom__width=80),
        column("Sources", custom__width=80),
        column("Out of date since", unit="dateTimeAsIso", custom__width=180),
        column("CCG version", custom__width=120),
        column("Tenant", custom__width=120),
        column(
            "NORMAL",
            custom__cellOptions={"type": "color-text"},
            custom__width=100,
            thresholds={
                "mode": "absolute",
                "steps": [
                    {"color": "red", "value": None},
                    {"color": "dark-yellow", "value": 1},
                    {"color": GOOD, "value": 2},
                ],
            },
        ),
    ],
    options={"sortBy": [{"desc": True, "displayName": "Status"}, {"desc": False, "displayName": "NORMAL"}]},
)

_REDUNDANCY = Panel(
    title="NORMAL clients",
    description="Clients that are NORMAL, by cluster. Below two there is no redundancy; a line that ends is a cluster "
    "that could not be asked about.",
    look=TIME_SERIES,
    targets=[over_time(cluster_named(_NORMAL_CLIENTS), "{{cluster}}")],
    unit="none",
    width=12,
    height=8,
    thresholds=((None, "red"), (2, "transparent")),
    defaults={
        "custom": {
            "fillOpacity": 0,
            "lineInterpolation": "stepAfter",
            "lineWidth": 2,
            "thresholdsStyle": {"mode": "area"},
        },
        "decimals": 0,
    },
)

_STATUSES = Panel(
    title="Status of each cluster",
    description="What the tenant says about each cluster as a whole, over time; a gap is a time without an answer.",
    look=STATES,
    targets=[over_time(cluster_named(_STATUS), "{{cluster}}")],
    unit="none",
    width=12,
    height=8,
    states=CLUSTER_STATUSES,
)

_BLAST_RADIUS = Panel(
    title="Sources by cluster",
    description="Sources bound to each cluster: what stops when the cluster is down. Red is down now.",
    look=BARS,
    targets=[
        instant(cluster_named(f"{_SOURCES} unless on (tenant, cluster_id) ({DOWN})"), "{{cluster}}"),
        instant(cluster_named(f"{_SOURCES} and on (tenant, cluster_id) ({DOWN})"), "{{cluster}} (down)"),
    ],
    unit="none",
    width=8,
    height=8,
    overrides=[
        {
            "matcher": {"id": "byFrameRefID", "options": "B"},
            "properties": [{"id": "color", "value": {"fixedColor": "red", "mode": "fixed"}}],
        }
    ],
)

DASHBOARD = Dashboard(
    uid="sailpoint-cluster",
    title="SailPoint: clusters",
    description="Managed clusters of SailPoint Identity Security Cloud: redundancy, sources that depend on them, "
    "versions, jobs, updates.",
    since="now-6h",
    panels=(
        *_TILES,
        _OVERVIEW,
        _REDUNDANCY,
        _STATUSES,
        _BLAST_RADIUS,
        *CHANGES,
    ),
)
