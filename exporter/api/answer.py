"""The only place for judging an answer: what of it is acceptable, and the reason for which the rest is refused.

Everything here decides about values, but for reading the body, of which never more is taken than allowed.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TypeVar, cast

import httpx
from pydantic_core import from_json

from exporter.api.http_date import parse_http_date
from exporter.api.retry_after import parse_retry_after
from exporter.errors import ApiError, Reason

__all__ = [
    "ThrottledError",
    "clock_skew_seconds",
    "is_deprecated",
    "read_document",
    "read_list",
    "reason_of_status",
    "refuse_status",
    "tracking_id",
]

T = TypeVar("T")

_HEADERS_LIMIT = 100
_ERROR_BODY_LIMIT_BYTES = 64 * 1024
_ERROR_BODY_SECONDS = 1.0

_REASONS: Mapping[int, Reason] = {
    400: Reason.HTTP_400,
    401: Reason.UNAUTHORIZED,
    403: Reason.FORBIDDEN,
    404: Reason.NOT_FOUND,
    429: Reason.RATE_LIMITED,
}
_REASONS_BY_HUNDRED: Mapping[int, Reason] = {3: Reason.REDIRECT, 4: Reason.HTTP_4XX, 5: Reason.HTTP_5XX}

_JSON_TYPE = re.compile(r"application/(?:[!#$&^_.+0-9a-z-]+\+)?json", re.ASCII)
_TRACKING_ID = re.compile(r"([0-9A-Za-z-]{1,64})")
_OAUTH_ERROR = re.compile(  # RFC 6749, section 5.2
    "(invalid_request|invalid_client|invalid_grant|unauthorized_client|unsupported_grant_type|invalid_scope)"
)
_DETAIL_CODE = re.compile(r"([0-9]{3}(?:\.[0-9]{1,4}){0,3})(?: .*)?")  # the words behind the number are not repeated


class ThrottledError(ApiError):
    """The tenant asked to wait: 429, or 503 with ``Retry-After``.

    Attributes:
        retry_after_seconds: for how long, None when it did not say so usably.
    """

    retry_after_seconds: float | None = None


def reason_of_status(status_code: int) -> Reason | None:
    """Why an answer with this status is refused; None for 200, the only success these operations document."""
    if status_code == HTTPStatus.OK:
        return None
    return _REASONS.get(status_code) or _REASONS_BY_HUNDRED.get(status_code // 100, Reason.HTTP_OTHER)


def tracking_id(headers: httpx.Headers) -> str | None:
    """What the tenant's support asks for, when it looks like it."""
    return _matching(_TRACKING_ID, headers.get("SLPT-Request-ID"))


def is_deprecated(headers: httpx.Headers) -> bool:
    """Whether the tenant announced the operation's end (developer.sailpoint.com, "API Versioning Strategy")."""
    deprecated: str = headers.get("X-Deprecated", "")
    return deprecated.lower() == "true"


def clock_skew_seconds(headers: httpx.Headers, now_epoch_seconds: float) -> float | None:
    """The answer's ``Date`` minus the own wall clock; exact to the second that ``Date`` is rounded to."""
    instant = parse_http_date(headers.get("Date", ""))
    return None if instant is None else instant - now_epoch_seconds


async def refuse_status(response: httpx.Response, *, scope: str | None, now_epoch_seconds: float) -> None:
    """Let an answer pass that has at most 100 headers and status 200.

    Raises:
        ThrottledError: the tenant asked to wait.
        ApiError: PROTOCOL, or the status' reason, with the tenant's tracking id and error code if it sent them.
    """
    if len(response.headers.raw) > _HEADERS_LIMIT:
        raise ApiError(Reason.PROTOCOL, f"more than {_HEADERS_LIMIT} headers", status_code=response.status_code)
    reason = reason_of_status(response.status_code)
    if reason is None:
        return
    document = {} if reason is Reason.REDIRECT else await _error_document(response)
    error = _status_error(response, reason)(
        reason,
        _status_detail(response.status_code, document, scope),
        status_code=response.status_code,
        tracking_id=_matching(_TRACKING_ID, document.get("trackingId")) or tracking_id(response.headers),
    )
    if isinstance(error, ThrottledError):
        error.retry_after_seconds = parse_retry_after(response.headers.get("Retry-After"), now_epoch_seconds)
    raise error


