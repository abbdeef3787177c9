"""The only place for the PromQL that several panels share: what is chosen, replicas made one, names for people.

Replicas of the exporter tell the same thing twice, so every reading passes through ``max by`` its own labels.
"""

from collections.abc import Iterable, Sequence

from deploy.grafana.colors import CLIENT_STATES, SILENT_STATE, UNASKED_STATE, State

__all__ = [
    "ALERTS",
    "ALERT_LABELS",
    "CLIENT_STATE",
    "DOWN",
    "JOBS_FAILED",
    "JOBS_UNDER_WAY",
    "NORMAL",
    "SILENT",
    "SILENT_SECONDS",
    "UNASKED",
    "alerts_named",
    "client",
    "cluster",
    "cluster_named",
    "cluster_state",
    "counted",
    "named",
    "rate",
    "tenant",
]

SILENT_SECONDS = 300
"""A managed client reports every 10 to 30 s, and the vendor's own e-mail is sent after 15 minutes."""

MEMORY = "6h"
"""How long names outlive the readings that had them. Longer is dearer: every sample of that time is read."""

JOBS_UNDER_WAY = "PENDING|INPROGRESS|READY|POLL|PAUSED"
JOBS_FAILED = "GENERAL_ERROR|INVALID_JOB_TYPE|ABORTED|ACKNOWLEDGED_FAILURE|EXPIRED"

CHOSEN_TENANT = 'tenant=~"$tenant"'
CHOSEN = f'{CHOSEN_TENANT}, cluster_id=~"$cluster_id"'


def client(family: str, *labels: str, where: str = "") -> str:
    """A family of the chosen managed clients, with these labels besides the client's own."""
    return _one_of_replicas(("tenant", "cluster_id", "client_id", *labels), f"{family}{{{_both(CHOSEN, where)}}}")


def cluster(family: str, *labels: str) -> str:
    """A family of the chosen managed clusters."""
    return _one_of_replicas(("tenant", "cluster_id", *labels), f"{family}{{{CHOSEN}}}")


def tenant(family: str, *labels: str) -> str:
    """A family of the chosen tenants."""
    return _one_of_replicas(("tenant", *labels), f"{family}{{{CHOSEN_TENANT}}}")


def counted(things: str, among: str) -> str:
    """The number of ``things``: 0 only where there is something that they are ``among``, else there is no answer."""
    return f"count({things}) or 0 * count({among})"


def rate(family: str, *labels: str) -> str:
    """Events per second, of all replicas together: each makes calls of its own."""
    labelled = ", ".join(("tenant", *labels))
    return f"sum by ({labelled}) (rate({family}{{{CHOSEN_TENANT}}}[$__rate_interval]))"


def cluster_named(expression: str) -> str:
    """Series of clusters with the label ``cluster``: the name, or the id where no name is known."""
    return f"({expression}) * on (tenant, cluster_id) group_left (cluster) ({_CLUSTER_NAMES})"


def named(expression: str) -> str:
    """Series of managed clients with the labels ``client`` and ``cluster``: names, or ids where no name is known."""
    return cluster_named(f"({expression}) * on (tenant, client_id) group_left (client) ({_CLIENT_NAMES})")


def _one_of_replicas(labels: Iterable[str], selector: str) -> str:
    return f"max by ({', '.join(labels)}) ({selector})"


def _both(matchers: str, more: str) -> str:
    return f"{matchers}, {more}" if more else matchers


def _labelled(expression: str, label: str, *sources: tuple[str, str]) -> str:
    """The expression with a label from the last of the sources (label, pattern) that matches."""
    for source, pattern in sources:
        expression = f'label_replace({expression}, "{label}", "$1", "{source}", "({pattern})")'
    return expression


def _lately(family: str) -> str:
    """The family as last told before the end of what the dashboard shows: one answer for the whole time range."""
    return f"last_over_time({family}{{{CHOSEN_TENANT}}}[{MEMORY}] @ end())"


_KNOWN = f"last_over_time(sailpoint_managed_client_fetch_success{{{CHOSEN_TENANT}}}[{MEMORY}])"
"""Every managed client known lately, were it only from an exporter that is gone by now."""

_WRITTEN = "[^$]+"
"""A name that a person wrote: some tenants answer with the unfilled template ``VA-$clientId``."""

