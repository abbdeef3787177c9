"""Clients that leave while they wait."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.types import Message

from exporter.web.leaving import unless_client_leaves


class FakeClient:
    """Sends its empty request, and leaves after a while."""

    def __init__(self, leaves_after_seconds: float) -> None:
        self._messages = self._told(leaves_after_seconds)

    async def _told(self, leaves_after_seconds: float) -> AsyncIterator[Message]:
        yield {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.sleep(leaves_after_seconds)
        yield {"type": "http.disconnect"}

    async def receive(self) -> Message:
        """The next message."""
        return await anext(self._messages)


class Work:
    """Something that takes time, and remembers how it ended."""

    def __init__(self, seconds: float, bug: Exception | None = None) -> None:
        self._seconds = seconds
        self._bug = bug
        self.ended = "not started"

    async def run(self) -> str:
        """Sleeps and answers."""
        try:
            await asyncio.sleep(self._seconds)
        except asyncio.CancelledError:
            self.ended = "cancelled"
            raise
        if self._bug is not None:
            raise self._bug
        self.ended = "done"
        return "answer"


async def test_who_stays_is_answered() -> None:
    """Work that ends before the client leaves gives its result, and nothing keeps listening for the client."""
    before = asyncio.all_tasks()
    assert await unless_client_leaves(FakeClient(60).receive, Work(5).run()) == "answer"
    assert asyncio.all_tasks() == before


async def test_who_leaves_cancels_the_work() -> None:
    """Work whose client has gone is cancelled at that moment."""
    work, began = Work(3600), asyncio.get_running_loop().time()
    assert await unless_client_leaves(FakeClient(2).receive, work.run()) is None
    assert work.ended == "cancelled"
    assert asyncio.get_running_loop().time() - began == pytest.approx(2)


async def test_a_bug_in_the_work_is_raised() -> None:
    """An exception of the work reaches the caller as it is."""
    with pytest.raises(KeyError):
        await unless_client_leaves(FakeClient(60).receive, Work(1, KeyError("x")).run())


async def test_a_cancelled_wait_leaves_nothing_behind() -> None:
    """Who is cancelled from outside, at the end of the process, cancels the work too."""
    before, work = asyncio.all_tasks(), Work(3600)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await unless_client_leaves(FakeClient(60).receive, work.run())
    assert work.ended == "cancelled"
    assert asyncio.all_tasks() == before
