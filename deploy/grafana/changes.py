"""What is installed and running, and what the tenant says about it. Part of the clusters' dashboard."""

from deploy.grafana.colors import NO_YES
from deploy.grafana.expressions import client, cluster, cluster_named, named
from deploy.grafana.panels import TABLE, TIME_SERIES, Panel, column, one_table, word_column
from deploy.grafana.targets import over_time, rows

__all__ = ["CHANGES"]

_VERSIONS = client("sailpoint_managed_client_info", "va_version", where='va_version!=""')
_JOBS = client("sailpoint_managed_client_jobs", "job_type", "job_state")
_EVENTS = client("sailpoint_managed_client_health_events", "category", "severity")
_PROCESSES = client("sailpoint_managed_client_process_info", "process", "version")
_MAINTENANCE = client("sailpoint_managed_client_maintenance_window_active")
_WINDOW = "sailpoint_managed_client_maintenance_window"

_INSTALLED = Panel(
    title="Versions of the clients",
    description="Clients by cluster and version. More than one version in a cluster is normal during an upgrade, and "
    "for a client that was not connected when it came.",
    look=TABLE,
    targets=[rows(cluster_named(f"count by (tenant, cluster_id, va_version) ({_VERSIONS})"))],
    unit="none",
    width=8,
    height=8,
    transformations=one_table(
        {"cluster": "Cluster", "va_version": "Version", "Value": "Clients"}, hidden=("tenant", "cluster_id")
    ),
    overrides=[
        column("Cluster", custom__width=110),
        column("Version", custom__width=310),
        column("Clients", custom__width=70),
    ],
    options={"sortBy": [{"desc": False, "displayName": "Cluster"}]},
)

_RUNNING = Panel(
    title="Versions of the processes",
    description="Clients by process and version, from the newest job that names processes; where the tenant tells it.",
    look=TABLE,
    targets=[rows(f"count by (process, version) ({_PROCESSES})")],
    unit="none",
    width=8,
    height=8,
    transformations=one_table({"process": "Process", "version": "Version", "Value": "Clients"}),
    options={"sortBy": [{"desc": False, "displayName": "Process"}]},
)

_JOBS_OVER_TIME = Panel(
    title="Jobs by state",
    description="Jobs of the chosen clients by type and state, where the tenant tells them. Upgrades take one client "
    "of a cluster at a time, with a reboot inside.",
    look=TIME_SERIES,
    targets=[over_time(f"sum by (job_type, job_state) ({_JOBS}) > 0", "{{job_type}} {{job_state}}")],
    unit="none",
    width=12,
    height=8,
    defaults={
        "decimals": 0,
        "custom": {"fillOpacity": 60, "lineInterpolation": "stepAfter", "stacking": {"mode": "normal"}},
    },
)

_EVENTS_BY_CLIENT = Panel(
    title="Health events",
    description="Events of cpu, memory, containers and network that the tenant counts for each client. Only with the "
    "collector of health (SAIL_COLLECTORS__HEALTH), which needs a scope that may also change clients.",
    look=TABLE,
    targets=[rows(named(f"{_EVENTS} > 0"))],
    unit="none",
    width=12,
    height=8,
    transformations=one_table(
        {"cluster": "Cluster", "client": "Client", "severity": "Severity", "category": "Category", "Value": "Events"},
        hidden=("tenant", "cluster_id", "client_id"),
    ),
    options={"sortBy": [{"desc": True, "displayName": "Events"}]},
)

_SAID = Panel(
    title="Alerts of the tenant",
    description="What the vendor's own console shows as the alert of a cluster or of one of its clients.",
    look=TABLE,
    targets=[
        rows(named(client("sailpoint_managed_client_alert", "alert_key"))),
        rows(cluster_named(cluster("sailpoint_managed_cluster_alert", "alert_key"))),
    ],
    unit="none",
    width=12,
    height=8,
    transformations=one_table(
        {"cluster": "Cluster", "client": "Client", "alert_key": "Alert"},
        hidden=("Value #A", "Value #B", "tenant", "cluster_id", "client_id"),
    ),
)

_WINDOWS = Panel(
    title="Maintenance windows",
    description="When the tenant may install updates on each client, where it tells.",
    look=TABLE,
    targets=[
        rows(named(_MAINTENANCE)),
        rows(f"1000 * {client(f'{_WINDOW}_start_timestamp_seconds')}"),
        rows(f"1000 * {client(f'{_WINDOW}_finish_timestamp_seconds')}"),
    ],
    unit="none",
    width=12,
    height=8,
    transformations=one_table(
        {"cluster": "Cluster", "client": "Client", "Value #A": "Open", "Value #B": "Opens", "Value #C": "Closes"},
        hidden=("tenant", "cluster_id", "client_id"),
    ),
    overrides=[
        word_column("Open", NO_YES, 90),
        column("Opens", unit="dateTimeAsIso", custom__width=180),
        column("Closes", unit="dateTimeAsIso", custom__width=180),
    ],
    options={"sortBy": [{"desc": True, "displayName": "Open"}, {"desc": False, "displayName": "Opens"}]},
)

CHANGES = (_INSTALLED, _RUNNING, _JOBS_OVER_TIME, _EVENTS_BY_CLIENT, _SAID, _WINDOWS)
