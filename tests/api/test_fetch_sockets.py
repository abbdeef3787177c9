"""exporter.api.fetch against upstreams on real sockets that do what no tenant should.

Each ends with its reason and in time, leaves no connection behind, and does not spoil the next fetch.
"""

import asyncio
import gzip
import socket
import ssl
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import pytest
import trustme

from exporter.api.backoff import Backoff
from exporter.api.budget import RateBudget
from exporter.api.connections import Connections, new_transport, tls_context
from exporter.api.lookup import LookupLoop
from exporter.api.outbound import Ask, Outbound
from exporter.api.paths import Operation, Origin
from exporter.clock import Clock
from exporter.errors import ApiError, Reason
from tests.api.fakes import FakeObserver

OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"good": 1}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DEADLINE_SECONDS = 1.0

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def resolve(host: bytes, *rest: object, **hints: object) -> object:
    """A resolver that knows loopback and no other name."""
    if host != b"localhost":
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return socket.getaddrinfo("127.0.0.1", *rest, **hints)  # type: ignore[arg-type]  # as asyncio calls it


@pytest.fixture
def anyio_backend() -> tuple[str, Mapping[str, object]]:
    """Real sockets and real time, on the loop that the exporter runs on."""
    return "asyncio", {"loop_factory": partial(LookupLoop, resolve)}


class Upstream:
    """A server that follows a script for each request until it is healed, and counts."""

    def __init__(self) -> None:
        self.script: Script | None = None
        self.requests = 0
        self.opened = 0
        self.open = 0
        self.port = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self, context: ssl.SSLContext | None = None) -> AsyncIterator["Upstream"]:
        """Serve on loopback, and leave nothing behind."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            try:
                yield self
            finally:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connection(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        self.open += 1
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._answer(reader, writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        finally:
            self.open -= 1
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            self.requests += 1
            if self.script is not None:
                return await self.script(reader, writer)
            writer.write(OK)

    async def until_closed(self) -> None:
        """Wait until the exporter has no connection left."""
        async with asyncio.timeout(2.0):
            while self.open:
                await asyncio.sleep(0.01)


class Fetcher:
    """The exporter's way out to one origin."""

    def __init__(self, base_url: str, context: ssl.SSLContext | None = None) -> None:
        clock = Clock()
        self.clock = clock
        self.observer = FakeObserver()
        self.connections = Connections(partial(new_transport, context or tls_context(trust_system=False)), keep=2)
        self.outbound = Outbound(
            Origin(base_url), "agent", self.connections, RateBudget(1000, clock), Backoff(clock, lambda: 0.5), clock,
            self.observer,
        )  # fmt: skip

    async def __aenter__(self) -> "Fetcher":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.connections.aclose()

    async def fetch(self, method: str = "GET", *, within_seconds: float = DEADLINE_SECONDS) -> object:
        """A document, or the reason why there is none."""
        ask: Ask[object] = Ask(
            operation=Operation("thing", method, "/thing"), target="/thing", parse=dict, limit_bytes=100_000
        )
        try:
            return await self.outbound.send(ask, self.clock.deadline(within_seconds))
        except ApiError as error:
            self.error = error
            return error.reason


def sends(*parts: bytes) -> Script:
    """Send this and close."""

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(parts))
        await writer.drain()

    return script


