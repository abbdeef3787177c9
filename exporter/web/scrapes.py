"""The only place that answers ``/metrics``: wait for snapshots, render, send."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from exporter.clock import Clock, Deadline
from exporter.collect.snapshot import Snapshot
from exporter.metrics import Format, Page, needs_tenant
from exporter.web.leaving import unless_client_leaves
from exporter.web.negotiation import accepts_gzip, negotiate_format
from exporter.web.query import QueryError, parse_names
from exporter.web.scrape_timeout import scrape_seconds

__all__ = ["MAX_WAITING_SCRAPES", "Collect", "Renderer", "Scrapes"]

MAX_WAITING_SCRAPES = 60
"""Enough for 50 scrapers at once, fewer than the connections the listener keeps, so that probes find a place."""

_SAMPLES_PER_READING = 25
_INLINE_SAMPLES = 2_000
_SLICE_BYTES = 64 * 1024

Collect = Callable[[Deadline], Awaitable[tuple[Snapshot, ...]]]


class Renderer(Protocol):
    """What is needed of ``exporter.metrics.Pages``."""

    def prepare(
        self, snapshots: tuple[Snapshot, ...], fmt: Format, *, gzip: bool = False, names: frozenset[str] | None = None
    ) -> None:
        """The slow part of the page, in whatever thread."""
        ...

    def render(
        self, snapshots: tuple[Snapshot, ...], fmt: Format, *, gzip: bool = False, names: frozenset[str] | None = None
    ) -> Page:
        """The page for the snapshots."""
        ...


class Scrapes:
    """The scrapes of one process."""

    def __init__(
        self, collect: Collect, pages: Renderer, clock: Clock, *, max_duration_seconds: float, max_waiting: int
    ) -> None:
        self._collect = collect
        self._pages = pages
        self._clock = clock
        self._max_duration_seconds = max_duration_seconds
        self._max_waiting = max_waiting
        self._waiting = 0
        # One thread: whoever comes second finds the page kept. Not the loop's pool, which lookups can fill.
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="render")

    async def answer(self, request: Request) -> Response:
        """The page; HEAD scrapes as well, since only a page has its length."""
        try:
            names = parse_names(request.scope["query_string"])
        except QueryError as problem:
            return _line(400, str(problem))
        if self._waiting >= self._max_waiting:
            return _line(503, f"{self._max_waiting} scrapes are waiting already: scrape less often")
        self._waiting += 1
        try:
            return await self._scrape(request, names)
        finally:
            self._waiting -= 1

    async def _scrape(self, request: Request, names: frozenset[str] | None) -> Response:
        snapshots = await self._snapshots(request) if needs_tenant(names) else ()
        if snapshots is None:
            return _line(499, "the client has left")  # for nobody: an ASGI application has to answer
        fmt = negotiate_format(request.headers.get("accept"))
        gzip = accepts_gzip(request.headers.get("accept-encoding"))
        if _large(snapshots):
            prepare = partial(self._pages.prepare, snapshots, fmt, gzip=gzip, names=names)
            await asyncio.get_running_loop().run_in_executor(self._threads, prepare)
        page = self._pages.render(snapshots, fmt, gzip=gzip, names=names)
        return _SlicedResponse(page) if page.body else _line(500, "the page came out empty")

    async def _snapshots(self, request: Request) -> tuple[Snapshot, ...] | None:
        """What the tenants answer by the deadline; None when the scraper has left."""
        header = request.headers.get("x-prometheus-scrape-timeout-seconds")
        deadline = self._clock.deadline(scrape_seconds(header, max_seconds=self._max_duration_seconds))

        async def collected() -> tuple[Snapshot, ...]:
            return await self._collect(deadline)

        return await unless_client_leaves(request.receive, collected())


def _large(snapshots: tuple[Snapshot, ...]) -> bool:
    """Whether rendering would keep the loop from answering probes."""
    return _SAMPLES_PER_READING * sum(len(snapshot.readings) for snapshot in snapshots) > _INLINE_SAMPLES


class _SlicedResponse(Response):
    """A page, sent in slices: a scraper that does not read then holds one slice in memory, not a copy of the page."""

    def __init__(self, page: Page) -> None:
        headers = {"content-type": page.content_type, "vary": "Accept, Accept-Encoding"}
        if page.content_encoding is not None:
            headers["content-encoding"] = page.content_encoding
        super().__init__(page.body, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        for start in range(0, len(self.body), _SLICE_BYTES):
            piece = bytes(self.body[start : start + _SLICE_BYTES])
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _line(status_code: int, text: str) -> Response:
    return PlainTextResponse(f"{text}\n", status_code)
