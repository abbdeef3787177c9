"""The only place for what the simulated tenant says when it refuses, and for how any answer is written down.

Error documents are those of the published responses R400 to R500 (ErrorResponseDto), the OAuth ones those of RFC 6749
section 5.2 with the texts that the vendor's clients report.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from starlette.responses import Response

__all__ = [
    "Refusal",
    "bad_request",
    "content_too_large",
    "forbidden",
    "illegal_value",
    "internal_fault",
    "json_response",
    "method_not_allowed",
    "not_found",
    "rate_limited",
    "token_refused",
    "unauthorized",
]

_BAD_REQUEST = "The request was syntactically correct but its content is semantically invalid."
_FORBIDDEN = "The server understood the request but refuses to authorize it."
_NOT_FOUND = "The server did not find a current representation for the target resource."
_METHOD_NOT_ALLOWED = "The method is not supported for the target resource."
_CONTENT_TOO_LARGE = "The request body is larger than the server accepts."
_INTERNAL_FAULT = "An internal fault occurred."


class Refusal(Exception):  # noqa: N818 - it is an answer, and not a failure of the tenant
    """A request is answered with an error document.

    Attributes:
        status_code: the HTTP status.
        document: makes the error document from the request's tracking id.
        headers: what the answer carries besides.
    """

    def __init__(
        self, status_code: int, document: Callable[[str], Mapping[str, Any]], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status_code)
        self.status_code = status_code
        self.document = document
        self.headers = headers

    def response(self, tracking_id: str) -> Response:
        """The answer to the request that ``tracking_id`` names."""
        return json_response(self.document(tracking_id), self.status_code, self.headers)


def json_response(document: object, status_code: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """``document`` as ``application/json``, with a Content-Length."""
    content = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(content, status_code, headers, media_type="application/json")


def bad_request(*, detail_code: str = "400.1 Bad Request Content", text: str = _BAD_REQUEST) -> Refusal:
    """400: a parameter or the body cannot be used."""
    return Refusal(400, partial(_error_response_dto, detail_code, text))


def illegal_value(*, text: str) -> Refusal:
    """400: a parameter or a field has a value that is not among the permitted."""
    return bad_request(detail_code="400.1.3 Illegal value", text=text)


def unauthorized() -> Refusal:
    """401: no token, a bad one, or an expired one; the published answer is one for all three."""
    return Refusal(401, _plain({"error": "JWT validation failed: JWT is expired"}))


def forbidden() -> Refusal:
    """403: a valid token without the scope, the user level or the user context that the operation asks for."""
    return Refusal(403, partial(_error_response_dto, "403 Forbidden", _FORBIDDEN))


def not_found() -> Refusal:
    """404: an unknown id, or a path that the generation does not have."""
    return Refusal(404, partial(_error_response_dto, "404 Not found", _NOT_FOUND))


def method_not_allowed(allowed: Iterable[str]) -> Refusal:
    """405, naming the methods that are (RFC 9110 section 15.5.6)."""
    document = partial(_error_response_dto, "405 Method not allowed", _METHOD_NOT_ALLOWED)
    return Refusal(405, document, {"Allow": ", ".join(allowed)})


def content_too_large() -> Refusal:
    """413: the body exceeds the cap."""
    return Refusal(413, partial(_error_response_dto, "413 Content too large", _CONTENT_TOO_LARGE))


def rate_limited(retry_after: int | str | None) -> Refusal:
    """429; the text has its spaces in the published example.

    Args:
        retry_after: whole seconds; other text to try a client's parser; None to leave the header out.
    """
    headers = None if retry_after is None else {"Retry-After": str(retry_after)}
    return Refusal(429, _plain({"message": " Rate Limit Exceeded "}), headers)


def internal_fault() -> Refusal:
    """500, with a document."""
    return Refusal(500, partial(_error_response_dto, "500.0 Internal Fault", _INTERNAL_FAULT))


def token_refused(status_code: int, *, error: str, error_description: str) -> Refusal:
    """The token endpoint's error answer (RFC 6749 section 5.2)."""
    document = {"error": error, "error_description": error_description}
    return Refusal(status_code, _plain(document), {"Cache-Control": "no-store"})


def _plain(document: Mapping[str, Any]) -> Callable[[str], Mapping[str, Any]]:
    return lambda _tracking_id: document


def _error_response_dto(detail_code: str, text: str, tracking_id: str) -> dict[str, Any]:
    message = {"locale": "en-US", "localeOrigin": "DEFAULT", "text": text}
    return {"detailCode": detail_code, "trackingId": tracking_id, "messages": [message], "causes": []}
