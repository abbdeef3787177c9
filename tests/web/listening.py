"""A real listener for tests, and clients of it; whatever stalls fails instead of waiting for ever."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.types import ASGIApp

from exporter.web.guard import Limits
from exporter.web.listener import listen, serve
from exporter.web.web_config import CurrentWebConfig, WebConfig, WebConfigFile
from tests.web.certificates import authority, write_pair

__all__ = ["GET", "MTLS", "SHORT", "TLS", "Server", "running", "trusting", "until_closed", "web_config"]

GET = b"GET /metrics HTTP/1.1\r\nHost: exporter\r\nConnection: close\r\n\r\n"
TLS = "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n"
MTLS = TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n"
SHORT = Limits(request_seconds=0.5, answer_seconds=0.5, drain_seconds=2, handshake_seconds=0.5, farewell_seconds=0.2)
STALLED_SECONDS = 60.0


def web_config(directory: Path, content: str = TLS, key: str = "ECDSA") -> WebConfigFile:
    """A web configuration with a server's certificate."""
    write_pair(directory, key=key)
    (directory / "web.yml").write_text(content)
    return WebConfigFile(directory / "web.yml")


def trusting(*client: Path) -> ssl.SSLContext:
    """A client that trusts the server's authority, with or without a certificate of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority().configure_trust(context)
    for path in client:
        context.load_cert_chain(path)
    return context


class Server:
    """A running listener."""

    def __init__(self, port: int, stop: asyncio.Event, serving: asyncio.Task[None]) -> None:
        self.port = port
        self.stop = stop
        self.serving = serving

    async def connect(self, context: ssl.SSLContext | None = None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A client connects, by TLS when it has a context."""
        name = "localhost" if context else None
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=context, server_hostname=name)

    async def get(self, context: ssl.SSLContext | None = None, path: bytes = b"/metrics") -> bytes:
        """One request and its whole answer; nothing when the client is not let in."""
        try:
            reader, writer = await self.connect(context)
        except OSError:
            return b""
        writer.write(GET.replace(b"/metrics", path))
        answer = b""
        with suppress(OSError):
            answer = await reader.read()
        writer.close()
        return answer


@asynccontextmanager
async def running(app: ASGIApp, config: CurrentWebConfig = WebConfig, limits: Limits = SHORT) -> AsyncIterator[Server]:
    """Serves on a free port until the block ends, however it ends."""
    sock, stop = listen("127.0.0.1", 0), asyncio.Event()
    port = sock.getsockname()[1]
    serving = asyncio.create_task(serve(app, sock, stop, limits, config))
    try:
        async with asyncio.timeout(STALLED_SECONDS):
            yield Server(port, stop, serving)
    finally:
        stop.set()
        async with asyncio.timeout(STALLED_SECONDS):
            await serving


async def until_closed(reader: asyncio.StreamReader) -> None:
    """Reads to the end, however it comes."""
    with suppress(ConnectionError):
        while await reader.read(65536):
            pass
