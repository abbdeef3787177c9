"""exporter.api.fetch against upstreams on real sockets that do what no tenant should.

Each ends with its reason and in time, leaves no connection behind, and does not spoil the next fetch.
"""

import asyncio
import gzip
import socket
from collections.abc import Mapping

import pytest

from exporter.errors import Reason
from tests.api.upstreams import (
    DEADLINE_SECONDS,
    HEAD,
    OK,
    REAL_BACKEND,
    Fetcher,
    Script,
    Upstream,
    drips,
    ended,
    json_head,
    repeats,
    resets,
    sends,
    sends_and_stays,
)


@pytest.fixture
def anyio_backend() -> object:
    """Real sockets."""
    return REAL_BACKEND


BOMB = gzip.compress(b" " * 20_000_000)
CHUNKED = json_head("Transfer-Encoding: chunked")
ERROR = b"HTTP/1.1 500 No\r\nContent-Type: application/json\r\n"

HOSTILITIES: Mapping[Reason, Mapping[str, Script]] = {
    Reason.DEADLINE: {
        "silence": sends_and_stays(),
        "dripping headers": drips(json_head("X-Long: " + 100 * "x")),
        "dripping body": drips(OK),
        "endless 103": repeats(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", pause_seconds=0.01),
        "body that never comes": sends_and_stays(json_head("Content-Length: 5")),
    },
    Reason.RESET: {
        "reset before the answer": resets(),
        "reset in the body": resets(json_head("Content-Length: 500"), b'{"a'),
    },
    Reason.PROTOCOL: {
        "close before the answer": sends(),
        "close in the headers": sends(HEAD),
        "body shorter than announced": sends(json_head("Content-Length: 500"), b'{"a": 1}'),
        "chunks cut off": sends(CHUNKED, b'8\r\n{"a": 1}\r\n'),
        "chunk of no size": sends(CHUNKED, b"ZZ\r\n{}\r\n"),
        "length of 5,000 digits": sends(json_head("Content-Length: " + 5000 * "9")),
        "negative length": sends(json_head("Content-Length: -1")),
        "two lengths": sends(json_head("Content-Length: 2", "Content-Length: 3"), b"{}"),
        "3,000 headers": sends(json_head("Content-Length: 2", *(f"X-{number}: x" for number in range(3000))), b"{}"),
        "200 KB of header": sends(json_head("X-Long: " + 200_000 * "x"), b"{}"),
        "header with a NUL": sends(json_head("X-Bad: a\x00b"), b"{}"),
        "another protocol": sends(b"SSH-2.0-OpenSSH_9.2\r\n"),
        "random bytes": sends(bytes(range(256))),
        "an upgrade": sends_and_stays(b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n"),
    },
    Reason.TOO_LARGE: {
        "endless chunks": repeats(CHUNKED, b"2000\r\n" + 8192 * b" " + b"\r\n"),
        "10 GB announced": sends_and_stays(json_head("Content-Length: 10000000000")),
    },
    Reason.UNFRAMED: {
        "no framing": sends(json_head(), b'{"a": 1}'),
        "HTTP/1.0": sends(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{}"),
    },
    Reason.ENCODING: {
        "gzip bomb": sends(json_head("Content-Encoding: gzip", f"Content-Length: {len(BOMB)}"), BOMB),
        "gzip cut off": sends(json_head("Content-Encoding: gzip", "Content-Length: 99"), BOMB[:99]),
        "gzip twice": sends(json_head("Content-Encoding: gzip, gzip", "Content-Length: 5"), b"\x1f\x8b"),
        "unknown encoding": sends(json_head("Content-Encoding: foo", "Content-Length: 2"), b"{}"),
    },
    Reason.REDIRECT: {
        "redirection to itself": sends(b"HTTP/1.1 307 Go\r\nLocation: /thing\r\nContent-Length: 0\r\n\r\n"),
        "redirection to nowhere": sends(b"HTTP/1.1 302 Go\r\nLocation: http://[\r\n\r\n"),
    },
    Reason.HTTP_OTHER: {
        "status 999": sends(b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"),
        "status 204": sends(b"HTTP/1.1 204 No Content\r\n\r\n"),
    },
    Reason.HTTP_5XX: {
        "error without an end": repeats(ERROR + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.01),
        "error cut off": sends(ERROR, b"Content-Length: 9\r\n\r\n{"),
    },
    Reason.CONTENT_TYPE: {"login page": sends(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")},
    Reason.JSON: {"HTML called JSON": sends(json_head("Content-Length: 6"), b"<html>")},
}

CASES = [
    pytest.param(script, reason, id=name) for reason, scripts in HOSTILITIES.items() for name, script in scripts.items()
]


@pytest.mark.parametrize(("script", "reason"), CASES)
async def test_every_hostility_has_its_reason_and_ends_in_time(script: Script, reason: Reason) -> None:
    """After one request, without leaving a connection; and the next fetch is right."""
    async with Upstream().listening() as upstream, upstream.fetcher() as fetcher:
        upstream.script = script
        # Reading an error's body may take a second; the deadline must not come first and hide the status.
        within_seconds = 5.0 if reason is Reason.HTTP_5XX else DEADLINE_SECONDS
        outcome, seconds = await ended(fetcher, within_seconds)
        assert outcome is reason, fetcher.error
        assert seconds < DEADLINE_SECONDS + 0.3
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
            filler.settimeout(0.0)
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
    async with Upstream().listening() as upstream, upstream.fetcher() as fetcher:
        upstream.script = sends(OK)
        assert [await fetcher.fetch() for _ in range(300)] == 300 * [{"good": 1}]
        await fetcher.connections.aclose()
        await upstream.until_closed()


@pytest.mark.parametrize(("method", "outcome"), [("GET", {"good": 1}), ("POST", Reason.PROTOCOL)])
async def test_a_kept_connection_found_dead_is_replaced_once_for_reading(method: str, outcome: object) -> None:
    """Only where asking twice does no harm."""
    async with Upstream().listening() as upstream, upstream.fetcher() as fetcher:
        await fetcher.fetch()

        async def dies_once(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
            upstream.script = None

        upstream.script = dies_once
        assert await fetcher.fetch(method) == outcome
        assert upstream.requests == (3 if method == "GET" else 2)
        assert len(fetcher.observer.calls) == 2


async def test_a_replaced_connection_is_not_replaced_again() -> None:
    """Two attempts are enough to know."""
    async with Upstream().listening() as upstream, upstream.fetcher() as fetcher:
        await fetcher.fetch()
        upstream.script = sends()
        assert await fetcher.fetch() is Reason.PROTOCOL
        assert upstream.requests == 3


async def test_an_answer_that_is_not_http_is_not_asked_for_again() -> None:
    """A kept connection that brings nonsense is not dead, and who sent it has seen the request."""
    async with Upstream().listening() as upstream, upstream.fetcher() as fetcher:
        await fetcher.fetch()
        upstream.script = sends(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        assert await fetcher.fetch() is Reason.PROTOCOL
        assert upstream.requests == 2


async def test_connections_are_kept_also_after_errors_with_a_body() -> None:
    """A client that was deleted must not cost a handshake in every scrape."""
    error = b"HTTP/1.1 404 No\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

    async with Upstream().listening() as upstream, upstream.fetcher() as fetcher:

        async def not_found(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                writer.write(error)
                await reader.readuntil(b"\r\n\r\n")

        upstream.script = not_found
        assert [await fetcher.fetch() for _ in range(5)] == 5 * [Reason.NOT_FOUND]
        assert upstream.opened == 1


async def test_fetches_that_are_cancelled_leave_nothing_behind() -> None:
    """A hundred scrapers that hang up."""
    async with Upstream().listening() as upstream, upstream.fetcher() as fetcher:
        upstream.script = sends_and_stays(json_head("Content-Length: 500"))
        fetches = [asyncio.create_task(fetcher.fetch(within_seconds=30.0)) for _ in range(100)]
        await upstream.until_open(100)
        for fetch in fetches:
            fetch.cancel()
        await asyncio.wait(fetches)
        await upstream.until_closed()
        upstream.script = None
        assert await fetcher.fetch() == {"good": 1}
