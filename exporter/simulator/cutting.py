"""The only place for answers that end before they are whole, which takes more than ASGI offers.

``exporter.simulator.server`` puts the extension ``CUT`` into the scope of each request. Without it, in process, there
is no connection to cut: then ConnectionResetError reaches the caller, after whatever was sent.
"""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

__all__ = ["CUT", "NoResponse", "TruncatedResponse"]

CUT = "simulator.cut"
"""An ASGI extension: ``scope["extensions"][CUT](reset=...)`` resets the connection, or ends it once all is sent."""


class NoResponse(Response):
    """Not a byte: the connection is reset. Its status is 0."""

    def __init__(self) -> None:
        super().__init__(status_code=0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's parameters
        """Cut."""
        await _cut(scope, receive, reset=True)


class TruncatedResponse(Response):
    """The headers of a whole answer, half of its body, and the end of the connection."""

    def __init__(self, whole: Response) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send less than the headers promise, and cut."""
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await _cut(scope, receive, reset=False)


async def _cut(scope: Scope, receive: Receive, *, reset: bool) -> None:
    extensions = scope.get("extensions") or {}
    if CUT not in extensions:
        raise ConnectionResetError
    extensions[CUT](reset=reset)
    await receive()  # the request was read to its end, so the next event is that the server has noticed
