"""The only place for TLS handshakes: how long and how many may go on, and who is let in.

asyncio's own listener would allow any number, and one context for ever.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from exporter.web.guard import Guard, Limits
from exporter.web.web_config import CurrentWebConfig

__all__ = ["Handshakes"]

_Secured = Callable[[asyncio.Transport], Guard]
"""Makes the connection above TLS, from the transport below it."""


class Handshakes:
    """The connections of one listener that are not secured yet."""

    def __init__(self, limits: Limits, web_config: CurrentWebConfig) -> None:
        # above TLS, too, a connection holds 300 KiB: room for bursts is smaller than without
        self._limits = replace(limits, burst_connections=limits.connections + limits.handshakes)
        self._web_config = web_config
        self._going_on: dict[asyncio.Transport, asyncio.Task[None]] = {}  # the oldest first

    def accept(self, **from_uvicorn: Any) -> asyncio.Protocol:  # noqa: ANN401 - uvicorn's own arguments
        """What uvicorn asks for on each new connection."""
        return _Handshake(self._begin, partial(Guard, self._limits, **from_uvicorn))

    def abort(self) -> None:
        """Ends them all."""
        self._make_room(0)

    def _begin(self, wire: asyncio.Transport, handshake: "_Handshake") -> None:
        self._make_room(self._limits.handshakes - 1)
        self._going_on[wire] = asyncio.get_running_loop().create_task(self._secure(wire, handshake))

    def _make_room(self, most: int) -> None:
        for wire in list(self._going_on)[: max(0, len(self._going_on) - most)]:
            del self._going_on[wire]
            wire.abort()

    async def _secure(self, wire: asyncio.Transport, handshake: "_Handshake") -> None:
        tls = self._web_config().tls
        assert tls is not None  # noqa: S101 - for the type checker: TLS neither comes nor goes
        try:
            transport = await asyncio.get_running_loop().start_tls(
                wire,
                handshake,
                tls.context,
                server_side=True,
                ssl_handshake_timeout=self._limits.handshake_seconds,
                ssl_shutdown_timeout=self._limits.answer_seconds,
            )
        except OSError:  # a stranger's failure, of which ours says nothing
            return
        finally:
            self._going_on.pop(wire, None)
        if wire.is_closing() or transport is None:
            return
        if tls.admits(transport.get_extra_info("peercert")):
            handshake.hand_over(transport, wire)
        else:
            wire.abort()


class _Handshake(asyncio.Protocol):
    """One connection, until it is handed over."""

    def __init__(self, begin: Callable[[asyncio.Transport, "_Handshake"], None], guard: Callable[..., Guard]) -> None:
        self._begin = begin
        self._guard = guard
        self._early = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """A client has connected."""
        self._begin(transport, self)

    def data_received(self, data: bytes) -> None:
        """A request has come along with the handshake's last message."""
        self._early += data

    def hand_over(self, transport: asyncio.Transport, wire: asyncio.Transport) -> None:
        """From here on the connection is HTTP's."""
        guard = self._guard(wire=wire)
        transport.set_protocol(guard)
        guard.connection_made(transport)
        if self._early:
            guard.data_received(self._early)
