"""The only place for the tenant: a server on raw sockets that answers well until it is told otherwise."""

import asyncio
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from tests.faults.good import good_answer

__all__ = ["Conversation", "Misbehaviour", "Request", "Tenant"]


@dataclass(frozen=True, slots=True)
class Request:
    """One request that reached the tenant.

    Attributes:
        operation: ``token``, ``status``, ``clusters``, ``clients``, or ``other``.
        client_id: of a status.
    """

    at_seconds: float
    method: str
    target: str
    operation: str
    client_id: str
    head: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a misbehaviour gets into its hands; ``nth`` counts its own turns from 0."""

    tenant: "Tenant"
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: Request | None
    nth: int


class Misbehaviour(Protocol):
    """What the tenant does instead of a good answer."""

    async def play(self, conversation: Conversation) -> bool:
        """Do it; whether the connection can go on."""
        ...


class Tenant:
    """The simulated tenant of one program.

    Attributes:
        port: where it listens.
        faults: what happens instead of a good answer, by operation; ``one`` is the status of one client, ``status``
            that of any, and ``connection`` comes before any request.
        requests: all that came.
    """

    def __init__(self, token_life_seconds: float = 3600) -> None:
        self.port = 0
        self.faults: dict[str, Misbehaviour] = {}
        self.requests: list[Request] = []
        self.token_life_seconds = token_life_seconds
        self._turns: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self, listening: Callable[[int], object], context: ssl.SSLContext | None = None) -> None:
        """Listen, again on the same port if there was one."""
        sock = listening(self.port)
        self._server = await asyncio.start_server(self._serve, sock=sock, ssl=context, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Go away, with all connections."""
        if self._server:
            self._server.close()
        await self.drop()

    async def drop(self) -> None:
        """End all connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def count(self, operation: str, since: int = 0, within_seconds: float = float("inf")) -> int:
        """How many requests of an operation came after the first so many of all, and no longer ago than that."""
        earliest_seconds = time.monotonic() - within_seconds
        recent = (request for request in self.requests[since:] if request.at_seconds >= earliest_seconds)
        return sum(request.operation == operation for request in recent)

    def fail(self, place: str, misbehaviour: Misbehaviour | None) -> None:
        """Misbehave there from now on, or no more."""
        self._turns[place] = 0
        if misbehaviour is None:
            self.faults.pop(place, None)
        else:
            self.faults[place] = misbehaviour

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connection(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._converse(reader, writer)
        finally:
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        going = await self._misbehaves("connection", reader, writer, None)
        while going is not False:
            request = await _request(reader)
            self.requests.append(request)
            one = "one" if request.client_id == "5002" and "one" in self.faults else request.operation
            going = await self._misbehaves(one, reader, writer, request)
            if going is None:
                writer.write(good_answer(request.operation, request.client_id, self.token_life_seconds))
                await writer.drain()

    async def _misbehaves(
        self, place: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request | None
    ) -> bool | None:
        fault = self.faults.get(place)
        if fault is None:
            return None
        nth = self._turns[place]
        self._turns[place] += 1
        return await fault.play(Conversation(self, reader, writer, request, nth))


async def _request(reader: asyncio.StreamReader) -> Request:
    head = await reader.readuntil(b"\r\n\r\n")
    method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    body = await reader.readexactly(int(lengths[0])) if lengths else b""
    path = urlsplit(target).path  # also of an address, as it is sent to a proxy
    client_id = path.split("/")[-2] if path.endswith("/status") else ""
    return Request(time.monotonic(), method, target, _operation(path, client_id), client_id, head, body)


def _operation(path: str, client_id: str) -> str:
    if client_id:
        return "status"
    named = {"/oauth/token": "token", "/managed-clusters/v1": "clusters", "/managed-clients/v1": "clients"}
    return named.get(path, "other")
