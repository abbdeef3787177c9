"""The only place for asking the program under test: bytes out, an answer with its time in, nothing interpreted."""

import asyncio
import ssl
import time
from dataclasses import dataclass
from enum import Enum

from tests.faults.place import Place

__all__ = ["Answer", "Format", "ask", "scraping"]

PATIENCE_SECONDS = 20.0


class Format(Enum):
    """What a scraper accepts."""

    TEXT = "text/plain;version=0.0.4"
    OPENMETRICS = "application/openmetrics-text;version=1.0.0"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: 0 when nothing that looks like an answer came.
        headers: with names in lower case.
        whole: whether as much of the body came as was announced.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    whole: bool
    format: Format | None = None

    @property
    def text(self) -> str:
        """The body."""
        return self.body.decode(errors="replace")


def scraping(fmt: Format, grants_seconds: float, *headers: str) -> bytes:
    """The request of a Prometheus."""
    lines = [f"Accept: {fmt.value}", f"X-Prometheus-Scrape-Timeout-Seconds: {grants_seconds}", *headers]
    head = "".join(f"{line}\r\n" for line in ("GET /metrics HTTP/1.1", "Host: x", *lines, "Connection: close"))
    return head.encode() + b"\r\n"


async def ask(place: Place, port: int, request: bytes, context: ssl.SSLContext | None = None) -> Answer:
    """Send a request and read until the other side closes."""
    started_seconds = time.monotonic()
    received = bytearray()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await _exchange(await place.connected(port, context), request, received)
    except (TimeoutError, OSError):
        pass  # what came until then is the answer
    return _answer(bytes(received), time.monotonic() - started_seconds)


async def _exchange(
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes, received: bytearray
) -> None:
    reader, writer = streams
    try:
        writer.write(request)
        while not _complete(received) and (piece := await reader.read(1 << 20)):
            received += piece
    finally:
        writer.transport.abort()


def _complete(received: bytearray) -> bool:
    head, separator, body = received.partition(b"\r\n\r\n")
    length = _headers(bytes(head)).get("content-length")
    return bool(separator) and length is not None and len(body) >= int(length)


def _answer(received: bytes, seconds: float) -> Answer:
    head, separator, body = received.partition(b"\r\n\r\n")
    words = head.split(b"\r\n")[0].split(b" ")
    if not separator or len(words) < 2 or not words[1].isdigit():
        return Answer(0, {}, received, seconds, whole=False)
    headers = _headers(head)
    whole = len(body) == int(headers.get("content-length", len(body)))
    return Answer(int(words[1]), headers, body, seconds, whole)


def _headers(head: bytes) -> dict[str, str]:
    pairs = (line.decode("latin-1").partition(":") for line in head.split(b"\r\n")[1:])
    return {name.lower(): value.strip() for name, _, value in pairs}
