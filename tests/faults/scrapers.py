"""Faults of those who ask the exporter. Catalogue 2.6. While they last, everybody else is served as ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from tests.faults.arena import Arena
from tests.faults.behaviours import Answers, Late
from tests.faults.fault import ComplaintError, Conditions, Fault, Injection

__all__ = ["ROWS"]

SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
SECURED = Conditions(secured=True)
NO_TLS = "has no TLS"


@dataclass(frozen=True, slots=True)
class Both:
    """Two faults at once."""

    first: Injection
    second: Injection

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Both."""
        async with self.first.during(arena), self.second.during(arena):
            yield


@dataclass(frozen=True, slots=True)
class Visitors:
    """Clients that hold connections.

    Attributes:
        sends: what each of them says, a byte in each ``pace_seconds`` if there is one.
        closed_seconds: how soon all of them must have been sent away; None when they may stay.
    """

    count: int
    sends: bytes = b""
    pace_seconds: float = 0.0
    closed_seconds: float | None = 6.0

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Come, stay, and see when they are sent away."""
        visits = [asyncio.create_task(self._visit(arena)) for _ in range(self.count)]
        try:
            await asyncio.sleep(0.3)
            yield
            if self.closed_seconds is not None:
                _, staying = await asyncio.wait(visits, timeout=self.closed_seconds)
                if staying:
                    message = f"{len(staying)} of {self.count} still connected"
                    raise ComplaintError(message)
        finally:
            for visit in visits:
                visit.cancel()
            await asyncio.gather(*visits, return_exceptions=True)

    async def _visit(self, arena: Arena) -> None:
        with suppress(OSError):
            reader, writer = await arena.place.connected(arena.subject.port)
            try:
                talk = asyncio.create_task(self._talk(writer))
                while await reader.read(1 << 16):
                    pass
                talk.cancel()
            finally:
                writer.transport.abort()

    async def _talk(self, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            for byte in [self.sends] if not self.pace_seconds else [bytes([each]) for each in self.sends]:
                writer.write(byte)
                await writer.drain()
                await asyncio.sleep(self.pace_seconds)


@dataclass(frozen=True, slots=True)
class Leavers:
    """Clients that ask and hang up."""

    count: int

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Ask and hang up."""
        async with AsyncExitStack() as stack:
            for _ in range(self.count):
                _, writer = await arena.place.connected(arena.subject.port)
                writer.write(SCRAPE)
                stack.callback(writer.transport.abort)
            await asyncio.sleep(0.1)
        yield


@dataclass(frozen=True, slots=True)
class Crowd:
    """Scrapers that come all at once.

    Attributes:
        statuses: what they may be answered.
        collections: how many times the tenant may be asked for everything because of them.
    """

    count: int
    statuses: tuple[int, ...] = (200,)
    collections: int = 1
    request: bytes = SCRAPE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Come."""
        before = len(arena.tenant.requests)
        answers = await asyncio.gather(*(arena.ask(self.request) for _ in range(self.count)))
        found = {answer.status for answer in answers}
        calls = arena.tenant.count("status", before)
        if not found <= set(self.statuses) or 200 not in found or calls > 3 * self.collections:
            message = f"answered {sorted(found)}, with {calls} status requests"
            raise ComplaintError(message)
        yield


@dataclass(frozen=True, slots=True)
class Asks:
    """Odd requests, and the status of what each of them is answered; 0 is no answer at all."""

    requests: tuple[tuple[bytes, int], ...]

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Ask."""
        wrong = []
        for request, status in self.requests:
            answer = await arena.ask(request)
            if answer.status != status:
                wrong.append(f"{request[:60]!r}: {answer.status}, not {status}")
        if wrong:
            raise ComplaintError("; ".join(wrong))
        yield


def _get(path: str, *headers: str, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *headers]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def _table(row: str, name: str, *requests: tuple[bytes, int], **others: object) -> Fault:
    return Fault(id=row, name=name, inject=Asks(requests), **others)  # type: ignore[arg-type] # a row's other facts


def _header(name: str, *values: str) -> tuple[tuple[bytes, int], ...]:
    return tuple((_get("/metrics", f"{name}: {value}"), 200) for value in values)


def _auth(value: str) -> tuple[bytes, int]:
    return _get("/metrics", f"Authorization: {value}"), 401


