"""The only place for the variables at the top of every dashboard, and for links that keep them."""

from deploy.grafana.expressions import cluster_named
from deploy.grafana.panels import Json
from deploy.grafana.targets import DATASOURCE

__all__ = ["KEPT", "VARIABLES", "link"]

_CLUSTERS = cluster_named(
    "group by (tenant, cluster_id) ("
    'sailpoint_managed_client_fetch_success{tenant=~"$tenant"} or sailpoint_managed_cluster_info{tenant=~"$tenant"})'
)


def _of_prometheus(name: str, label: str, query: str, regex: str = "") -> Json:
    return {
        "allValue": ".*",  # a client whose cluster is not known yet has no cluster_id, and belongs to all of them
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        "datasource": DATASOURCE,
        "hide": 0,
        "includeAll": True,
        "label": label,
        "multi": True,
        "name": name,
        "options": [],
        "query": {"qryType": 3 if query.startswith("query_result") else 1, "query": query, "refId": name},
        "refresh": 2,  # when the time range changes
        "regex": regex,
        "skipUrlSync": False,
        "sort": 1,
        "type": "query",
    }


VARIABLES: list[Json] = [
    {
        "hide": 0,
        "includeAll": False,
        "label": "Data source",
        "multi": False,
        "name": "datasource",
        "options": [],
        "query": "prometheus",
        "refresh": 1,
        "regex": "",
        "skipUrlSync": False,
        "type": "datasource",
    },
    _of_prometheus("tenant", "Tenant", "label_values(sailpoint_managed_clients, tenant)"),
    _of_prometheus(
        "cluster_id",
        "Cluster",
        f"query_result({_CLUSTERS})",
        r'/cluster="(?<text>[^"]+)".*cluster_id="(?<value>[^"]+)"/',
    ),
]

KEPT = "${__url_time_range}&${datasource:queryparam}&${tenant:queryparam}"
"""What a link from a panel hands on; links between the dashboards keep everything by themselves."""


def link(title: str, url: str) -> Json:
    """A link in the same window, with all that the schema wants to be told."""
    return {
        "asDropdown": False,
        "icon": "external link",
        "includeVars": False,
        "keepTime": False,
        "tags": [],
        "targetBlank": False,
        "title": title,
        "tooltip": "",
        "type": "link",
        "url": url,
    }
