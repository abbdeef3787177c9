"""The only place that writes the fleet page: a view in, HTML out, no decision in between."""

from collections.abc import Iterable
from datetime import UTC, datetime

from exporter.web.client_view import ClientView, Tone
from exporter.web.fleet_style import STYLE
from exporter.web.fleet_view import ClusterView, Finding, FleetView, TenantView
from exporter.web.markup import Markup, element, markup

__all__ = ["fleet_page"]

_COLUMNS = ("Client", "Status", "Age", "Version", "Jobs", "Failed reads", "Last read")
_DOCTYPE = Markup("<!DOCTYPE html>\n")
_HEAD = element(
    "head",
    Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
    element("title", "SailPoint exporter"),
    element("style", Markup(STYLE)),
)


def fleet_page(view: FleetView, links: Iterable[str]) -> str:
    """The page as HTML, without script and without anything to load; ``links`` lead to the exporter's other paths."""
    tenants = (_tenant(tenant, folded=view.folded) for tenant in view.tenants)
    body = element("body", _header(view, links), element("main", *tenants))
    return markup(_DOCTYPE, element("html", _HEAD, body, lang="en"))


def _header(view: FleetView, links: Iterable[str]) -> Markup:
    written = datetime.fromtimestamp(view.epoch_seconds, UTC).strftime("%H:%M:%S UTC")
    return element(
        "header",
        element("h1", "SailPoint exporter"),
        element("span", f"{view.version}, as of {written}", class_="soft"),
        element("nav", *(element("a", link, href=link) for link in links)),
    )


def _tenant(tenant: TenantView, *, folded: bool) -> Markup:
    heading = element(
        "div",
        element("h2", tenant.name),
        element("p", tenant.verdict.text, class_=f"verdict {_class(tenant.verdict.tone)}"),
        element("span", tenant.age, class_="tag warn" if tenant.stale else "soft"),
        element("a", "metrics", href=tenant.link),
    )
    clusters = (_cluster(cluster, folded=folded) for cluster in tenant.clusters)
    return element("section", heading, _findings(tenant.findings), *clusters, class_="tenant")


def _findings(findings: tuple[Finding, ...]) -> Markup:
    tags = (element("li", finding.text, class_=f"tag {_class(finding.tone)}") for finding in findings)
    return element("ul", *tags, class_="findings") if findings else Markup()


def _cluster(cluster: ClusterView, *, folded: bool) -> Markup:
    rows = _folded(cluster) if folded else markup(_table(cluster.clients))
    return element("section", _cluster_heading(cluster), rows, class_="cluster")


def _cluster_heading(cluster: ClusterView) -> Markup:
    return element(
        "div",
        element("h3", *_titled(cluster.name, cluster.id or "Cluster not known")),
        element("span", cluster.status, class_=f"tag {_class(cluster.tone)}") if cluster.status else Markup(),
        element("span", cluster.sources, class_="soft") if cluster.sources else Markup(),
        element("a", "metrics", href=cluster.link) if cluster.link else Markup(),
    )


def _folded(cluster: ClusterView) -> Markup:
    if not cluster.quiet:
        return _table(cluster.loud)
    summary = element("summary", f"{len(cluster.quiet):,} NORMAL", class_="good")
    return markup(_table(cluster.loud), element("details", summary, _table(cluster.quiet)))


def _table(clients: tuple[ClientView, ...]) -> Markup:
    if not clients:
        return Markup()
    head = element("thead", element("tr", *(element("th", column, scope="col") for column in _COLUMNS)))
    return element("table", head, element("tbody", *map(_row, clients)))


def _row(client: ClientView) -> Markup:
    return element(
        "tr",
        element("td", *_titled(client.name, client.id)),
        element("td", element("span", client.status, class_=f"tag {_class(client.tone)}")),
        _cell("Age", f"{client.age}, silent" if client.silent else client.age, loud=client.silent),
        _cell("Version", client.version),
        _cell("Jobs", client.jobs, loud=client.failed_jobs),
        _cell("Failed reads", client.failures),
        _cell("Last read", client.last_read),
    )


def _titled(name: str, identifier: str) -> tuple[Markup, ...]:
    """Name and id; the id alone where there is no name."""
    if not name:
        return (element("strong", identifier),)
    return element("strong", name), Markup(" "), element("span", identifier, class_="id")


def _cell(label: str, text: str, *, loud: bool = False) -> Markup:
    inside = element("span", text, class_="bad") if loud else text
    return element("td", inside, data_label=label)


def _class(tone: Tone) -> str:
    return tone.name.lower()
