"""A small HTTP proxy on loopback: tunnels and plain forwarding, with a user and password if it wants them."""

import asyncio
import base64
from contextlib import suppress

from tests.api.peers import Peer

__all__ = ["FakeProxy"]


class FakeProxy(Peer):
    """Counts what passes; with ``refuses`` it answers every request so, with ``silent`` not at all.

    Attributes:
        seen: the first lines of the requests.
        wants: the user and password it asks for, as ``user:password``.
        leads_to: the port on loopback that every request ends at.
    """

    def __init__(self, leads_to: int, *, wants: str | None = None, refuses: str | None = None) -> None:
        super().__init__()
        self.leads_to = leads_to
        self.wants = wants
        self.refuses = refuses
        self.silent = False
        self.seen: list[str] = []

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, _, headers = head.decode().partition("\r\n")
        self.seen.append(first)
        if self.silent:
            await reader.read()
        elif self.refuses or not self._admits(headers):
            status = self.refuses or "407 Proxy Authentication Required, says the canary"
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
            await reader.read()
        else:
            await self._pass_on(reader, writer, b"" if first.startswith("CONNECT ") else head)

    def _admits(self, headers: str) -> bool:
        if self.wants is None:
            return True
        expected = f"proxy-authorization: basic {base64.b64encode(self.wants.encode()).decode()}"
        return expected.lower() in headers.lower().split("\r\n")

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.leads_to)
        if head:
            there_writer.write(head)
        else:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))
        finally:
            there_writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65536):
        writer.write(piece)
        await writer.drain()
    writer.close()