def sends_and_stays(*parts: bytes) -> Script:
    """Send this and keep the connection open until the exporter closes it."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(parts))
        await reader.read()

    return script


def repeats(first: bytes, then: bytes, pause_seconds: float = 0.0) -> Script:
    """Send this, and then that for ever."""

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(then)
            await writer.drain()
            await asyncio.sleep(pause_seconds)

    return script


def drips(answer: bytes) -> Script:
    """Send this a byte at a time."""

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in answer:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)

    return script


def resets(*parts: bytes) -> Script:
    """Send this and reset the connection."""

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(parts))
        await writer.drain()
        await asyncio.sleep(0.05)  # so that the parts arrive before the reset
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    return script


def json_head(*headers: str) -> bytes:
    """A success of JSON with more headers."""
    return HEAD + "".join(f"{header}\r\n" for header in headers).encode() + b"\r\n"


@dataclass(frozen=True)
class Hostility:
    """What an upstream does, and how that has to end."""

    name: str
    script: Script
    reason: Reason
    most_seconds: float = 0.9


BOMB = gzip.compress(b" " * 20_000_000)
WHOLE_DEADLINE = DEADLINE_SECONDS + 0.3

HOSTILITIES = [
    Hostility("silence", sends_and_stays(), Reason.DEADLINE, WHOLE_DEADLINE),
    Hostility("dripping headers", drips(json_head("X-Long: " + 100 * "x")), Reason.DEADLINE, WHOLE_DEADLINE),
    Hostility("dripping body", drips(OK), Reason.DEADLINE, WHOLE_DEADLINE),
    Hostility("endless 103", repeats(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.01), Reason.DEADLINE, WHOLE_DEADLINE),
    Hostility("body that never comes", sends_and_stays(json_head("Content-Length: 5")), Reason.DEADLINE, WHOLE_DEADLINE),
    Hostility("reset before the answer", resets(), Reason.RESET),
    Hostility("close before the answer", sends(), Reason.PROTOCOL),
    Hostility("close in the headers", sends(HEAD), Reason.PROTOCOL),
    Hostility("reset in the body", resets(json_head("Content-Length: 500"), b'{"a'), Reason.RESET),
    Hostility("body shorter than announced", sends(json_head("Content-Length: 500"), b'{"a": 1}'), Reason.PROTOCOL),
    Hostility("chunks cut off", sends(json_head("Transfer-Encoding: chunked"), b'8\r\n{"a": 1}\r\n'), Reason.PROTOCOL),
    Hostility("chunk of no size", sends(json_head("Transfer-Encoding: chunked"), b"ZZ\r\n{}\r\n"), Reason.PROTOCOL),
    Hostility(
        "endless chunks",
        repeats(json_head("Transfer-Encoding: chunked"), b"2000\r\n" + 8192 * b" " + b"\r\n"),
        Reason.TOO_LARGE,
    ),
    Hostility("10 GB announced", sends_and_stays(json_head("Content-Length: 10000000000")), Reason.TOO_LARGE),
    Hostility("length of 5,000 digits", sends(json_head("Content-Length: " + 5000 * "9")), Reason.PROTOCOL),
    Hostility("negative length", sends(json_head("Content-Length: -1")), Reason.PROTOCOL),
    Hostility("two lengths", sends(json_head("Content-Length: 2", "Content-Length: 3"), b"{}"), Reason.PROTOCOL),
    Hostility("no framing", sends(json_head(), b'{"a": 1}'), Reason.UNFRAMED),
    Hostility("HTTP/1.0", sends(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{}"), Reason.UNFRAMED),
    Hostility(
        "gzip bomb", sends(json_head("Content-Encoding: gzip", f"Content-Length: {len(BOMB)}"), BOMB), Reason.ENCODING
    ),
    Hostility(
        "gzip twice", sends(json_head("Content-Encoding: gzip, gzip", "Content-Length: 5"), b"\x1f\x8b"), Reason.ENCODING
    ),
    Hostility("unknown encoding", sends(json_head("Content-Encoding: foo", "Content-Length: 2"), b"{}"), Reason.ENCODING),
    Hostility(
        "3,000 headers",
        sends(json_head("Content-Length: 2", *(f"X-{number}: x" for number in range(3000))), b"{}"),
        Reason.PROTOCOL,
    ),
    Hostility("200 KB of header", sends(json_head("X-Long: " + 200_000 * "x"), b"{}"), Reason.PROTOCOL),
    Hostility("header with a NUL", sends(json_head("X-Bad: a\x00b"), b"{}"), Reason.PROTOCOL),
    Hostility("another protocol", sends(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.PROTOCOL),
    Hostility("bytes", sends(bytes(range(256))), Reason.PROTOCOL),
    Hostility("status 999", sends(b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"), Reason.HTTP_OTHER),
    Hostility("status 204", sends(b"HTTP/1.1 204 No Content\r\n\r\n"), Reason.HTTP_OTHER),
    Hostility("an upgrade", sends_and_stays(b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n"), Reason.PROTOCOL),
    Hostility("redirection", sends(b"HTTP/1.1 307 Go\r\nLocation: /thing\r\nContent-Length: 0\r\n\r\n"), Reason.REDIRECT),
    Hostility("bad redirection", sends(b"HTTP/1.1 302 Go\r\nLocation: http://[\r\n\r\n"), Reason.REDIRECT),
    Hostility("login page", sends(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"), Reason.CONTENT_TYPE),
    Hostility("HTML called JSON", sends(json_head("Content-Length: 6"), b"<html>"), Reason.JSON),
    Hostility(
        "error without an end",
        repeats(b"HTTP/1.1 500 No\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.01),
        Reason.HTTP_5XX,
        1.4,
    ),
    Hostility(
        "error cut off", sends(b"HTTP/1.1 500 No\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"),
        Reason.HTTP_5XX,
    ),
]  # fmt: skip


async def ended(fetcher: Fetcher, within_seconds: float = DEADLINE_SECONDS) -> tuple[object, float]:
    """How a fetch ended, and after how long."""
    started = time.monotonic()
    return await fetcher.fetch(within_seconds=within_seconds), time.monotonic() - started


@pytest.mark.parametrize("hostility", HOSTILITIES, ids=lambda hostility: hostility.name)
async def test_every_hostility_has_its_reason_and_ends_in_time(hostility: Hostility) -> None:
    """After one request, without leaving a connection; and the next fetch is right."""
    async with Upstream().listening() as upstream:
        async with Fetcher(f"http://127.0.0.1:{upstream.port}") as fetcher:
            upstream.script = hostility.script
            # The error's body may take a second, which its status must not be lost to.
            within_seconds = 5.0 if hostility.reason is Reason.HTTP_5XX else DEADLINE_SECONDS
            outcome, seconds = await ended(fetcher, within_seconds)
            assert outcome is hostility.reason, fetcher.error
            assert seconds < hostility.most_seconds
            assert upstream.requests == 1
            upstream.script = None
            assert await fetcher.fetch() == {"good": 1}
            await fetcher.connections.aclose()
            await upstream.until_closed()


async def test_a_refused_connection_says_so() -> None:
    """Nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        async with Fetcher(f"http://127.0.0.1:{unused.getsockname()[1]}") as fetcher:
            assert await fetcher.fetch() is Reason.CONNECT
    assert fetcher.error.detail == "no connection: Connection refused"


