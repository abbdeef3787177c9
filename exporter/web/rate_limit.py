"""The only place for the rate limit of the web configuration: a bucket of tokens, one of which each request takes.

Probes take none: that a scraper asks too often is no reason to restart the exporter. exporter-toolkit limits them too.
"""

from http import HTTPStatus

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from exporter.clock import Clock
from exporter.web.basic_auth import PROBES
from exporter.web.web_config import CurrentWebConfig
from exporter.web.web_config_keys import RateLimit

__all__ = ["Bucket", "RateLimiter"]


class Bucket:
    """Tokens, of which as many as the burst are there at first, and one more comes in each interval."""

    def __init__(self, limit: RateLimit, clock: Clock) -> None:
        self.limit = limit
        self._clock = clock
        self._tokens = float(limit.burst)
        self._counted_at_seconds = clock.monotonic_seconds()

    def take(self) -> bool:
        """Whether there was a token."""
        now_seconds = self._clock.monotonic_seconds()
        new = (now_seconds - self._counted_at_seconds) / self.limit.interval_seconds
        self._tokens = min(self._tokens + new, self.limit.burst)
        self._counted_at_seconds = now_seconds
        taken = self._tokens >= 1
        self._tokens -= taken
        return taken


class RateLimiter:
    """ASGI middleware, between ``Boundary``, which adds the headers, and ``BasicAuth``, which costs more."""

    def __init__(self, app: ASGIApp, clock: Clock, web_config: CurrentWebConfig) -> None:
        self._app = app
        self._clock = clock
        self._web_config = web_config
        self._bucket: Bucket | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request pass, or answers it."""
        granted = scope["raw_path"] in PROBES or self._granted(self._web_config().rate_limit)
        await (self._app if granted else _too_many())(scope, receive, send)

    def _granted(self, limit: RateLimit | None) -> bool:
        if limit is None:
            return True
        if self._bucket is None or self._bucket.limit != limit:
            self._bucket = Bucket(limit, self._clock)
        return self._bucket.take()


def _too_many() -> PlainTextResponse:
    status = HTTPStatus.TOO_MANY_REQUESTS
    return PlainTextResponse(f"{status.phrase}\n", status)
