"""The only place for the kinds of faults: what can go wrong with a call, on purpose.

A fault stands around the normal answer of a call: it replaces it, changes it, delays it or cuts the connection. What
needs a connection (``Reset``, ``TruncatedJson``) asks the server for it (``exporter.simulator.server``); without that
server, in process, both end in a ConnectionResetError in the caller, after whatever they send.
"""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from starlette.responses import Response, StreamingResponse

from exporter.simulator import answers
from exporter.simulator.answers import Refusal, json_response
from exporter.simulator.cutting import NoResponse, TruncatedResponse
from exporter.simulator.fault_script import Fault, FaultScript, Forever, Normal

__all__ = [
    "BAD_GATEWAY",
    "BAD_REQUEST",
    "EMPTY_BODY",
    "EMPTY_LIST",
    "FORBIDDEN",
    "GATEWAY_TIMEOUT",
    "HTML_200",
    "INTERNAL_FAULT",
    "NOT_FOUND",
    "NOT_JSON",
    "UNAUTHORIZED",
    "Drip",
    "Fault",
    "FaultScript",
    "Forever",
    "Gzip",
    "Hang",
    "Normal",
    "OtherDocument",
    "Refuse",
    "RepeatItem",
    "Reset",
    "Status",
    "TruncatedJson",
    "WrongContentType",
    "redirect",
    "too_many_requests",
]


@dataclass(frozen=True, slots=True)
class Status:
    """Any status with any body and headers, in place of the normal answer."""

    code: int
    body: str | bytes = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    async def respond(self, normal: Normal) -> Response:  # noqa: ARG002 - the protocol's parameter
        """Answer with it."""
        return Response(self.body, self.code, self.headers)


@dataclass(frozen=True, slots=True)
class Refuse:
    """One of the tenant's own error answers."""

    refusal: Callable[[], Refusal]

    async def respond(self, normal: Normal) -> Response:  # noqa: ARG002 - the protocol's parameter
        """Refuse the call."""
        raise self.refusal()


@dataclass(frozen=True, slots=True)
class OtherDocument:
    """200 with another JSON document."""

    document: object

    async def respond(self, normal: Normal) -> Response:  # noqa: ARG002 - the protocol's parameter
        """Answer with the document."""
        return json_response(self.document)


@dataclass(frozen=True, slots=True)
class RepeatItem:
    """A list whose last item comes twice."""

    async def respond(self, normal: Normal) -> Response:
        """Answer with the longer list."""
        response = await normal()
        items = json.loads(bytes(response.body))
        return _changed(response, json.dumps([*items, *items[-1:]]).encode())


@dataclass(frozen=True, slots=True)
class WrongContentType:
    """The normal body under another media type."""

    media_type: str = "text/plain"

    async def respond(self, normal: Normal) -> Response:
        """Answer with the wrong header."""
        response = await normal()
        return _changed(response, bytes(response.body), {"Content-Type": self.media_type})


@dataclass(frozen=True, slots=True)
class Gzip:
    """The normal body compressed, whatever the client accepts."""

    async def respond(self, normal: Normal) -> Response:
        """Answer with fewer bytes."""
        response = await normal()
        return _changed(response, gzip.compress(bytes(response.body)), {"Content-Encoding": "gzip"})


@dataclass(frozen=True, slots=True)
class Hang:
    """Nothing for ``seconds``, then the normal answer."""

    seconds: float

    async def respond(self, normal: Normal) -> Response:
        """Answer late."""
        await asyncio.sleep(self.seconds)
        return await normal()


@dataclass(frozen=True, slots=True)
class Drip:
    """The normal headers at once, the body in pieces of ``piece_bytes``, ``interval_seconds`` before each."""

    piece_bytes: int
    interval_seconds: float

    async def respond(self, normal: Normal) -> Response:
        """Answer slowly."""
        response = await normal()
        return StreamingResponse(self._pieces(bytes(response.body)), response.status_code, dict(response.headers))

    async def _pieces(self, body: bytes) -> AsyncIterator[bytes]:
        for start in range(0, len(body), self.piece_bytes):
            await asyncio.sleep(self.interval_seconds)
            yield body[start : start + self.piece_bytes]


@dataclass(frozen=True, slots=True)
class TruncatedJson:
    """The normal headers, half of the body, and the end of the connection."""

    async def respond(self, normal: Normal) -> Response:
        """Answer with less than was promised."""
        return TruncatedResponse(await normal())


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset before a byte of an answer."""

    async def respond(self, normal: Normal) -> Response:  # noqa: ARG002 - the protocol's parameter
        """Answer nothing."""
        return NoResponse()


_JSON = {"Content-Type": "application/json"}
_HTML = {"Content-Type": "text/html"}
_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"

BAD_REQUEST = Refuse(answers.bad_request)
UNAUTHORIZED = Refuse(answers.unauthorized)
FORBIDDEN = Refuse(answers.forbidden)
NOT_FOUND = Refuse(answers.not_found)
INTERNAL_FAULT = Refuse(answers.internal_fault)
BAD_GATEWAY = Status(502, _PAGE.format("502 Bad Gateway"), _HTML)
GATEWAY_TIMEOUT = Status(504, _PAGE.format("504 Gateway Time-out"), _HTML)
HTML_200 = Status(200, _PAGE.format("Sign in"), _HTML)
NOT_JSON = Status(200, _PAGE.format("Sign in"), _JSON)
EMPTY_BODY = Status(200, "", _JSON)
EMPTY_LIST = OtherDocument([])


def too_many_requests(retry_after: int | str | None) -> Refuse:
    """429; see ``answers.rate_limited`` for ``retry_after``."""
    return Refuse(partial(answers.rate_limited, retry_after))


def redirect(location: str) -> Status:
    """302 to somewhere else."""
    return Status(302, "", {"Location": location})


def _changed(response: Response, content: bytes, headers: Mapping[str, str] | None = None) -> Response:
    kept = {name: value for name, value in response.headers.items() if name != "content-length"}
    changed = Response(content, response.status_code, kept)
    changed.headers.update(headers or {})
    return changed
