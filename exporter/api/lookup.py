"""The only place for name lookups: in threads that nobody waits for, one for each name at a time.

``getaddrinfo`` cannot be interrupted. In asyncio's default executor, lookups that a silent resolver holds up would use
up the threads that others need, and delay the end of the process by as long as they take.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

__all__ = ["LOOKUP_SECONDS", "LookupLoop"]

LOOKUP_SECONDS = 1.5
"""Below the time for connecting, so that a silent resolver is told from a silent host."""


class LookupLoop(asyncio.SelectorEventLoop):
    """asyncio's usual loop, with lookups of its own; hand it to ``asyncio.Runner`` as ``loop_factory``."""

    def __init__(self, resolve: Callable[..., object] = socket.getaddrinfo) -> None:
        super().__init__()
        self._resolve = resolve
        self._lookups: dict[tuple[object, ...], asyncio.Future[Any]] = {}

    async def getaddrinfo(self, *name: Any, **hints: Any) -> Any:  # noqa: ANN401 - socket.getaddrinfo's
        """Look a name up; whoever asks for the same meanwhile shares the answer.

        Raises:
            socket.gaierror: the resolver said no, or nothing for 1.5 s.
        """
        question = (*name, *sorted(hints.items()))
        lookup = self._lookups.get(question)
        if not lookup:
            lookup = self._lookups[question] = self._start(partial(self._resolve, *name, **hints))
            lookup.add_done_callback(partial(self._forget, question))
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                return await asyncio.shield(lookup)
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, f"no answer in {LOOKUP_SECONDS} s") from None

    def _forget(self, question: tuple[object, ...], lookup: asyncio.Future[Any]) -> None:
        del self._lookups[question]
        lookup.exception()  # asyncio would report it when nobody has waited for it to the end

    def _start(self, look_up: Callable[[], object]) -> asyncio.Future[Any]:
        answer = self.create_future()

        def run() -> None:
            try:
                tell = partial(answer.set_result, look_up())
            except (OSError, UnicodeError) as error:
                tell = partial(answer.set_exception, error)
            with suppress(RuntimeError):  # the loop is closed
                self.call_soon_threadsafe(tell)

        threading.Thread(target=run, name="lookup", daemon=True).start()
        return answer
