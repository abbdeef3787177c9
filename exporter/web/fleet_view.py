"""The only place that decides what the fleet page says, and in which order. Pure: snapshots in, words out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from exporter.api.inventory import ManagedCluster
from exporter.collect.snapshot import Snapshot
from exporter.web.client_view import SILENT_SECONDS, ClientView, Tone, client_view, human_seconds
from exporter.web.grouping import Group, grouped
from exporter.web.landing import About, TenantFacts

__all__ = ["ClusterView", "Finding", "FleetView", "Now", "TenantView", "fleet_view"]

SHOWN_QUIET = 24
"""Rows of clients without trouble that a page shows; when there are more, all of them are folded away."""

_STALE_SECONDS = 300.0
_CLUSTER_TONES = {"NORMAL": Tone.GOOD, "FAILED": Tone.BAD}


@dataclass(frozen=True, slots=True)
class Now:
    """The moment for which a page is written, on both clocks."""

    monotonic_seconds: float
    epoch_seconds: float


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to see at once."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class ClusterView:
    """A managed cluster and its clients, worst first.

    Attributes:
        status: the tenant's word; "" where it did not say.
        sources: such as "5 sources"; "" where the tenant did not say.
        link: to the metrics of this cluster; "" for clients of no known cluster.
    """

    id: str
    name: str
    status: str
    tone: Tone
    sources: str
    link: str
    clients: tuple[ClientView, ...]

    @property
    def loud(self) -> tuple[ClientView, ...]:
        """The clients that somebody should look at."""
        return tuple(client for client in self.clients if not client.quiet)

    @property
    def quiet(self) -> tuple[ClientView, ...]:
        """The others."""
        return tuple(client for client in self.clients if client.quiet)

    @property
    def urgency(self) -> tuple[object, ...]:
        """What sorts first is worst: by its worst client or its own status, then by how many clients are in trouble."""
        worst = max((self.tone, *(client.tone for client in self.clients)))
        return -worst, -len(self.loud), self.name, self.id


@dataclass(frozen=True, slots=True)
class TenantView:
    """A tenant: the verdict, what it rests on, and the clusters, worst first.

    Attributes:
        age: how old the data is.
        stale: whether that is too old to trust.
    """

    name: str
    verdict: Finding
    findings: tuple[Finding, ...]
    age: str
    stale: bool
    link: str
    clusters: tuple[ClusterView, ...]


@dataclass(frozen=True, slots=True)
class FleetView:
    """The whole page.

    Attributes:
        folded: whether clients without trouble are folded away.
    """

    version: str
    epoch_seconds: float
    tenants: tuple[TenantView, ...]
    folded: bool


def fleet_view(about: About, now: Now) -> FleetView:
    """What the page says about the tenants at that moment."""
    tenants = tuple(_tenant(facts, now) for facts in about.tenants)
    quiet = sum(len(cluster.quiet) for tenant in tenants for cluster in tenant.clusters)
    return FleetView(about.version, now.epoch_seconds, tenants, folded=quiet > SHOWN_QUIET)


def _tenant(facts: TenantFacts, now: Now) -> TenantView:
    latest = facts.latest
    if latest is None:
        waiting = Finding(_plural(facts.managed_clients, "managed client"), Tone.WARN)
        return TenantView(facts.name, waiting, (), "not scraped yet", stale=True, link=_link(facts.name), clusters=())
    clusters = sorted((_cluster(facts.name, group, now) for group in grouped(latest)), key=lambda each: each.urgency)
    clients = [client for cluster in clusters for client in cluster.clients]
    age_seconds = now.monotonic_seconds - latest.finished_seconds
    return TenantView(
        facts.name,
        _verdict(clients),
        (*_findings(clients, clusters), *_failed_runs(latest)),
        age=f"data {human_seconds(age_seconds)} old",
        stale=age_seconds > _STALE_SECONDS,
        link=_link(facts.name),
        clusters=tuple(clusters),
    )


def _verdict(clients: list[ClientView]) -> Finding:
    loud = [client for client in clients if not client.quiet]
    if not clients:
        return Finding("No managed clients", Tone.WARN)
    if not loud:
        return Finding(f"All {_plural(len(clients), 'client')} NORMAL", Tone.GOOD)
    text = f"{len(loud)} of {_plural(len(clients), 'client')} {'needs' if len(loud) == 1 else 'need'} a look"
    return Finding(text, max(Tone.WARN, *(client.tone for client in loud)))


def _findings(clients: list[ClientView], clusters: list[ClusterView]) -> Iterator[Finding]:
    unread = Counter(client.reason for client in clients if client.reason is not None)
    reasons = ", ".join(f"{count} {reason}" for reason, count in unread.most_common())
    counts = (
        (sum(client.silent for client in clients), f"silent for over {human_seconds(SILENT_SECONDS)}", Tone.BAD),
        (sum(_abnormal(client) for client in clients), "not NORMAL", Tone.WARN),
        (unread.total(), f"not read ({reasons})", Tone.UNREAD),
        (sum(client.failed_jobs for client in clients), "with failed jobs", Tone.WARN),
    )
    yield from (Finding(f"{count} {text}", tone) for count, text, tone in counts if count)
    troubled = sum(cluster.tone is not Tone.GOOD for cluster in clusters)
    if troubled:
        yield Finding(f"{_plural(troubled, 'cluster')} not NORMAL", Tone.WARN)


def _abnormal(client: ClientView) -> bool:
    return client.reason is None and client.status != "NORMAL"


def _failed_runs(latest: Snapshot) -> Iterator[Finding]:
    for run in latest.runs:
        if run.reason is not None:
            yield Finding(f"collector {run.collector}: {run.reason}", Tone.WARN)


def _cluster(tenant: str, group: Group, now: Now) -> ClusterView:
    listed = group.cluster or ManagedCluster(group.cluster_id)
    clients = sorted((client_view(each, now.epoch_seconds) for each in group.readings), key=lambda each: each.urgency)
    return ClusterView(
        id=group.cluster_id,
        name=listed.name or "",
        status=listed.status or "",
        tone=_CLUSTER_TONES.get(listed.status, Tone.WARN) if listed.status else Tone.GOOD,
        sources="" if listed.service_count is None else _plural(listed.service_count, "source"),
        link=_link(tenant, group.cluster_id) if group.cluster_id else "",
        clients=tuple(clients),
    )


def _link(tenant: str, cluster_id: str = "") -> str:
    return "/metrics?" + urlencode({"tenant": tenant} | ({"cluster_id": cluster_id} if cluster_id else {}))


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
