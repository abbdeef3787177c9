"""The only place for a proxy between exporter and tenant: where it is, and what it looks like when it is at fault.

A proxy is handed in or there is none: ``HTTPS_PROXY`` and its relatives count only where a tenant's settings ask for
them. Calls to a tenant go through a tunnel (RFC 9110, section 9.3.6), in which TLS is spoken with the tenant as without
a proxy.
"""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx

from exporter.api.translate import translation
from exporter.errors import ApiError, Reason, SettingsError

__all__ = ["ProxiedTransport", "proxy_at"]

_WANTS_CREDENTIALS = "407"
_NO_PROXY = "proxy_url: must be http://HOST:PORT or https://HOST:PORT, with USER:PASSWORD@ before the host if need be"

_Heard = Callable[[str, Mapping[str, Any]], Awaitable[None]]


def proxy_at(url: str, context: ssl.SSLContext) -> httpx.Proxy:
    """The proxy at a URL, which may hold a user and a password; ``context`` is for a proxy that speaks TLS itself.

    Raises:
        SettingsError: the URL is not one of a proxy.
    """
    with suppress(httpx.InvalidURL):
        parsed = httpx.URL(url)
        if parsed.scheme in ("http", "https") and parsed.host:
            return httpx.Proxy(parsed, ssl_context=context if parsed.scheme == "https" else None)
    raise SettingsError(_NO_PROXY)


class ProxiedTransport(httpx.AsyncBaseTransport):
    """A connection through a proxy; what the proxy does wrong is not blamed on the tenant."""

    def __init__(self, transport: httpx.AsyncBaseTransport, proxy: httpx.Proxy) -> None:
        self._transport = transport
        self._name = f"proxy {proxy.url.scheme}://{proxy.url.netloc.decode('ascii')}"

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Raises:
            ApiError: CONNECT, when it did not get beyond the proxy.
            httpx.TransportError: it did, and failed there.
        """
        try:
            response = await self._sent(request)
        except Exception:
            await self.aclose()  # httpcore would wait for ever for a tunnel whose TLS handshake failed
            raise
        status = str(response.status_code)
        if status == _WANTS_CREDENTIALS:
            await response.aclose()
            raise self._refusal(status)
        return response

    async def aclose(self) -> None:
        """Close the connection."""
        await self._transport.aclose()

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        extensions = request.extensions
        way = _Way(extensions["trace"])
        request.extensions = {**extensions, "trace": way.heard}
        try:
            return await self._transport.handle_async_request(request)
        except httpx.ProxyError as error:
            raise self._refusal(str(error)[:3]) from None  # behind the status stand words of the proxy's own
        except httpx.TransportError as error:
            if way.beyond_proxy:
                raise
            raise ApiError(Reason.CONNECT, f"{self._name}: {translation(error).detail}") from error
        finally:
            request.extensions = extensions

    def _refusal(self, status: str) -> ApiError:
        remedy = ": it wants a user and password, or other ones, in its URL" if status == _WANTS_CREDENTIALS else ""
        return ApiError(Reason.CONNECT, f"{self._name}: HTTP {status}{remedy}")


class _Way:
    """Listens to httpcore (its ``trace`` extension) for how far a request has come."""

    def __init__(self, heard: _Heard) -> None:
        self._heard = heard
        self.beyond_proxy = False

    async def heard(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of an event, and pass it on."""
        if event == "proxy.start_tls.started":
            self.beyond_proxy = True
        elif event == "http11.send_request_headers.started":
            self.beyond_proxy = info["request"].method != b"CONNECT"
        await self._heard(event, info)
