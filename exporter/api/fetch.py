"""The only place where a request leaves: within one deadline, on one connection, its answer never taken on trust.

httpx's own timeouts hold for one socket operation each, so a tenant that sends a byte now and then would never time
out; the deadline ends everything: name lookup, connection, redirection to nowhere, headers, body.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx

from exporter.api.connections import Connections
from exporter.api.translate import translated
from exporter.clock import Deadline

__all__ = ["CONNECT_SECONDS", "exchange"]

CONNECT_SECONDS = 2.0
"""For reaching the host, and again for agreeing on TLS."""

_TIMEOUTS = {"connect": CONNECT_SECONDS}

_BREAKS = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
"""How a kept connection that the peer has closed shows; the last also stands for an answer that is not HTTP."""


@asynccontextmanager
async def exchange(
    request: httpx.Request, *, connections: Connections, deadline: Deadline
) -> AsyncIterator[httpx.Response]:
    """Send a request; the block reads the answer, inside the same deadline.

    Raises:
        ApiError: when no answer came, or the block could not read it to its end.
    """
    with translated():
        async with asyncio.timeout_at(deadline.at_seconds), connections.one() as transport:
            response = await _send(request, transport)
            try:
                yield response
            finally:
                await response.aclose()


async def _send(request: httpx.Request, transport: httpx.AsyncBaseTransport) -> httpx.Response:
    async with _Wire() as wire:
        request.extensions = {"timeout": _TIMEOUTS, "trace": wire.heard}
        try:
            return await transport.handle_async_request(request)
        except _BREAKS as error:
            # The peer may have closed a kept connection just now. The next attempt opens a new one.
            if not (wire.reused and request.method == "GET") or _answered(error):
                raise
        return await transport.handle_async_request(request)


def _answered(error: httpx.TransportError) -> bool:
    """Whether there was an answer, though none of HTTP: the parser's error then lies beneath httpcore's."""
    beneath = error.__context__
    return isinstance(error, httpx.RemoteProtocolError) and beneath is not None and beneath.__context__ is not None


class _Wire:
    """What httpcore tells (through its ``trace`` extension) about the connection that a request goes out on."""

    def __init__(self) -> None:
        self.reused = False
        self._opened: Any = None  # an httpcore.AsyncNetworkStream

    async def heard(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of an event."""
        if event == "connection.connect_tcp.complete":
            self._opened = info["return_value"]
        elif event == "http11.send_request_headers.started":
            self.reused = self._opened is None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, error: type[BaseException] | None, *_: object) -> None:
        # httpcore forgets a connection that is cancelled in its TLS handshake: the socket would stay open.
        if error and self._opened:
            await self._opened.aclose()
