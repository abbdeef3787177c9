"""Calls to the tenant: how many, how fast, and what became of them. Part of the exporter's dashboard."""

from deploy.grafana.expressions import rate, tenant
from deploy.grafana.panels import TIME_SERIES, Panel
from deploy.grafana.targets import over_time

__all__ = ["CALLS", "LIMIT", "PROJECTED"]

LIMIT = tenant("sailpoint_exporter_api_budget_limit", "instance")
PROJECTED = tenant("sailpoint_exporter_api_budget_projected", "instance")

_USED = tenant("sailpoint_exporter_api_budget_used", "instance")


def _latency(quantile: float) -> str:
    buckets = rate("sailpoint_exporter_api_request_duration_seconds_bucket", "endpoint", "le")
    return f"histogram_quantile({quantile}, {buckets})"


def _fetch_failures() -> str:
    failures = 'sailpoint_managed_client_fetch_failures_total{tenant=~"$tenant", cluster_id=~"$cluster_id"}'
    each = f"max by (tenant, cluster_id, client_id, reason) (rate({failures}[$__rate_interval]))"
    return f"sum by (tenant, reason) ({each})"


CALLS = (
    Panel(
        title="API calls",
        description="Calls to the tenant by operation and answer; a word instead of a status is why no answer came.",
        look=TIME_SERIES,
        targets=[over_time(rate("sailpoint_exporter_api_requests_total", "endpoint", "code"), "{{endpoint}} {{code}}")],
        unit="reqps",
        width=12,
        height=8,
        defaults={"custom": {"fillOpacity": 40, "stacking": {"mode": "normal"}}},
    ),
    Panel(
        title="Latency of API calls",
        description="Median and 95th percentile by operation, from sending a request to the end of its answer; "
        "estimated from the histogram's buckets, the longest of which ends at 30 s.",
        look=TIME_SERIES,
        targets=[
            over_time(_latency(0.5), "{{endpoint}} p50"),
            over_time(_latency(0.95), "{{endpoint}} p95"),
        ],
        unit="s",
        width=12,
        height=8,
    ),
    Panel(
        title="Budget",
        description="Calls in 10 s: used, needed by scrapes as often as they come, and allowed, for each exporter. "
        "Clients whose details do not fit are renewed in later cycles.",
        look=TIME_SERIES,
        targets=[
            over_time(_USED, "{{tenant}} {{instance}} used"),
            over_time(PROJECTED, "{{tenant}} {{instance}} needed"),
            over_time(LIMIT, "{{tenant}} {{instance}} allowed"),
        ],
        unit="none",
        width=12,
        height=8,
    ),
    Panel(
        title="Throttling",
        description="Calls refused with 429 in each second, and for how long calls are held back after one. "
        "Anything above 0: another program shares the credential, or the budgets of replicas add up to too much.",
        look=TIME_SERIES,
        targets=[
            over_time(rate("sailpoint_exporter_api_throttled_total"), "{{tenant}} throttled"),
            over_time(tenant("sailpoint_exporter_api_backoff_seconds"), "{{tenant}} held back"),
        ],
        unit="reqps",
        width=12,
        height=8,
        overrides=[
            {
                "matcher": {"id": "byFrameRefID", "options": "B"},
                "properties": [
                    {"id": "unit", "value": "s"},
                    {"id": "custom.axisPlacement", "value": "right"},
                ],
            }
        ],
    ),
    Panel(
        title="Clients that could not be read, by reason",
        description="Failed readings of single clients in each second; the README lists the reasons. Skipped is one "
        "that did not fit into the budget: where clients are listed, only its details wait.",
        look=TIME_SERIES,
        targets=[over_time(_fetch_failures(), "{{tenant}} {{reason}}")],
        unit="cps",
        width=12,
        height=8,
        defaults={"noValue": "none"},
    ),
    Panel(
        title="Access tokens",
        description="Tokens obtained, and attempts that gave none. Failures that go on are a credential that was "
        "revoked or changed.",
        look=TIME_SERIES,
        targets=[
            over_time(rate("sailpoint_exporter_token_refreshes_total"), "{{tenant}} obtained"),
            over_time(rate("sailpoint_exporter_token_refresh_failures_total"), "{{tenant}} failed"),
        ],
        unit="cps",
        width=12,
        height=8,
    ),
)
