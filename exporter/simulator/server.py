"""The only place for the simulated tenant's listener: uvicorn, stopped by an event instead of by signals."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from exporter.simulator.cutting import CUT

__all__ = ["listen", "serve"]

_BACKLOG = 128
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER switched on with no seconds: closing sends RST instead of FIN."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that accepts connections at once, into its backlog, until ``serve`` takes them.

    Args:
        host: a name or address; an IPv6 address without brackets.
        port: 0 for any free one.

    Raises:
        OSError: the address is not ours, not free or not permitted.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    sock = socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    # Accepted sockets inherit it. asyncio sets it only on those made with an explicit protocol number, which
    # create_server's are not; without it each answer on a kept connection waits 40 ms for a delayed ACK.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


async def serve(app: ASGIApp, sock: socket.socket, stop: asyncio.Event) -> None:
    """Serve ``app`` on ``sock`` until ``stop`` is set, then let the answers in the making end for at most a second.

    Cancelled, it closes everything at once.
    """
    config = uvicorn.Config(
        app,
        http=_Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,  # the tenant has its own clock
        backlog=_BACKLOG,
        timeout_graceful_shutdown=1,
    )
    await _Server(config, stop).serve(sockets=[sock])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._stop = stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signals to the process."""
        yield

    async def main_loop(self) -> None:
        """Wait, without the base class's ticks: they only keep a Date header and a request count up to date."""
        try:
            await self._stop.wait()
        except asyncio.CancelledError:
            self._close_at_once()
            raise

    def _close_at_once(self) -> None:
        """What the base class leaves open when it is cancelled."""
        for server in self.servers:
            server.close()
        for connection in tuple(self.server_state.connections):
            connection.transport.close()


class _Connection(H11Protocol):
    """A connection that an answer can end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own parameters, passed on
        super().__init__(*args, **kwargs)
        self._app = self.app
        self.app = self._with_cut

    async def _with_cut(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "extensions": {CUT: self._cut}}, receive, send)

    def _cut(self, *, reset: bool) -> None:
        if not reset:
            self.transport.close()
            return
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.transport.abort()