async def test_a_host_that_does_not_answer_costs_the_connect_time_only() -> None:
    """Its queue of connections is full; the deadline would be much later."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        async with Fetcher(f"http://127.0.0.1:{listener.getsockname()[1]}") as fetcher:
            outcome, seconds = await ended(fetcher, 10.0)
        assert outcome is Reason.CONNECT_TIMEOUT
        assert 1.9 < seconds < 2.4


@pytest.mark.parametrize("host", ["nowhere.example", 64 * "x"])
async def test_an_unknown_host_says_so(host: str) -> None:
    """A name that nobody knows, and one that cannot exist."""
    async with Fetcher(f"http://{host}:1") as fetcher:
        assert await fetcher.fetch() is Reason.DNS


async def test_connections_that_die_between_fetches_are_not_noticed() -> None:
    """300 fetches from an upstream that closes each connection without saying so."""
    async with Upstream().listening() as upstream:
        upstream.script = sends(OK)
        async with Fetcher(f"http://localhost:{upstream.port}") as fetcher:
            assert [await fetcher.fetch() for _ in range(300)] == 300 * [{"good": 1}]
            await fetcher.connections.aclose()
            await upstream.until_closed()


@pytest.mark.parametrize(("method", "outcome"), [("GET", {"good": 1}), ("POST", Reason.PROTOCOL)])
async def test_a_kept_connection_found_dead_is_replaced_once_for_reading(method: str, outcome: object) -> None:
    """Only where asking twice does no harm."""
    async with Upstream().listening() as upstream:
        async with Fetcher(f"http://localhost:{upstream.port}") as fetcher:
            await fetcher.fetch()

            async def dies_once(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
                upstream.script = None

            upstream.script = dies_once
            assert await fetcher.fetch(method) == outcome
            assert upstream.requests == (3 if method == "GET" else 2)
            assert len(fetcher.observer.calls) == 2


async def test_a_replaced_connection_is_not_replaced_again() -> None:
    """Two attempts are enough to know."""
    async with Upstream().listening() as upstream:
        async with Fetcher(f"http://localhost:{upstream.port}") as fetcher:
            await fetcher.fetch()
            upstream.script = sends()
            assert await fetcher.fetch() is Reason.PROTOCOL
            assert upstream.requests == 3


async def test_connections_are_kept_also_after_errors_with_a_body() -> None:
    """A client that was deleted must not cost a handshake in every scrape."""
    error = b"HTTP/1.1 404 No\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

    async with Upstream().listening() as upstream:
        async with Fetcher(f"http://localhost:{upstream.port}") as fetcher:

            async def not_found(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                while True:
                    writer.write(error)
                    await reader.readuntil(b"\r\n\r\n")

            upstream.script = not_found
            assert [await fetcher.fetch() for _ in range(5)] == 5 * [Reason.NOT_FOUND]
            assert upstream.opened == 1


async def test_fetches_that_are_cancelled_leave_nothing_behind() -> None:
    """A hundred scrapers that hang up."""
    async with Upstream().listening() as upstream:
        upstream.script = sends_and_stays(json_head("Content-Length: 500"))
        async with Fetcher(f"http://localhost:{upstream.port}") as fetcher:
            fetches = [asyncio.create_task(fetcher.fetch(within_seconds=30.0)) for _ in range(100)]
            async with asyncio.timeout(10.0):
                while upstream.open < 100:
                    await asyncio.sleep(0.01)
            for fetch in fetches:
                fetch.cancel()
            await asyncio.wait(fetches)
            await upstream.until_closed()
            upstream.script = None
            assert await fetcher.fetch() == {"good": 1}


@pytest.mark.parametrize("encrypted", [False, True])
async def test_a_fetch_may_be_cancelled_at_any_step(
    authority: trustme.CA,
    trusting: ssl.SSLContext,
    encrypted: bool,  # noqa: FBT001 - a table's column
) -> None:
    """In the connection, the handshake, the request, the answer: the next fetch is right, and nothing stays open."""
    context = serving(authority.issue_cert("localhost")) if encrypted else None
    async with Upstream().listening(context) as upstream:
        url = f"http{'s' if encrypted else ''}://localhost:{upstream.port}"
        for steps in range(60):
            async with Fetcher(url, trusting) as fetcher:
                fetch = asyncio.create_task(fetcher.fetch())
                for _ in range(steps):
                    await asyncio.sleep(0.0)
                fetch.cancel()
                await asyncio.wait({fetch})
                assert await fetcher.fetch() == {"good": 1}, steps
        await upstream.until_closed()


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """The authority that the exporter trusts here."""
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """The exporter's context, trusting the test's authority in place of the system's."""
    context = tls_context(trust_system=False)
    authority.configure_trust(context)
    return context


def serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """An upstream's context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


async def test_a_trusted_upstream_is_read_and_its_connection_kept(
    authority: trustme.CA, trusting: ssl.SSLContext
) -> None:
    """One handshake for several fetches."""
    async with Upstream().listening(serving(authority.issue_cert("localhost"))) as upstream:
        async with Fetcher(f"https://localhost:{upstream.port}", trusting) as fetcher:
            assert [await fetcher.fetch() for _ in range(3)] == 3 * [{"good": 1}]
            assert upstream.opened == 1
            await fetcher.connections.aclose()
            await upstream.until_closed()


@pytest.mark.parametrize(
    ("host", "trusted", "not_after", "text"),
    [
        ("localhost", True, datetime(2020, 1, 2, tzinfo=UTC), "certificate has expired"),
        ("other.example", True, None, "Hostname mismatch"),
        ("localhost", False, None, "unable to get local issuer certificate"),
    ],
    ids=["expired", "wrong host", "unknown authority"],
)
async def test_a_certificate_that_is_not_good_is_refused(
    authority: trustme.CA, trusting: ssl.SSLContext, host: str, trusted: bool, not_after: datetime | None, text: str
) -> None:  # fmt: skip
    """Always, and the log can say why; no request is sent."""
    issuer = authority if trusted else trustme.CA()
    before = datetime(2020, 1, 1, tzinfo=UTC) if not_after else None
    certificate = issuer.issue_cert(host, not_before=before, not_after=not_after)
    async with Upstream().listening(serving(certificate)) as upstream:
        async with Fetcher(f"https://localhost:{upstream.port}", trusting) as fetcher:
            assert await fetcher.fetch() is Reason.TLS
            assert text in fetcher.error.detail
            assert upstream.requests == 0


async def test_only_old_protocols_are_refused(authority: trustme.CA, trusting: ssl.SSLContext) -> None:
    """TLS 1.2 is the least."""
    context = serving(authority.issue_cert("localhost"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    async with Upstream().listening(context) as upstream:
        async with Fetcher(f"https://localhost:{upstream.port}", trusting) as fetcher:
            assert await fetcher.fetch() is Reason.TLS


class RawUpstream(Upstream):
    """An upstream that follows its script as soon as it is connected to."""

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self.script
        await self.script(reader, writer)


@pytest.mark.parametrize(
    ("script", "reason", "least_seconds", "most_seconds"),
    [
        (sends_and_stays(), Reason.CONNECT_TIMEOUT, 1.9, 2.4),
        (sends(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Reason.TLS, 0.0, 0.9),
        (sends(), Reason.TLS, 0.0, 0.9),
        (resets(), Reason.CONNECT, 0.0, 0.9),
    ],
    ids=["stalled handshake", "plaintext port", "close in the handshake", "reset in the handshake"],
)
async def test_a_handshake_that_fails_ends_in_time(
    trusting: ssl.SSLContext, script: Script, reason: Reason, least_seconds: float, most_seconds: float
) -> None:
    """Within the connect time, not at the deadline."""
    async with RawUpstream().listening() as upstream:
        upstream.script = script
        async with Fetcher(f"https://localhost:{upstream.port}", trusting) as fetcher:
            outcome, seconds = await ended(fetcher, 10.0)
            assert outcome is reason, fetcher.error
            assert least_seconds <= seconds < most_seconds


async def test_a_deadline_in_the_handshake_leaves_nothing_open(trusting: ssl.SSLContext) -> None:
    """It comes before the time for connecting is over."""
    async with RawUpstream().listening() as upstream:
        upstream.script = sends_and_stays()
        async with Fetcher(f"https://localhost:{upstream.port}", trusting) as fetcher:
            assert await fetcher.fetch(within_seconds=0.3) is Reason.DEADLINE
            await upstream.until_closed()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (resets(json_head("Content-Length: 500"), b'{"a'), Reason.RESET),
        (sends(json_head("Content-Length: 500"), b'{"a'), Reason.PROTOCOL),
        (sends_and_stays(), Reason.DEADLINE),
        (drips(OK), Reason.DEADLINE),
    ],
    ids=["reset in the body", "body shorter than announced", "silence", "dripping body"],
)
async def test_inside_tls_reasons_are_the_same(
    authority: trustme.CA, trusting: ssl.SSLContext, script: Script, reason: Reason
) -> None:
    """What broke was the exchange, not the trust."""
    async with Upstream().listening(serving(authority.issue_cert("localhost"))) as upstream:
        upstream.script = script
        async with Fetcher(f"https://localhost:{upstream.port}", trusting) as fetcher:
            assert await fetcher.fetch() is reason, fetcher.error
            upstream.script = None
            assert await fetcher.fetch() == {"good": 1}
