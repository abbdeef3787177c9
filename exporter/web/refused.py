"""The only place for what a route will not do: an exception that any depth may raise, and the line it becomes."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

__all__ = ["Refused", "answer_refused"]


class Refused(Exception):  # noqa: N818 - not an error of this program: it answers a request
    """The request is not obeyed; the text repeats nothing of it."""

    def __init__(self, status_code: int, *lines: str) -> None:
        super().__init__(*lines)
        self.status_code = status_code
        self.lines = lines


async def answer_refused(_: Request, refused: Exception) -> Response:
    """Its lines with its status; Starlette's signature of an exception handler."""
    assert isinstance(refused, Refused)  # noqa: S101 - registered for nothing else
    return PlainTextResponse("".join(f"{line}\n" for line in refused.lines), refused.status_code)
