"""Stand-ins for the rooms below web, and a way to ask the application without a socket."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from gzip import compress
from typing import Any
from urllib.parse import unquote

import httpx
from starlette.applications import Starlette
from starlette.types import Message, Scope

from exporter.api.documents import ManagedClientStatus
from exporter.clock import Clock, Deadline
from exporter.collect.snapshot import ManagedClient, Memory, Reading, Snapshot
from exporter.errors import Reason
from exporter.metrics import Format, Page, Selection
from exporter.web.app import create_app
from exporter.web.landing import About
from exporter.web.scrapes import Renderer


def snapshot(*outcomes: str | Reason, tenant: str = "acme", finished_seconds: float = 0.0) -> Snapshot:
    """A snapshot with a client for each outcome: a status, or the reason for none."""
    readings = tuple(_reading(number, outcome) for number, outcome in enumerate(outcomes))
    return Snapshot(tenant, finished_seconds - 1, finished_seconds, 9.5, readings)


def _reading(number: int, outcome: str | Reason) -> Reading:
    document = outcome if isinstance(outcome, Reason) else ManagedClientStatus(outcome, "CCG", None)
    return Reading(ManagedClient(str(number), "CCG"), document, 0.0, Memory())


@dataclass
class FakeTenants:
    """What ``collect`` is in the application; set ``answers`` to let the waiting ones go."""

    snapshots: tuple[Snapshot, ...] = (snapshot("NORMAL"),)
    bug: BaseException | None = None
    deadlines: list[Deadline] = field(default_factory=list)
    cancelled: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answers.set()

    async def collect(self, deadline: Deadline) -> tuple[Snapshot, ...]:
        """Waits for ``answers``, and says what was put in."""
        self.deadlines.append(deadline)
        self.asked.set()
        try:
            await self.answers.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.bug is not None:
            raise self.bug
        return self.snapshots


@dataclass
class FakePages:
    """Renders one line, and remembers what it was asked for, and in which threads it was prepared."""

    body: bytes = b"up 1\n"
    bug: Exception | None = None
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    prepared: list[tuple[Any, ...]] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)

    def prepare(
        self,
        snapshots: tuple[Snapshot, ...],
        fmt: Format,
        *,
        gzip: bool = False,
        names: frozenset[str] | None = None,
        selection: Selection | None = None,
    ) -> None:
        """Nothing but the thread's name."""
        self.prepared.append((snapshots, fmt, gzip, names, selection))
        self.threads.add(threading.current_thread().name)

    def render(
        self,
        snapshots: tuple[Snapshot, ...],
        fmt: Format,
        *,
        gzip: bool = False,
        names: frozenset[str] | None = None,
        selection: Selection | None = None,
    ) -> Page:
        """The page that was put in."""
        self.asked.append((snapshots, fmt, gzip, names, selection))
        assert threading.current_thread() is threading.main_thread()
        if self.bug is not None:
            raise self.bug
        body = compress(self.body) if gzip else self.body
        return Page(body, fmt.value, "gzip" if gzip else None)


def application(
    clock: Clock,
    tenants: FakeTenants | None = None,
    pages: Renderer | None = None,
    describe: Callable[[], About] = lambda: About("1.2.3", ()),
    **options: Any,
) -> Starlette:
    """The application on fakes."""
    collect = (tenants or FakeTenants()).collect
    return create_app(collect=collect, pages=pages or FakePages(), clock=clock, describe=describe, **options)


async def ask(app: Starlette, target: str = "/metrics", method: str = "GET", **options: Any) -> httpx.Response:
    """One request, without a socket."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://exporter") as client:
        return await client.request(method, target, **options)


async def leave_after(app: Starlette, seconds: float) -> None:
    """Asks for ``/metrics`` and disconnects before the answer."""

    async def receive() -> Message:
        await asyncio.sleep(seconds)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        """Reaches nobody."""

    await app(http_scope("GET", b"/metrics"), receive, send)


def http_scope(method: str, raw_path: bytes) -> Scope:
    """A request as uvicorn hands it on, also for paths that no client library would send."""
    return {
        "type": "http",
        "method": method,
        "path": unquote(raw_path.decode()),
        "raw_path": raw_path,
        "query_string": b"",
        "headers": [],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("exporter", 80),
        "root_path": "",
    }