async def read_document(response: httpx.Response, limit_bytes: int) -> Mapping[str, object]:
    """The JSON object that an answer holds, read without decompressing and never beyond the limit.

    Raises:
        ApiError: ENCODING, CONTENT_TYPE, UNFRAMED, TOO_LARGE, JSON or SCHEMA.
    """
    return _of_type(await _read_json(response, limit_bytes), dict, "an object")


async def read_list(response: httpx.Response, limit_bytes: int) -> Sequence[object]:
    """The JSON array that an answer holds, read as ``read_document`` reads objects.

    Raises:
        ApiError: ENCODING, CONTENT_TYPE, UNFRAMED, TOO_LARGE, JSON or SCHEMA.
    """
    return _of_type(await _read_json(response, limit_bytes), list, "an array")


async def _read_json(response: httpx.Response, limit_bytes: int) -> object:
    _refuse_headers(response.headers)
    body = await _read_body(response, limit_bytes)
    try:
        return from_json(body)
    except ValueError:  # its text would quote the body
        raise ApiError(Reason.JSON, "the body is not JSON") from None


def _of_type(document: object, expected: type[T], name: str) -> T:
    if not isinstance(document, expected):
        raise ApiError(Reason.SCHEMA, f"the document is not {name} but a {type(document).__name__}")
    return document


def _refuse_headers(headers: httpx.Headers) -> None:
    if headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        raise ApiError(Reason.ENCODING, "the body is compressed, though that was not asked for")
    media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not _JSON_TYPE.fullmatch(media_type):
        raise ApiError(Reason.CONTENT_TYPE, "the body is not announced as JSON: is something in between?")
    # Without either, a body that was cut off looks complete.
    if "Content-Length" not in headers and "chunked" not in headers.get("Transfer-Encoding", "").lower():
        raise ApiError(Reason.UNFRAMED, "the body's end cannot be told from an interruption")


async def _read_body(response: httpx.Response, limit_bytes: int) -> bytes:
    if int(response.headers.get("Content-Length", "0")) > limit_bytes:
        raise _too_large(limit_bytes)
    body = bytearray()
    stream = cast("httpx.AsyncByteStream", response.stream)  # the body as it comes: nothing decompresses it
    async for chunk in stream:
        body += chunk
        if len(body) > limit_bytes:
            raise _too_large(limit_bytes)
    return bytes(body)


def _too_large(limit_bytes: int) -> ApiError:
    return ApiError(Reason.TOO_LARGE, f"the body is larger than {limit_bytes} bytes")


async def _error_document(response: httpx.Response) -> Mapping[str, object]:
    # Whatever is wrong with an error's body, its status is what matters. Reading it keeps the connection usable.
    try:
        async with asyncio.timeout(_ERROR_BODY_SECONDS):
            return await read_document(response, _ERROR_BODY_LIMIT_BYTES)
    except (ApiError, httpx.TransportError, TimeoutError):
        return {}


def _status_error(response: httpx.Response, reason: Reason) -> type[ApiError]:
    asked = response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" in response.headers
    return ThrottledError if asked or reason is Reason.RATE_LIMITED else ApiError


def _status_detail(status_code: int, document: Mapping[str, object], scope: str | None) -> str:
    code = _matching(_DETAIL_CODE, document.get("detailCode")) or _matching(_OAUTH_ERROR, document.get("error"))
    said = f", code {code}" if code else ""
    expiry = ", expired" if _tells_of_expiry(document) else ""
    remedy = f": the credential needs the scope {scope}" if scope and status_code == HTTPStatus.FORBIDDEN else ""
    return f"HTTP {status_code}{said}{expiry}{remedy}"


def _tells_of_expiry(document: Mapping[str, object]) -> bool:
    """Whether a token or a credential has expired; of free text, only this is repeated."""
    texts = (document.get("error"), document.get("error_description"))
    return any(isinstance(text, str) and "expired" in text.lower() for text in texts)


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    match = pattern.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else None
