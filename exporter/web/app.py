"""The only place for routes: what is served, and nothing else is.

TLS and basic authentication belong to the listener and to a middleware beside ``Boundary``; routes know neither.
"""

from collections.abc import Callable, MutableMapping
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from exporter.clock import Clock
from exporter.web.boundary import Boundary
from exporter.web.landing import CONTENT_SECURITY_POLICY, About, landing_page
from exporter.web.scrapes import MAX_WAITING_SCRAPES, Collect, Renderer, Scrapes

__all__ = ["WebApp", "create_app"]

WebApp = Starlette
"""What ``create_app`` makes, for those who may not know of Starlette."""


def create_app(  # noqa: PLR0913 - the composition root names each collaborator
    *,
    collect: Collect,
    pages: Renderer,
    clock: Clock,
    describe: Callable[[], About],
    max_duration_seconds: float = 30.0,
    max_waiting_scrapes: int = MAX_WAITING_SCRAPES,
) -> Starlette:
    """The ASGI application.

    Args:
        collect: gives the snapshots of all tenants, by the deadline; shared between concurrent scrapes.
        pages: renders them.
        clock: the loop's.
        describe: what the landing page shows; must not ask a tenant.
        max_duration_seconds: the longest collection, whatever a scraper grants.
        max_waiting_scrapes: further ones are answered with 503.
    """
    scrapes = Scrapes(collect, pages, clock, max_duration_seconds=max_duration_seconds, max_waiting=max_waiting_scrapes)

    async def landing(_: Request) -> Response:
        html = landing_page(describe(), clock.monotonic_seconds())
        return HTMLResponse(html, headers={"content-security-policy": CONTENT_SECURITY_POLICY})

    return Starlette(
        routes=[
            _ExactRoute("/", landing),
            _ExactRoute("/metrics", scrapes.answer),
            _ExactRoute("/-/healthy", _ok),
            _ExactRoute("/-/ready", _ok),
            _ExactRoute("/healthz", _ok),
            _ExactRoute("/readyz", _ok),
        ],
        middleware=[Middleware(Boundary, clock=clock)],
    )


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
