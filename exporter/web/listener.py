"""The only place for listening: a socket, and a server on it until it is told to stop."""

import asyncio
import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from exporter.errors import ListenError
from exporter.web.boundary import MAX_HEAD_BYTES
from exporter.web.guard import Guard, Limits
from exporter.web.handshake import Handshakes
from exporter.web.web_config import CurrentWebConfig, WebConfig

__all__ = ["advice", "listen", "serve"]

_BACKLOG = 1024
"""Connections that the kernel holds for us: a burst of scrapers must not run into retransmissions."""

_ADVICE = {
    errno.EADDRINUSE: "the port is in use: stop the other process or choose another port",
    errno.EACCES: "no permission: choose a port above 1023",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Args:
        host: an address or a name of this machine; "" for all addresses, of IPv4 and IPv6 where the machine has both.
        port: 0 for any free one.

    Raises:
        ListenError: the address cannot be listened on.
    """
    shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if port not in range(65536):
        message = f"cannot listen on {shown}: a port is between 0 and 65535"
        raise ListenError(message)
    try:
        sock = _socket(host, port)
    except (OSError, UnicodeError) as error:
        message = f"cannot listen on {shown}: {advice(error)}"
        raise ListenError(message) from error
    # Accepted sockets inherit it. asyncio sets it only on those made with an explicit protocol number, which
    # create_server's are not; without it each answer on a kept connection waits 40 ms for a delayed ACK.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def _socket(host: str, port: int) -> socket.socket:
    if not host and socket.has_dualstack_ipv6():
        return socket.create_server(("", port), family=socket.AF_INET6, backlog=_BACKLOG, dualstack_ipv6=True)
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = found[0]
    return socket.create_server((str(address[0]), port), family=family, backlog=_BACKLOG)


def advice(error: OSError | UnicodeError) -> str:
    """What is wrong with an address, and what to do."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return "no such address"
    return _ADVICE.get(error.errno or 0, error.strerror or type(error).__name__)


async def serve(
    app: ASGIApp,
    sock: socket.socket,
    stop: asyncio.Event,
    limits: Limits | None = None,
    web_config: CurrentWebConfig = WebConfig,
) -> None:
    """Serves until ``stop`` is set; then closes the listener at once and lets the answers in flight complete.

    Args:
        app: the application, which headers and passwords are the business of.
        sock: from ``listen``.
        stop: ends it.
        limits: of connections.
        web_config: gives the TLS of each new connection; whether there is TLS at all is settled now.
    """
    limits = limits or Limits()
    handshakes = Handshakes(limits, web_config)
    accept = partial(Guard, limits) if web_config().tls is None else handshakes.accept
    server = _Server(_config(app, limits, accept), stop, handshakes)
    await server.serve(sockets=[sock])
    for connection in list(server.server_state.connections):  # those whose time to drain is over
        cast("Guard", connection).transport.abort()


def _config(app: ASGIApp, limits: Limits, accept: Callable[..., asyncio.Protocol]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=cast("type[asyncio.Protocol]", accept),
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="critical",  # a line for each stranger's malformed request, tracebacks with values: not in our log
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=_BACKLOG,
        h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        timeout_graceful_shutdown=limits.drain_seconds,
    )


class _Server(uvicorn.Server):
    """uvicorn's server, which leaves signals to the process and sleeps until it is told to stop."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event, handshakes: Handshakes) -> None:
        super().__init__(config)
        self._stop = stop
        self._handshakes = handshakes

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Takes no signal: uvicorn would raise it again at the end, and the exit status would not be 0."""
        yield

    async def main_loop(self) -> None:
        """Waits; uvicorn would wake ten times a second for headers that the application sets itself."""
        await self._stop.wait()
        self._handshakes.abort()