_CLIENT_NAME = _labelled(
    _lately("sailpoint_managed_client_info"),
    "client",
    ("client_id", ".+"),
    ("hostname", ".+"),
    ("client_name", _WRITTEN),
)
_CLIENT_NAMES = (
    f"topk by (tenant, client_id) (1, group by (tenant, client_id, client) ({_CLIENT_NAME}))"
    " or on (tenant, client_id)"
    f" group by (tenant, client_id, client) ({_labelled(_KNOWN, 'client', ('client_id', '.+'))})"
)

_CLUSTER_NAME = _labelled(
    _lately("sailpoint_managed_cluster_info"), "cluster", ("cluster_id", ".+"), ("cluster_name", _WRITTEN)
)
_CLUSTER_NAMES = (
    f"topk by (tenant, cluster_id) (1, group by (tenant, cluster_id, cluster) ({_CLUSTER_NAME}))"
    " or on (tenant, cluster_id)"
    f" group by (tenant, cluster_id, cluster) ({_labelled(_KNOWN, 'cluster', ('cluster_id', '.+'))})"
)

NORMAL = client("sailpoint_managed_client_normal")

_SEEN = "sailpoint_managed_client_last_seen_timestamp_seconds"

SILENT = (
    f"{client('sailpoint_managed_client_since_seen_seconds')} > {SILENT_SECONDS} or {client(_SEEN)}"
    f" == max by (tenant, cluster_id, client_id) ({_SEEN}{{{CHOSEN}}} offset {SILENT_SECONDS}s)"
)
"""Managed clients whose heartbeat is old, whatever their status says; and those whose last one stands still, because
an old report is answered for ever with the age that it once had."""

UNASKED = (
    f"{client('sailpoint_managed_client_fetch_success')} == 0 or ("
    "0 * max by (tenant, cluster_id, client_id) (last_over_time("
    f"sailpoint_managed_client_fetch_success{{{CHOSEN}}}[{MEMORY}]))"
    f" unless on (tenant) {tenant('sailpoint_up')})"
)
"""Managed clients that could not be read, and those known before the exporter itself was gone; always 0."""

DOWN = (
    f"group by (tenant, cluster_id) ({NORMAL})"
    f" unless on (tenant, cluster_id) (({NORMAL} == 1) unless on (tenant, client_id) ({SILENT}))"
    f" unless on (tenant, cluster_id) ({UNASKED})"
)
"""Clusters none of whose managed clients is NORMAL and seen, while all of them could be asked."""


def _worst(family: str, states: Sequence[State]) -> str:
    """The state's value for the status that is 1; the others, being 0, never win a ``max``."""
    return " or ".join(f'{state.value} * {family}{{{CHOSEN}, status="{state.text}"}}' for state in states)


_TOLD_STATES = [state for state in CLIENT_STATES if state not in (SILENT_STATE, UNASKED_STATE)]

CLIENT_STATE = (
    f"{SILENT_STATE.value} * ({NORMAL} == 1 and on (tenant, client_id) ({SILENT}))"
    " or on (tenant, client_id) max by (tenant, cluster_id, client_id)"
    f" ({_worst('sailpoint_managed_client_status', _TOLD_STATES)})"
    f" or on (tenant, client_id) {UNASKED_STATE.value} + ({UNASKED})"
)
"""How each managed client stands: the value of one of ``CLIENT_STATES``."""


def cluster_state(family: str, states: Sequence[State]) -> str:
    """How each managed cluster stands: the value of one of ``states``."""
    return f"max by (tenant, cluster_id) ({_worst(family, states)})"


ALERT_LABELS = "alertname, tenant, cluster_id, client_id"


def _alerts(severity: str) -> str:
    chosen = 'alertname=~"SailPoint.*", alertstate="firing", tenant=~"$tenant|", cluster_id=~"$cluster_id|"'
    return f"ALERTS{{{chosen}, severity{severity}}}"


ALERTS = (
    f"max by ({ALERT_LABELS})"
    f""" (3 * {_alerts('="critical"')} or 2 * {_alerts('="warning"')} or {_alerts('!~"critical|warning"')})"""
)
"""Severity of the firing alerts of what is chosen, and of those that are about no tenant or cluster."""


def alerts_named() -> str:
    """Firing alerts with the labels ``client`` and ``cluster`` where they are about one."""
    of_clients = _named_if_known(ALERTS, "client_id", "client", _CLIENT_NAMES)
    return _named_if_known(of_clients, "cluster_id", "cluster", _CLUSTER_NAMES)


def _named_if_known(expression: str, key: str, label: str, names: str) -> str:
    return f"({expression}) * on (tenant, {key}) group_left ({label}) ({names}) or on ({ALERT_LABELS}) ({expression})"
