"""The only place for the page at ``/``: for the person who follows a target's link in Prometheus."""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import escape

from exporter.collect.snapshot import Snapshot
from exporter.errors import Reason

__all__ = ["CONTENT_SECURITY_POLICY", "About", "TenantFacts", "landing_page"]

_STYLE = (
    ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}"
    "body{max-width:42rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}"
    "dt{font-weight:600;margin-top:1rem}dd{margin:0}"
)

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing but the page's own style: a client's name that slipped through escaping could still do nothing."""

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SailPoint exporter</title>
<style>{style}</style>
</head>
<body>
<h1>SailPoint exporter</h1>
<p>Version {version}. Managed clients of SailPoint Identity Security Cloud, for Prometheus.</p>
<ul>
<li><a href="/metrics">/metrics</a>: what Prometheus scrapes</li>
<li><a href="/-/healthy">/-/healthy</a>, <a href="/-/ready">/-/ready</a>: probes, which never ask the tenant</li>
</ul>
<h2>Tenants</h2>
<dl>
{tenants}
</dl>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """A tenant, and what the latest scrape said about it.

    Attributes:
        name: the label ``tenant``.
        managed_clients: how many are asked about.
        latest: the latest snapshot; None before the first scrape.
    """

    name: str
    managed_clients: int
    latest: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What the landing page shows."""

    version: str
    tenants: tuple[TenantFacts, ...]


def landing_page(about: About, now_seconds: float) -> str:
    """The page as HTML; ``now_seconds`` is the monotonic clock's reading, for the age of what is shown."""
    tenants = "\n".join(_tenant(tenant, now_seconds) for tenant in about.tenants)
    return _PAGE.format(style=_STYLE, version=escape(about.version), tenants=tenants)


def _tenant(tenant: TenantFacts, now_seconds: float) -> str:
    said = "not scraped yet" if tenant.latest is None else _readings(tenant.latest, now_seconds)
    clients = f"{tenant.managed_clients} managed client{'' if tenant.managed_clients == 1 else 's'}"
    return f"<dt>{escape(tenant.name)}</dt>\n<dd>{clients}: {said}</dd>"


def _readings(latest: Snapshot, now_seconds: float) -> str:
    failed = sum(isinstance(reading.outcome, Reason) for reading in latest.readings)
    read = [reading.outcome for reading in latest.readings if not isinstance(reading.outcome, Reason)]
    normal = sum(status.status == "NORMAL" for status in read)
    age_seconds = max(0.0, now_seconds - latest.finished_seconds)
    return f"{normal} NORMAL, {len(read) - normal} not NORMAL, {failed} not read, {age_seconds:.0f} s ago"
