"""The only place for what those who ask the exporter do to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from tests.faults.arena import Arena
from tests.faults.fault import ComplaintError, Injection

__all__ = ["SCRAPE", "Asks", "Both", "Crowd", "Leavers", "Visitors"]

SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Both:
    """Two faults at once."""

    first: Injection
    second: Injection

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Both."""
        async with self.first.during(arena), self.second.during(arena):
            yield


@dataclass(frozen=True, slots=True)
class Visitors:
    """Clients that hold connections.

    Attributes:
        sends: what each of them says, a byte in each ``pace_seconds`` if there is one.
        closed_seconds: how soon all of them must have been sent away; None when they may stay.
    """

    count: int
    sends: bytes = b""
    pace_seconds: float = 0.0
    closed_seconds: float | None = 6.0

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Come, stay, and see when they are sent away."""
        visits = [asyncio.create_task(self._visit(arena)) for _ in range(self.count)]
        try:
            await asyncio.sleep(0.3)
            yield
            if self.closed_seconds is not None:
                _, staying = await asyncio.wait(visits, timeout=self.closed_seconds)
                if staying:
                    message = f"{len(staying)} of {self.count} still connected"
                    raise ComplaintError(message)
        finally:
            for visit in visits:
                visit.cancel()
            await asyncio.gather(*visits, return_exceptions=True)

    async def _visit(self, arena: Arena) -> None:
        with suppress(OSError):
            reader, writer = await arena.place.connected(arena.subject.port)
            try:
                talk = asyncio.create_task(self._talk(writer))
                while await reader.read(1 << 16):
                    pass
                talk.cancel()
            finally:
                writer.transport.abort()

    async def _talk(self, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            for byte in [self.sends] if not self.pace_seconds else [bytes([each]) for each in self.sends]:
                writer.write(byte)
                await writer.drain()
                await asyncio.sleep(self.pace_seconds)


@dataclass(frozen=True, slots=True)
class Leavers:
    """Clients that ask and hang up."""

    count: int

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Ask and hang up."""
        async with AsyncExitStack() as stack:
            for _ in range(self.count):
                _, writer = await arena.place.connected(arena.subject.port)
                writer.write(SCRAPE)
                stack.callback(writer.transport.abort)
            await asyncio.sleep(0.1)
        yield


@dataclass(frozen=True, slots=True)
class Crowd:
    """Scrapers that come all at once.

    Attributes:
        statuses: what they may be answered.
        collections: how many times the tenant may be asked for everything because of them.
    """

    count: int
    statuses: tuple[int, ...] = (200,)
    collections: int = 1
    request: bytes = SCRAPE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Come."""
        before = len(arena.tenant.requests)
        answers = await asyncio.gather(*(arena.ask(self.request) for _ in range(self.count)))
        found = {answer.status for answer in answers}
        calls = arena.tenant.count("status", before)
        if not found <= set(self.statuses) or 200 not in found or calls > 3 * self.collections:
            message = f"answered {sorted(found)}, with {calls} status requests"
            raise ComplaintError(message)
        yield


@dataclass(frozen=True, slots=True)
class Asks:
    """Odd requests, and the status of what each of them is answered; 0 is no answer at all."""

    requests: tuple[tuple[bytes, int], ...]

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Ask."""
        wrong = []
        for request, status in self.requests:
            answer = await arena.ask(request)
            if answer.status != status:
                wrong.append(f"{request[:60]!r}: {answer.status}, not {status}")
        if wrong:
            raise ComplaintError("; ".join(wrong))
        yield
