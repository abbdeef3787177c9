"""The only place for how the tenant misbehaves: a few classes, whose values are the faults."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from tests.faults.good import good_answer
from tests.faults.tenant import Conversation, Misbehaviour

if TYPE_CHECKING:
    from tests.faults.arena import Arena

__all__ = ["Answers", "End", "InTurn", "Late", "Says", "Squeezed"]


class End(Enum):
    """What becomes of the connection afterwards."""

    CLOSE = auto()
    RESET = auto()
    SILENCE = auto()
    GO_ON = auto()


@dataclass(frozen=True, slots=True)
class Says:
    """Send bytes, whole or in pieces; then others for ever; then end."""

    first: bytes = b""
    end: End = End.CLOSE
    then: bytes = b""
    piece_bytes: int = 1 << 20
    pause_seconds: float = 0.0

    async def play(self, conversation: Conversation) -> bool:
        """Do it."""
        writer = conversation.writer
        await _send(writer, self.first, self.piece_bytes, self.pause_seconds)
        while self.then:
            await _send(writer, self.then, self.piece_bytes, self.pause_seconds)
        if self.end is End.SILENCE:
            await conversation.reader.read()
        if self.end is End.RESET:
            await asyncio.sleep(0.02)  # so that what was sent arrives before the reset
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if self.end is End.CLOSE:
            writer.close()
            await writer.wait_closed()
        return self.end is End.GO_ON


async def _send(writer: asyncio.StreamWriter, data: bytes, piece_bytes: int, pause_seconds: float) -> None:
    for start in range(0, len(data), piece_bytes):
        writer.write(data[start : start + piece_bytes])
        await writer.drain()
        await asyncio.sleep(pause_seconds)


@dataclass(frozen=True, slots=True)
class Late:
    """The good answer, after a while."""

    seconds: float

    async def play(self, conversation: Conversation) -> bool:
        """Do it."""
        await asyncio.sleep(self.seconds)
        conversation.writer.write(_good(conversation))
        return True


@dataclass(frozen=True, slots=True)
class Squeezed:
    """The good answer, through a line of so many bytes in a second."""

    bytes_per_second: float

    async def play(self, conversation: Conversation) -> bool:
        """Do it."""
        await _send(conversation.writer, _good(conversation), 20, 20 / self.bytes_per_second)
        return True


@dataclass(frozen=True, slots=True)
class InTurn:
    """One misbehaviour after the other, None for a good answer; from the beginning again when ``again``."""

    turns: tuple[Misbehaviour | None, ...]
    again: bool = False

    async def play(self, conversation: Conversation) -> bool:
        """Do it."""
        nth = conversation.nth % len(self.turns) if self.again else conversation.nth
        turn = self.turns[nth] if nth < len(self.turns) else None
        return await (turn or Late(0)).play(conversation)


def _good(conversation: Conversation) -> bytes:
    request = conversation.request
    assert request
    return good_answer(request.operation, request.client_id, conversation.tenant.token_life_seconds)


@dataclass(frozen=True, slots=True)
class Answers:
    """The injection of a misbehaviour at some places of the tenant."""

    misbehaviour: Misbehaviour
    at: tuple[str, ...] = ("one",)
    fresh: bool = False

    @asynccontextmanager
    async def during(self, arena: "Arena") -> AsyncIterator[None]:
        """Misbehave; ``fresh`` ends the connections that are open before."""
        for place in self.at:
            arena.tenant.fail(place, self.misbehaviour)
        if self.fresh:
            await arena.tenant.drop()
        yield
        for place in self.at:
            arena.tenant.fail(place, None)
