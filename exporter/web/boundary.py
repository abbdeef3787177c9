"""The only place that every request and every answer passes: caps, headers for all, and the last catch.

What goes wrong inside becomes one line for the client and one for the log, neither with a value in it.
"""

import asyncio
import logging
import traceback
from collections.abc import Mapping
from email.utils import formatdate

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exporter.clock import Clock
from exporter.web.web_config import CurrentWebConfig, WebConfig

__all__ = ["MAX_HEAD_BYTES", "MAX_REQUEST_LINE_BYTES", "Boundary", "refusal"]

MAX_REQUEST_LINE_BYTES = 4 * 1024
MAX_HEAD_BYTES = 16 * 1024

_FRAMES = 4
_logger = logging.getLogger(__name__)


class Boundary:
    """The outermost ASGI middleware.

    Args:
        app: what is inside.
        clock: for the date.
        web_config: gives the headers that each answer carries, in place of the application's own.
    """

    def __init__(self, app: ASGIApp, clock: Clock, web_config: CurrentWebConfig = WebConfig) -> None:
        self._app = app
        self._clock = clock
        self._web_config = web_config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers for the application, whatever it does."""
        answer = _Answer(send, self._headers(scope))
        refused = refusal(scope)
        if refused is not None:
            await PlainTextResponse(refused[1], refused[0])(scope, receive, answer.send)
            return
        try:
            await self._app(scope, receive, answer.send)
        except (asyncio.CancelledError, GeneratorExit, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as bug:  # noqa: BLE001 - the last catch: uvicorn would log the values in its text
            _log_bug(bug)
            await answer.fail(scope, receive)

    def _headers(self, scope: Scope) -> dict[bytes, bytes]:
        headers = {
            b"date": formatdate(self._clock.epoch_seconds(), usegmt=True).encode(),
            b"x-content-type-options": b"nosniff",
            **self._web_config().headers,
        }
        # nobody reads a body, so the next request could not be found behind it
        return headers | {b"connection": b"close"} if _has_body(scope) else headers


class _Answer:
    """What is sent for one request, with the headers that every answer carries."""

    def __init__(self, send: Send, headers: Mapping[bytes, bytes]) -> None:
        self._send = send
        self._headers = headers
        self._started = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            own = (header for header in message["headers"] if header[0] not in self._headers)
            message["headers"] = [*own, *self._headers.items()]
        await self._send(message)

    async def fail(self, scope: Scope, receive: Receive) -> None:
        """Says that there was a bug; an answer that has begun stays cut off, which its Content-Length reveals."""
        if not self._started:
            await PlainTextResponse("internal error, see the log\n", 500)(scope, receive, self.send)


def refusal(scope: Scope) -> tuple[int, str] | None:
    """The status and the line for a request that no route may see; None for all others."""
    query_bytes = len(b"?" + scope["query_string"]) if scope["query_string"] else 0
    request_line_bytes = len(scope["method"]) + len(scope["raw_path"]) + query_bytes + len("  HTTP/1.1\r\n")
    head_bytes = request_line_bytes + sum(len(name) + len(value) + len(": \r\n") for name, value in scope["headers"])
    if request_line_bytes > MAX_REQUEST_LINE_BYTES:
        return 414, f"the request line is longer than {MAX_REQUEST_LINE_BYTES} bytes\n"
    if head_bytes > MAX_HEAD_BYTES:
        return 431, f"the header is longer than {MAX_HEAD_BYTES} bytes\n"
    if scope["method"] in ("GET", "HEAD") and _has_body(scope):
        return 413, "no request here has a body\n"
    return None


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _log_bug(bug: BaseException) -> None:
    """Logs type and place only: texts and locals of exceptions may hold what the tenant said."""
    frames = list(traceback.walk_tb(bug.__traceback__))[-_FRAMES:]
    places = (f"{frame.f_globals.get('__name__')}:{line}" for frame, line in frames)
    _logger.error("a bug: %s at %s", type(bug).__name__, " > ".join(places))
