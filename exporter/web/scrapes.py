"""The only place that answers ``/metrics``: wait for snapshots, render, send."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from exporter.collect.snapshot import Snapshot
from exporter.metrics import Format, Page, Selection, needs_tenant
from exporter.web.negotiation import accepts_gzip, negotiate_format
from exporter.web.query import Query, parse_query
from exporter.web.refused import Refused
from exporter.web.waiting import Collections

__all__ = ["Renderer", "Scrapes"]

_SAMPLES_PER_READING = 25
_INLINE_SAMPLES = 2_000
_SLICE_BYTES = 64 * 1024


class Renderer(Protocol):
    """What is needed of ``exporter.metrics.Pages``."""

    def prepare(
        self,
        snapshots: tuple[Snapshot, ...],
        fmt: Format,
        *,
        gzip: bool = False,
        names: frozenset[str] | None = None,
        selection: Selection | None = None,
    ) -> None:
        """The slow part of the page, in whatever thread."""
        ...

    def render(
        self,
        snapshots: tuple[Snapshot, ...],
        fmt: Format,
        *,
        gzip: bool = False,
        names: frozenset[str] | None = None,
        selection: Selection | None = None,
    ) -> Page:
        """The page for what is selected of the snapshots."""
        ...


class Scrapes:
    """The scrapes of one process."""

    def __init__(self, collections: Collections, pages: Renderer) -> None:
        self._collections = collections
        self._pages = pages
        # One thread: whoever comes second finds the page kept. Not the loop's pool, which lookups can fill.
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="render")

    async def answer(self, request: Request) -> Response:
        """The page; HEAD scrapes as well, since only a page has its length."""
        query = parse_query(request.scope["query_string"])
        with self._collections.place():
            snapshots = await self._snapshots(request, query)
            return await self._rendered(request, snapshots, query)

    async def _snapshots(self, request: Request, query: Query) -> tuple[Snapshot, ...]:
        if not query.selection and not needs_tenant(query.names):
            return ()
        granted = request.headers.get("x-prometheus-scrape-timeout-seconds")
        snapshots = await self._collections.snapshots(request, granted)
        if query.selection and not query.selection.known(snapshots):
            raise Refused(400, "no such tenant, cluster_id or client_id is known: see /sd for those that are")
        return snapshots

    async def _rendered(self, request: Request, snapshots: tuple[Snapshot, ...], query: Query) -> Response:
        fmt = negotiate_format(request.headers.get("accept"))
        gzip = accepts_gzip(request.headers.get("accept-encoding"))
        names, selection = query.names, query.selection
        if _large(snapshots):
            prepare = partial(self._pages.prepare, snapshots, fmt, gzip=gzip, names=names, selection=selection)
            await asyncio.get_running_loop().run_in_executor(self._threads, prepare)
        page = self._pages.render(snapshots, fmt, gzip=gzip, names=names, selection=selection)
        if not page.body:
            raise Refused(500, "the page came out empty")
        return _SlicedResponse(page)


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
