"""The only place for a connection's limits: uvicorn's HTTP protocol, and how long and how many connections live.

uvicorn waits for a request without end, and its ``limit_concurrency`` counts connections that never ask, so that
silent ones lock scrapers out. Here every stage of a connection but one ends by itself, and where there are too many
connections, those that lose least are aborted. A scrape that is being worked on is never aborted; the application
bounds it.
"""

import asyncio
import itertools
import math
import sys
from dataclasses import dataclass
from enum import IntEnum
from http import HTTPStatus
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

__all__ = ["Guard", "Limits", "Stage"]

_turns = itertools.count()  # a clock would not tell those apart that came within one of its ticks


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how many connections may live.

    Attributes:
        connections: live ones, of all stages, beyond which the oldest idle ones are aborted.
        burst_seconds: what a new connection has to make itself useful before it counts: clients that come all at once
            are as young as strangers who say nothing.
        burst_connections: live ones beyond which that is not waited for.
        request_seconds: from accept, or from the first byte of a further request, to the end of its header.
        idle_seconds: from an answer to the next request. Prometheus scrapes every 15 to 60 s; keeping its connection
            saves a handshake each time, and idle connections are the first to go when room is needed.
        answer_seconds: from the first byte that the client did not take to the last.
        drain_seconds: for the answers in flight when the listener stops.
        farewell_seconds: for an idle client of TLS to say goodbye too, when the listener stops.
        handshakes: of TLS that go on at once, beyond which the oldest is aborted: each holds 300 KiB.
        handshake_seconds: from accept to the end of the handshake.
    """

    connections: int = 64
    burst_seconds: float = 1.0
    burst_connections: int = 512
    request_seconds: float = 5.0
    idle_seconds: float = 90.0
    answer_seconds: float = 10.0
    drain_seconds: int = 10
    farewell_seconds: float = 1.0
    handshakes: int = 64
    handshake_seconds: float = 5.0


class Stage(IntEnum):
    """Where a connection stands, in the order in which connections are given up."""

    IDLE = 0
    ASKING = 1
    ANSWERING = 2
    WAITING = 3


class Guard(H11Protocol):
    """One connection.

    Args:
        limits: how long it may live, and how many beside it.
        wire: the transport below TLS, where what the client did not take is kept; without one, its own.
        from_uvicorn: uvicorn's own arguments.
    """

    def __init__(self, limits: Limits, wire: asyncio.Transport | None = None, **from_uvicorn: Any) -> None:  # noqa: ANN401 - uvicorn's own arguments
        super().__init__(**from_uvicorn)
        self._wire = wire
        self.timeout_keep_alive = math.ceil(limits.idle_seconds) + 1  # uvicorn's own timer, after the guard's
        self._limits = limits
        self._stage: Stage | None = None
        self._turn = 0
        self.young = True
        self._end: asyncio.TimerHandle | None = None

    @property
    def stage(self) -> Stage:
        """Where the connection stands, by what is known about it."""
        exchange = self._exchange
        if self._wire is not None and self._wire.get_write_buffer_size():
            return Stage.ANSWERING
        if exchange is None or (exchange.response_complete and self.conn.trailing_data[0]):
            return Stage.ASKING
        if exchange.response_complete:
            return Stage.IDLE
        return Stage.ANSWERING if exchange.response_started else Stage.WAITING

    @property
    def standing(self) -> tuple[Stage, int]:
        """The stage, and which came to theirs earlier: what sorts first is given up first."""
        return self.stage, self._turn

    @property
    def _exchange(self) -> RequestResponseCycle | None:
        """The latest request and its answer, which uvicorn declares to be there from the beginning."""
        return self.cycle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """A client has connected: its time runs, and others may have to go."""
        super().connection_made(transport)
        self._wire = self._wire or transport
        self._wire.set_write_buffer_limits(0)  # to be told when the client has taken everything
        self._settle()
        _make_room(self._all, self._limits.burst_connections)
        self.loop.call_later(self._limits.burst_seconds, self._come_of_age)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._set_end(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """The client says something."""
        super().data_received(data)
        self._settle()

    def on_response_complete(self) -> None:
        """An answer has been written, if not taken."""
        super().on_response_complete()
        self._settle()

    def pause_writing(self) -> None:
        """The client does not take what was written."""
        super().pause_writing()
        self._settle()

    def resume_writing(self) -> None:
        """The client has taken everything."""
        super().resume_writing()
        self._settle()

    def shutdown(self) -> None:
        """The listener stops: the answer in flight is the last, and who asks nothing has little time left."""
        super().shutdown()
        if self.stage < Stage.ANSWERING:
            self._set_end(self._limits.farewell_seconds)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's one line for all cases
        """Refuses what is no request, with the status that h11 proposes and a length, unlike uvicorn's own."""
        status = HTTPStatus(getattr(sys.exception(), "error_status_hint", 400))
        if status is HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE and b"\n" not in self.conn.trailing_data[0]:
            status = HTTPStatus.REQUEST_URI_TOO_LONG
        if self._exchange is not None:
            self._exchange.disconnected = True  # this is the answer; another must not follow
        body = f"{status.phrase}\n".encode()
        headers = [("content-type", "text/plain"), ("content-length", str(len(body))), ("connection", "close")]
        response = h11.Response(status_code=status, headers=headers, reason=status.phrase)
        for event in (response, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _settle(self) -> None:
        """Starts the time of a new stage."""
        stage = self.stage
        if stage is not self._stage:
            self._stage = stage
            self._turn = next(_turns)
            self._set_end(self._stage_seconds(stage))

    def _stage_seconds(self, stage: Stage) -> float | None:
        return {
            Stage.IDLE: self._limits.idle_seconds,
            Stage.ASKING: self._limits.request_seconds,
            Stage.ANSWERING: self._limits.answer_seconds,
            Stage.WAITING: None,
        }[stage]

    def _set_end(self, after_seconds: float | None) -> None:
        if self._end is not None:
            self._end.cancel()
        self._end = None if after_seconds is None else self.loop.call_later(after_seconds, self._expire)

    def _expire(self) -> None:
        """Ends a connection that is still in its stage; below TLS a client takes its answer's last bytes unnoticed."""
        if self.stage is self._stage:
            self.transport.abort()  # not close: that would wait for a client who does not read
        else:
            self._settle()

    @property
    def _all(self) -> list["Guard"]:
        return list(cast("set[Guard]", self.connections))

    def _come_of_age(self) -> None:
        """Counts the connection, if it is still there, among those that may be too many."""
        self.young = False
        _make_room([each for each in self._all if not each.young], self._limits.connections)


def _make_room(connections: list[Guard], most: int) -> None:
    """Aborts what is too much: the least stage first, in it the oldest, never who waits for an answer."""
    dispensable = (each for each in connections if each.stage is not Stage.WAITING)
    surplus = max(0, len(connections) - most)
    for each in sorted(dispensable, key=lambda other: other.standing)[:surplus]:
        each.transport.abort()
