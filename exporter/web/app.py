"""The only place for routes: what is served, and nothing else is.

TLS belongs to the listener, headers and passwords to the middleware around; routes know none of them.
"""

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from exporter.clock import Clock
from exporter.web.basic_auth import BasicAuth
from exporter.web.boundary import Boundary
from exporter.web.fleet_page import fleet_page
from exporter.web.fleet_style import CONTENT_SECURITY_POLICY
from exporter.web.fleet_view import Now, fleet_view
from exporter.web.landing import About
from exporter.web.lifecycle import Lifecycle, Reload
from exporter.web.rate_limit import RateLimiter
from exporter.web.refused import Refused, answer_refused
from exporter.web.scrapes import Renderer, Scrapes
from exporter.web.service_discovery import ServiceDiscovery
from exporter.web.waiting import MAX_WAITING_SCRAPES, Collect, Collections
from exporter.web.web_config import CurrentWebConfig, WebConfig

__all__ = ["WebApp", "create_app"]

WebApp = Starlette
"""What ``create_app`` makes, for those who may not know of Starlette."""

_LINKS = ("/metrics", "/sd", "/-/healthy", "/-/ready")


def create_app(  # noqa: PLR0913 - the composition root names each collaborator
    *,
    collect: Collect,
    pages: Renderer,
    clock: Clock,
    describe: Callable[[], About],
    max_duration_seconds: float = 30.0,
    max_waiting_scrapes: int = MAX_WAITING_SCRAPES,
    reload: Reload | None = None,
    config_text: Callable[[], str] | None = None,
    web_config: CurrentWebConfig = WebConfig,
) -> Starlette:
    """The ASGI application.

    Args:
        collect: gives the snapshots of all tenants, by the deadline; shared between concurrent scrapes.
        pages: renders them.
        clock: the loop's.
        describe: the tenants and their latest snapshots, for the fleet page and ``/sd``; must not ask a tenant.
        max_duration_seconds: the longest collection, whatever a scraper grants.
        max_waiting_scrapes: further ones are answered with 503.
        reload: what ``/-/reload`` does; raises SettingsError and changes nothing when it cannot be done.
        config_text: what ``/config`` shows; its secrets are masked.
        web_config: gives the headers of each answer, the users who may ask, and how often all together may.
    """
    collections = Collections(
        collect, clock, max_duration_seconds=max_duration_seconds, max_waiting=max_waiting_scrapes
    )
    lifecycle = Lifecycle(reload, config_text)
    links = _LINKS if config_text is None else (*_LINKS, "/config")

    async def landing(_: Request) -> Response:
        now = Now(clock.monotonic_seconds(), clock.epoch_seconds())
        html = await run_in_threadpool(_overview, describe(), now, links)  # a second for 10,000 clients
        return HTMLResponse(html, headers={"content-security-policy": CONTENT_SECURITY_POLICY})

    return Starlette(
        routes=[
            _ExactRoute("/", landing),
            _ExactRoute("/metrics", Scrapes(collections, pages).answer),
            _ExactRoute("/sd", ServiceDiscovery(describe, collections).answer),
            _ExactRoute("/config", lifecycle.config),
            _ExactRoute("/-/reload", lifecycle.reload, methods=["POST", "PUT"]),
            _ExactRoute("/-/healthy", _ok),
            _ExactRoute("/-/ready", _ok),
            _ExactRoute("/healthz", _ok),
            _ExactRoute("/readyz", _ok),
        ],
        middleware=[
            Middleware(Boundary, clock=clock, web_config=web_config),
            Middleware(RateLimiter, clock=clock, web_config=web_config),
            Middleware(BasicAuth, web_config=web_config),
        ],
        exception_handlers={Refused: answer_refused},
    )


def _overview(about: About, now: Now, links: Sequence[str]) -> str:
    return fleet_page(fleet_view(about, now), links)


class _ExactRoute(Route):
    """A route that matches the path as it was sent.

    Starlette's own also takes ``/%6detrics`` and ``/metrics%0A``, and redirects ``/metrics/``.
    """

    def matches(self, scope: Scope) -> tuple[Match, MutableMapping[str, Any]]:
        if scope["raw_path"] != self.path.encode():
            return Match.NONE, {}
        return super().matches(scope)


async def _ok(_: Request) -> Response:
    """Healthy and ready are one: the loop turns. A tenant's outage must not take a sidecar's pod out of service."""
    return PlainTextResponse("ok\n")