ROWS = (
    Fault(id="S01", name="200 silent connections", inject=Visitors(200), within_seconds=0.3),
    Fault(id="S02", name="200 connections that drip", inject=Visitors(200, SCRAPE, 0.5), within_seconds=0.3),
    Fault(
        id="S03", name="20 silent TLS clients", inject=Visitors(20), within_seconds=0.3, under=SECURED, control=NO_TLS
    ),
    Fault(
        id="S03b", name="20 TLS clients that talk nonsense", inject=Visitors(20, b"\x16\x03\x01\xff\xff" + 100 * b"x"),
        under=SECURED, control=NO_TLS,
    ),
    Fault(
        id="S03c", name="plain HTTP to the TLS port", inject=Visitors(20, SCRAPE), under=SECURED, control=NO_TLS,
    ),
    _table("S04", "request line of 64 KB", (_get("/metrics?" + 65536 * "x"), 414)),
    _table("S04b", "100 headers of 60 KB", (_get("/metrics", *(f"X-{n}: {60_000 * 'x'}" for n in range(100))), 431)),
    _table("S04c", "header of 17 KB", (_get("/metrics", f"X-Long: {17_000 * 'x'}"), 431)),
    _table("S04d", "GET with a body", (_get("/metrics", "Content-Length: 5") + b"12345", 413)),
    _table(
        "S04e", "no request",
        (b"\x00\xff\r\n\r\n", 400), (b"GET\r\n\r\n", 400), (b"GET /metrics\r\n\r\n", 400), (b"SSH-2.0-x\r\n\r\n", 400),
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400), (b"GET /metrics HTTP/1.1\r\n: x\r\n\r\n", 400),
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400),
    ),
    Fault(id="S05", name="50 scrapes at once", inject=Crowd(50)),
    Fault(
        id="S05b", name="120 scrapes of a slow tenant", grants_seconds=3.0,
        inject=Both(Answers(Late(0.5), at=("status",)), Crowd(120, (200, 503))),
    ),
    Fault(
        id="S06", name="400 connects at once", inject=Crowd(400, collections=0, request=_get("/-/healthy")),
        control="collects for every path",
    ),
    Fault(id="S07", name="50 scrapers that hang up", inject=Leavers(50)),
    Fault(
        id="S07b", name="50 scrapers of a slow tenant that hang up", grants_seconds=3.0,
        inject=Both(Answers(Late(0.5), at=("status",)), Leavers(50)),
    ),
    Fault(id="S08", name="50 scrapers that stay", inject=Visitors(50, SCRAPE, closed_seconds=None)),
    Fault(id="S08b", name="1,000 pipelined scrapes", inject=Visitors(1, 1000 * SCRAPE, closed_seconds=None)),
    _table(
        "S09", "methods", (_get("/metrics", method="HEAD"), 200),
        *((_get("/metrics", method=method), 405) for method in ("POST", "PUT", "TRACE", "OPTIONS", "FOO", "DELETE")),
    ),
    _table(
        "S10", "paths", *((_get(path), 404) for path in (
            "//metrics", "/metrics/", "/metrics/..", "/%6detrics", "/metrics%0A", "/metrics%2f", "/probe?target=http://x",
            "/../etc/passwd", "/nowhere", "/METRICS",
        )),
    ),
    _table(
        "S12", "names", (_get("/metrics?name[]=up"), 200), (_get("/metrics?" + 400 * "name[]=x&"), 200),
        (_get("/metrics?name[]=%ff%fe"), 400), (_get("/metrics?name[]="), 400), (_get("/metrics?%00=%00"), 200),
        control="knows no parameters",
    ),
    _table(
        "S14", "ids", *((_get(f"/metrics?client_id={each}"), 400) for each in (
            "unknown", "..", "http://x", "%0a", "5001/../x", 3000 * "9",
        )), (_get("/metrics?client_id=5001"), 200), control="knows no parameters",
    ),
    _table("S20", "encodings", *_header(
        "Accept-Encoding", "gzip", "identity;q=0", "br", "*", "gzip;q=abc", ",,,", 2000 * "gzip,", "\xff",
    )),
    _table("S20b", "accepted types", *_header(
        "Accept", "application/openmetrics-text; version=abc", "text/plain; version=1.x", "*/*;q=nan", ",;=", "\xff",
        "application/openmetrics-text; version=" + 5000 * "9", "application/vnd.google.protobuf", 3000 * "a/b,",
    )),
    _table("S20c", "scrape timeouts", *_header(
        "X-Prometheus-Scrape-Timeout-Seconds", "nan", "inf", "-1", "0", "1e9", "1_0", "", "\xb2", 5000 * "9", "abc",
    )),
    _table("S21", "foreign host", *((_get("/metrics").replace(b"Host: x", host), 200) for host in (
        b"Host: evil.example", b"Host: 127.0.0.1:1", b"Host: ",
    ))),
    Fault(
        id="S23", name="many scrapers within the interval", inject=Crowd(20, collections=0), requests=(0, 0),
        under=Conditions(settings=("SAIL_SCRAPE__MIN_INTERVAL=60s",)),
    ),
    _table(
        "S15", "passwords", *map(_auth, (
            "Basic", "Basic ====", "Basic !!!", "Basic eA==", "Basic eDp5", "Bearer x", "Basic " + 4000 * "A", "\xff",
            "Basic OmE6", "Basic AAA6AAA=",
        )),
        (_get("/-/healthy"), 200), control="has no passwords",
        under=Conditions(users=True),
    ),
)  # fmt: skip
