"""The only place for basic authentication (RFC 7617): who may ask, when the web configuration names users.

Probes are not asked: Kubernetes' cannot hold a password, and what they are answered tells nothing. That is the one
difference from exporter-toolkit.
"""

import base64
import binascii
from http import HTTPStatus

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from exporter.web.passwords import MAX_PASSWORD_BYTES, Passwords, TooManyError
from exporter.web.web_config import CurrentWebConfig

__all__ = ["PROBES", "BasicAuth", "credentials"]

PROBES = frozenset({b"/-/healthy", b"/-/ready", b"/healthz", b"/readyz"})

_CHALLENGE = {"www-authenticate": 'Basic realm="sailpoint-exporter", charset="UTF-8"'}


class BasicAuth:
    """ASGI middleware, inside of ``Boundary``."""

    def __init__(self, app: ASGIApp, web_config: CurrentWebConfig) -> None:
        self._app = app
        self._web_config = web_config
        self._passwords = Passwords()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request pass, or answers it."""
        refused = None if scope["raw_path"] in PROBES else await self._refusal(scope)
        await (refused or self._app)(scope, receive, send)

    async def _refusal(self, scope: Scope) -> Response | None:
        users = self._web_config().users
        if not users:
            return None
        given = credentials(scope)
        try:
            admitted = given is not None and await self._passwords.match(*given, users)
        except TooManyError:
            return _answer(HTTPStatus.SERVICE_UNAVAILABLE, {"retry-after": "5"})
        return None if admitted else _answer(HTTPStatus.UNAUTHORIZED, _CHALLENGE)


def _answer(status: HTTPStatus, headers: dict[str, str]) -> Response:
    return PlainTextResponse(f"{status.phrase}\n", status, headers)


def credentials(scope: Scope) -> tuple[bytes, bytes] | None:
    """User and password of a request; None when it has none that could be right."""
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, encoded = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
    try:
        decoded = base64.b64decode(encoded.strip(b" "), validate=True)
    except binascii.Error:
        return None
    user, colon, password = decoded.partition(b":")
    malformed = scheme.lower() != b"basic" or not colon or b"\0" in decoded
    return None if malformed or len(password) > MAX_PASSWORD_BYTES else (user, password)
