"""The only place that tells of unexpected exceptions: types and places, never their texts, which may quote a secret."""

import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import TextIO

__all__ = ["describe", "install"]

_MAX_PLACES = 12
"""Innermost places told: a recursion has a thousand."""


def describe(error: BaseException) -> str:
    """One line: the exception's type and the places it came through, innermost first; then its causes likewise.

    Messages, arguments, notes and local variables are left out.
    """
    return "; ".join(f"{type(link).__qualname__} at {_places(link.__traceback__)}" for link in _links(error))


def install() -> None:
    """Have whatever nobody caught told by ``describe``, in every thread."""
    sys.excepthook = lambda _type, error, _traceback: _tell(error)
    threading.excepthook = lambda unhandled: _tell(unhandled.exc_value)
    sys.unraisablehook = lambda unraisable: _tell(unraisable.exc_value)


def _tell(error: BaseException | None, stream: TextIO | None = None) -> None:
    told = describe(error) if error else "unknown"
    print(f"sailpoint-exporter: internal error: {told}", file=stream or sys.stderr, flush=True)


def _links(error: BaseException) -> Iterator[BaseException]:
    """The exception, what it was raised from or during, and the members of a group; each once."""
    waiting, seen = deque([error]), set[int]()
    while waiting:
        link = waiting.popleft()
        if id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        waiting.extend(filter(None, (link.__cause__, link.__context__)))
        waiting.extend(link.exceptions if isinstance(link, BaseExceptionGroup) else ())


def _places(origin: TracebackType | None) -> str:
    frames = deque(traceback.walk_tb(origin), maxlen=_MAX_PLACES)
    places = [
        f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}" for frame, line in reversed(frames)
    ]
    return " < ".join(places) or "?"
