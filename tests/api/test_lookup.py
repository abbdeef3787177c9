"""exporter.api.lookup: names are looked up beside the loop, and a silent resolver holds up nothing."""

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Callable

import pytest

from exporter.api.lookup import LookupLoop

ADDRESSES = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]


class FakeResolver:
    """A resolver that answers when a test lets it."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[tuple[object, ...]] = []
        self.threads: list[threading.Thread] = []
        self.may_answer = threading.Event()

    def __call__(self, *name: object, **hints: object) -> object:
        """Look a name up."""
        self.asked.append((*name, hints))
        self.threads.append(threading.current_thread())
        self.may_answer.wait(10.0)
        if self.error:
            raise self.error
        return ADDRESSES


def run(resolver: Callable[..., object], *names: str) -> list[object]:
    """Look names up at the same time; how each of them ended."""

    async def look_up() -> list[object]:
        loop = asyncio.get_running_loop()
        lookups = (loop.getaddrinfo(name, 443, type=socket.SOCK_STREAM) for name in names)
        return await asyncio.gather(*lookups, return_exceptions=True)

    with asyncio.Runner(loop_factory=lambda: LookupLoop(resolver)) as runner:
        return runner.run(look_up())


def test_the_system_s_resolver_is_asked_by_default() -> None:
    """A name that needs no server."""

    async def look_up() -> object:
        return await asyncio.get_running_loop().getaddrinfo("localhost", 443, type=socket.SOCK_STREAM)

    with asyncio.Runner(loop_factory=LookupLoop) as runner:
        assert runner.run(look_up()) == socket.getaddrinfo("localhost", 443, type=socket.SOCK_STREAM)


def test_the_same_name_is_looked_up_once_at_a_time() -> None:
    """Ten connections that open together share an answer; another name has a lookup of its own."""
    resolver = FakeResolver()
    resolver.may_answer.set()
    assert run(resolver, *10 * ["one.example"], "two.example") == 11 * [ADDRESSES]
    assert sorted(str(asked[0]) for asked in resolver.asked) == ["one.example", "two.example"]
    assert all(thread.daemon for thread in resolver.threads)


@pytest.mark.parametrize("error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")])
def test_a_refusal_reaches_everyone_who_asked(error: Exception) -> None:
    """As the resolver raised it."""
    resolver = FakeResolver(error)
    resolver.may_answer.set()
    assert run(resolver, "one.example", "one.example") == [error, error]


def test_a_silent_resolver_costs_neither_time_nor_threads() -> None:
    """Lookups fail after 1.5 s, all with one thread, and the loop closes without waiting for it."""
    resolver = FakeResolver()
    started = time.monotonic()
    ends = run(resolver, *20 * ["one.example"])
    assert time.monotonic() - started < 2.5
    assert {type(end) for end in ends} == {socket.gaierror}
    assert len(resolver.threads) == 1
    resolver.may_answer.set()
    resolver.threads[0].join()


def test_a_refusal_that_comes_when_nobody_waits_any_more_is_not_reported() -> None:
    """The loop would log an exception that was never retrieved."""
    resolver = FakeResolver(socket.gaierror(-3, "Temporary failure in name resolution"))
    reports: list[dict[str, object]] = []

    async def look_up() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: reports.append(context))
        with pytest.raises(socket.gaierror, match="no answer"):
            await loop.getaddrinfo("one.example", 443)
        resolver.may_answer.set()
        await asyncio.to_thread(resolver.threads[0].join)
        await asyncio.sleep(0.0)
        resolver.error = None  # whose traceback leads to the answer
        gc.collect()

    with asyncio.Runner(loop_factory=lambda: LookupLoop(resolver)) as runner:
        runner.run(look_up())
    assert reports == []
