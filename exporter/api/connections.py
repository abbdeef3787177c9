"""The only place for connections to a tenant: opened when needed, kept while they work, one request on each.

httpx is used at its transport, below its client. A client would follow redirects, keep cookies, read proxies from
the environment and log addresses; a transport does none of it. Each holds a single connection: one pool for many
connections costs three times the processor time for each request.
"""

import logging
import os
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx

from exporter.api.paths import Origin
from exporter.api.proxy import ProxiedTransport, proxy_at
from exporter.errors import ApiError, SettingsError

__all__ = ["Connections", "connecting_to", "new_transport", "tls_context"]

_KEEPALIVE_SECONDS = 120.0
"""Longer than any usual scrape interval, shorter than the idle time after which gateways forget a connection."""

# At debug level it would write response headers.
logging.getLogger("httpcore").setLevel(logging.WARNING)


def connecting_to(
    origin: Origin, *, ca_file: Path | None = None, proxy_url: str | None = None
) -> Callable[[], httpx.AsyncBaseTransport]:
    """What opens connections to an origin, all with one TLS context, and through the proxy if there is one.

    Raises:
        SettingsError: the file cannot be used, or the URL is not one of a proxy.
    """
    if proxy_url is None:
        return partial(new_transport, tls_context(trust_system=origin.encrypted, ca_file=ca_file))
    context = tls_context(trust_system=True, ca_file=ca_file)
    proxy = proxy_at(proxy_url, context)
    return lambda: new_proxied_transport(context, proxy)  # whose representation shows nothing


def tls_context(*, trust_system: bool, ca_file: Path | None = None) -> ssl.SSLContext:
    """A TLS context that verifies whom it talks to, always.

    Loading the system's authorities takes 50 ms. ``ssl.create_default_context`` would also write the sessions' keys to
    ``SSLKEYLOGFILE``.

    Args:
        trust_system: trust the system's authorities.
        ca_file: trust the authorities in this PEM file, too.

    Raises:
        SettingsError: the file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if trust_system:
        context.load_default_certs()
    if ca_file is not None:
        _trust(context, ca_file)
    return context


def _trust(context: ssl.SSLContext, ca_file: Path) -> None:
    try:
        context.load_verify_locations(cafile=ca_file)
    except ssl.SSLError:
        problem = "is not a PEM file of certificates"
    except OSError as error:
        problem = f"cannot be read by user id {os.getuid()}: {error.strerror}"
    else:
        return
    raise SettingsError(_line(ca_file, problem))


def _line(ca_file: Path, problem: str) -> str:
    return f"ca_file {ca_file}: {problem}"


def new_proxied_transport(context: ssl.SSLContext, proxy: httpx.Proxy) -> ProxiedTransport:
    """One connection to be, through a proxy."""
    return ProxiedTransport(new_transport(context, proxy), proxy)


def new_transport(context: ssl.SSLContext, proxy: httpx.Proxy | None = None) -> httpx.AsyncHTTPTransport:
    """One connection to be."""
    return httpx.AsyncHTTPTransport(
        verify=context,
        trust_env=False,
        proxy=proxy,
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
