"""The only place for connections to a tenant: opened when needed, kept while they work, one request on each.

httpx is used at its transport, below its client. A client would follow redirects, keep cookies, read proxies from
the environment and log addresses; a transport does none of it. Each holds a single connection: one pool for many
connections costs three times the processor time for each request.
"""

import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import httpx

from exporter.api.paths import Origin
from exporter.errors import ApiError

__all__ = ["Connections", "connecting_to", "new_transport", "tls_context"]

_KEEPALIVE_SECONDS = 120.0
"""Longer than any usual scrape interval, shorter than the idle time after which gateways forget a connection."""

# At debug level it would write response headers.
logging.getLogger("httpcore").setLevel(logging.WARNING)


def connecting_to(origin: Origin) -> Callable[[], httpx.AsyncBaseTransport]:
    """What opens connections to an origin, all with one TLS context."""
    return partial(new_transport, tls_context(trust_system=origin.encrypted))


def tls_context(*, trust_system: bool) -> ssl.SSLContext:
    """A TLS context that verifies whom it talks to, always; it trusts the system's authorities, or nobody yet.

    Loading the authorities takes 50 ms. ``ssl.create_default_context`` would also write the sessions' keys to
    ``SSLKEYLOGFILE``.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if trust_system:
        context.load_default_certs()
    return context


def new_transport(context: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    """One connection to be."""
    return httpx.AsyncHTTPTransport(
        verify=context,
        trust_env=False,
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_KEEPALIVE_SECONDS),
    )


class Connections:
    """A stack of idle connections, of which the one used last is used next."""

    def __init__(self, new: Callable[[], httpx.AsyncBaseTransport], keep: int) -> None:
        self._new = new
        self._keep = keep
        self._idle: list[httpx.AsyncBaseTransport] = []

    @asynccontextmanager
    async def one(self) -> AsyncIterator[httpx.AsyncBaseTransport]:
        """A connection for one exchange; it is kept when the exchange came to its end, with or without success.

        httpcore's pool may never give out a connection again that was cancelled at a bad moment.
        """
        transport = self._idle.pop() if self._idle else self._new()
        ended = False
        try:
            yield transport
            ended = True
        except ApiError:
            ended = True
            raise
        finally:
            if ended and len(self._idle) < self._keep:
                self._idle.append(transport)
            else:
                await transport.aclose()

    async def aclose(self) -> None:
        """Close the idle connections, and those in use as soon as they are given back."""
        self._keep = 0
        while self._idle:
            await self._idle.pop().aclose()
