"""Servers on real sockets that do what no tenant should, and the exporter's way out to them."""

import asyncio
import socket
import ssl
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Self

from exporter.api.backoff import Backoff
from exporter.api.budget import RateBudget
from exporter.api.connections import Connections, new_transport, tls_context
from exporter.api.lookup import LookupLoop
from exporter.api.outbound import Ask, Outbound
from exporter.api.paths import Operation, Origin
from exporter.clock import Clock
from exporter.errors import ApiError
from tests.api.fakes import FakeObserver
from tests.api.peers import Peer

OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"good": 1}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DEADLINE_SECONDS = 1.0

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def resolve(host: bytes, *rest: object, **hints: object) -> object:
    """A resolver that knows loopback and no other name."""
    if host != b"localhost":
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return socket.getaddrinfo("127.0.0.1", *rest, **hints)  # type: ignore[arg-type]  # as asyncio calls it


REAL_BACKEND = "asyncio", {"loop_factory": partial(LookupLoop, resolve)}
"""For anyio's plugin: real sockets and real time, on the loop that the exporter runs on."""


class Upstream(Peer):
    """A server that follows a script for each request until it is healed, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.script: Script | None = None
        self.requests = 0
        self.opened = 0
        self.open = 0

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
        await self.until_open(0)

    async def until_open(self, count: int) -> None:
        """Wait until so many connections are open."""
        async with asyncio.timeout(10.0):
            while self.open != count:  # noqa: ASYNC110 - the peer's doing, which no event tells
                await asyncio.sleep(0.01)

    def fetcher(self, context: ssl.SSLContext | None = None) -> "Fetcher":
        """The exporter's way out to here, over TLS when there is somebody to trust."""
        return Fetcher(f"http{'s' if context else ''}://localhost:{self.port}", context)


class RawUpstream(Upstream):
    """An upstream that follows its script as soon as it is connected to."""

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self.script
        await self.script(reader, writer)


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

    async def __aenter__(self) -> Self:
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


async def ended(fetcher: Fetcher, within_seconds: float = DEADLINE_SECONDS) -> tuple[object, float]:
    """How a fetch ended, and after how long."""
    started = time.monotonic()
    return await fetcher.fetch(within_seconds=within_seconds), time.monotonic() - started


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
