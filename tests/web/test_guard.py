"""How long and how many connections live: on virtual time, with transports that take as much as a test wants."""

import asyncio
import logging
from functools import partial
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from uvicorn.server import ServerState

from exporter.clock import Clock
from exporter.web.guard import Guard, Limits, Stage
from tests.web.fakes import FakePages, FakeTenants, application

LIMITS = Limits(connections=4, burst_connections=12)
GET = b"GET /metrics HTTP/1.1\r\nHost: exporter\r\n\r\n"
LAST = b"GET /-/healthy HTTP/1.1\r\nHost: exporter\r\nConnection: close\r\n\r\n"


class FakeTransport(asyncio.Transport):
    """A client's end: takes ``takes_bytes`` of what is written, and notes how the connection ended."""

    def __init__(self, takes_bytes: float = float("inf")) -> None:
        super().__init__()
        self.taken = b""
        self.kept = b""
        self.ended: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._takes_bytes = takes_bytes
        self._closing = False
        self.protocol: Guard

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ARG002 - asyncio's signature
        """Nothing is known about the peer."""
        return default

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """A guard wants to hear about every byte that is not taken."""
        assert (high, low) == (0, None)

    def get_write_buffer_size(self) -> int:
        """What the client has not taken."""
        return len(self.kept)

    def pause_reading(self) -> None:
        """Tests feed the protocol themselves."""

    def resume_reading(self) -> None:
        """Tests feed the protocol themselves."""

    def write(self, data: Any) -> None:
        """Takes what the client takes."""
        paused = bool(self.kept)
        self.kept += data
        self._move()
        if self.kept and not paused:
            self.protocol.pause_writing()

    def take(self, takes_bytes: float) -> None:
        """The client reads on."""
        self._takes_bytes += takes_bytes
        self._move()
        if not self.kept:
            self.protocol.resume_writing()
            self._end_if_flushed()

    def _move(self) -> None:
        count = int(min(self._takes_bytes, len(self.kept)))
        self.taken, self.kept = self.taken + self.kept[:count], self.kept[count:]
        self._takes_bytes -= count

    def is_closing(self) -> bool:
        """Whether the connection is about to end."""
        return self._closing

    def close(self) -> None:
        """Ends the connection when the client has taken everything."""
        self._closing = True
        self._end_if_flushed()

    def abort(self) -> None:
        """Ends the connection."""
        self._closing, self.kept = True, b""
        self._end_if_flushed()

    def _end_if_flushed(self) -> None:
        if self._closing and not self.kept and not self.ended.done():
            loop = asyncio.get_running_loop()
            self.ended.set_result(loop.time())
            loop.call_soon(self.protocol.connection_lost, None)


class Listener:
    """Connections to one server."""

    def __init__(self, app: Starlette, limits: Limits = LIMITS) -> None:
        config = uvicorn.Config(app, http="h11", log_config=None, lifespan="off", h11_max_incomplete_event_size=16384)
        config.load()
        state = ServerState()
        self.connections = state.connections
        self._guard = partial(Guard, limits, config=config, server_state=state, app_state={})

    def connect(self, takes_bytes: float = float("inf")) -> FakeTransport:
        """A client connects."""
        transport = FakeTransport(takes_bytes)
        transport.protocol = self._guard(_loop=asyncio.get_running_loop())
        transport.protocol.connection_made(transport)
        return transport


@pytest.fixture
def tenants() -> FakeTenants:
    """Tenants that answer at once."""
    return FakeTenants()


@pytest.fixture
def listener(clock: Clock, tenants: FakeTenants) -> Listener:
    """A listener with limits of seconds, on virtual time."""
    return Listener(application(clock, tenants))


async def lifetime_seconds(client: FakeTransport, since_seconds: float) -> float:
    """Waits for the end of a connection: how long it lived, counted from a moment."""
    return await client.ended - since_seconds


def now_seconds() -> float:
    """The virtual clock."""
    return asyncio.get_running_loop().time()


async def test_a_silent_connection_ends(listener: Listener) -> None:
    """Who says nothing is cut off after the time for a request."""
    began = now_seconds()
    assert await lifetime_seconds(listener.connect(), began) == pytest.approx(5)
    await asyncio.sleep(0)
    assert not listener.connections


async def test_a_dripping_connection_ends_as_early(listener: Listener) -> None:
    """A byte now and then buys no time: the whole header has to be there."""
    client, began = listener.connect(), now_seconds()
    for byte in GET[:10]:
        client.protocol.data_received(bytes([byte]))
        await asyncio.sleep(0.4)
    assert await lifetime_seconds(client, began) == pytest.approx(5)


async def test_an_answered_connection_is_kept_for_the_next_scrape(listener: Listener) -> None:
    """Between scrapes a connection stays as long as the longest usual interval, from each answer anew."""
    client = listener.connect()
    for _ in range(3):
        client.protocol.data_received(GET)
        await asyncio.sleep(60)
    assert client.taken.count(b"HTTP/1.1 200") == 3
    answered = now_seconds() - 60
    assert await lifetime_seconds(client, answered) == pytest.approx(90, abs=0.01)


async def test_a_further_request_has_to_be_whole_in_time_too(listener: Listener) -> None:
    """Who begins a second request and does not finish it is cut off like a first one."""
    client = listener.connect()
    client.protocol.data_received(GET)
    await asyncio.sleep(60)
    client.protocol.data_received(GET[:5])
    began = now_seconds()
    await asyncio.sleep(3)
    client.protocol.data_received(GET[5:7])
    assert await lifetime_seconds(client, began) == pytest.approx(5)


async def test_a_waiting_scrape_is_not_timed(listener: Listener, tenants: FakeTenants) -> None:
    """While a scrape is worked on, its connection lives, however long that takes."""
    tenants.answers.clear()
    client = listener.connect()
    client.protocol.data_received(GET)
    await asyncio.sleep(29)
    waiting = client.protocol.stage
    tenants.answers.set()
    await asyncio.sleep(1)
    assert client.taken.startswith(b"HTTP/1.1 200")
    assert (waiting, client.protocol.stage) == (Stage.WAITING, Stage.IDLE)


async def test_pipelined_scrapes_are_answered_in_turn(listener: Listener) -> None:
    """Two requests in one packet get two answers."""
    client = listener.connect()
    client.protocol.data_received(GET + GET)
    await asyncio.sleep(1)
    assert client.taken.count(b"HTTP/1.1 200") == 2
    assert client.protocol.stage is Stage.IDLE


async def test_who_does_not_read_is_cut_off(clock: Clock) -> None:
    """A client that takes nothing holds one slice for the time of an answer, then nothing."""
    listener = Listener(application(clock, pages=FakePages(body=b"x 1\n" * 250_000)))
    client, began = listener.connect(takes_bytes=0), now_seconds()
    client.protocol.data_received(GET)
    await asyncio.sleep(1)
    assert client.protocol.stage is Stage.ANSWERING
    assert len(client.kept) < 70_000
    assert await lifetime_seconds(client, began) == pytest.approx(10)


async def test_reading_slowly_buys_no_time(clock: Clock) -> None:
    """The time of an answer is for all of it: a client that takes a slice every few seconds is cut off too."""
    listener = Listener(application(clock, pages=FakePages(body=b"x 1\n" * 250_000)))
    client, began = listener.connect(takes_bytes=0), now_seconds()
    client.protocol.data_received(GET)
    for _ in range(3):
        await asyncio.sleep(3)
        client.take(len(client.kept))
    await asyncio.sleep(0.5)
    assert client.kept
    assert await lifetime_seconds(client, began) == pytest.approx(10)


async def test_a_slow_reader_who_is_in_time_is_kept(clock: Clock) -> None:
    """A client that takes all of its answer in time has its connection for the next scrape."""
    listener = Listener(application(clock, pages=FakePages(body=b"x 1\n" * 20_000)))
    client = listener.connect(takes_bytes=0)
    client.protocol.data_received(GET)
    await asyncio.sleep(4)
    client.take(float("inf"))
    await asyncio.sleep(1)
    assert client.taken.endswith(b"x 1\n")
    assert client.protocol.stage is Stage.IDLE
    await asyncio.sleep(60)
    assert not client.ended.done()


async def test_who_neither_reads_nor_stays_ends_too(listener: Listener) -> None:
    """A connection that is to close after its answer does not wait for a client that never takes it."""
    polite = listener.connect()
    polite.protocol.data_received(LAST)
    await polite.ended
    client, began = listener.connect(takes_bytes=len(polite.taken) - 1), now_seconds()
    client.protocol.data_received(LAST)
    await asyncio.sleep(1)
    assert client.is_closing()
    assert not client.ended.done()
    assert await lifetime_seconds(client, began) == pytest.approx(10)


async def test_a_leaving_client_ends_its_scrape(listener: Listener, tenants: FakeTenants) -> None:
    """When a connection is lost in mid-scrape, the wait for the tenants is cancelled."""
    tenants.answers.clear()
    client = listener.connect()
    client.protocol.data_received(GET)
    await asyncio.sleep(1)
    client.abort()
    await asyncio.sleep(1)
    assert tenants.cancelled == 1
    assert not listener.connections


async def test_who_waits_longest_for_nothing_makes_room(listener: Listener) -> None:
    """Beyond the cap idle connections go first, then unfinished ones, the oldest of each before the younger."""
    clients = []
    for request in (GET[:5], GET[:1], GET, GET):
        clients.append(listener.connect())
        clients[-1].protocol.data_received(request)
        await asyncio.sleep(0.01)
    for expected in ([2], [2, 3], [0, 2, 3], [0, 1, 2, 3]):
        listener.connect()
        await asyncio.sleep(1.01)
        assert ended(clients) == expected
    assert len(listener.connections) == 4


def ended(clients: list[FakeTransport]) -> list[int]:
    """The numbers of the clients whose connections have ended."""
    return [number for number, client in enumerate(clients) if client.ended.done()]


async def test_a_burst_is_served_before_it_is_cut(listener: Listener) -> None:
    """Clients that come all at once have a second to ask; then those that did not, or are idle, are too many."""
    clients = [listener.connect() for _ in range(10)]
    await asyncio.sleep(0.5)
    for client in clients[:8]:
        client.protocol.data_received(GET)
    await asyncio.sleep(0.4)
    assert ended(clients) == []
    assert all(b"200 OK" in client.taken for client in clients[:8])
    await asyncio.sleep(0.2)
    assert ended(clients) == [0, 1, 2, 3, 4, 5]


async def test_a_burst_is_not_cut_by_those_who_came_before(listener: Listener) -> None:
    """Each connection has its own second, whoever comes of age in the meantime."""
    for _ in range(4):
        listener.connect()
    await asyncio.sleep(0.9)
    clients = [listener.connect() for _ in range(6)]
    await asyncio.sleep(0.9)
    assert ended(clients) == []


async def test_a_flood_is_cut_at_once(listener: Listener) -> None:
    """Beyond the cap for bursts nobody has a second, and each newcomer costs one connection, not more."""
    clients = [listener.connect() for _ in range(20)]
    await asyncio.sleep(0.1)
    assert ended(clients) == [0, 1, 2, 3, 4, 5, 6, 7]


async def test_waiting_scrapes_never_make_room(listener: Listener, tenants: FakeTenants) -> None:
    """Scrapes in flight stay, even when they are more than the cap."""
    tenants.answers.clear()
    clients = [listener.connect() for _ in range(6)]
    for client in clients[:5]:
        client.protocol.data_received(GET)
    await asyncio.sleep(3)
    assert ended(clients) == [5]
    tenants.answers.set()
    await asyncio.sleep(0.1)
    assert all(b"200 OK" in client.taken for client in clients[:5])


@pytest.mark.parametrize(
    ("data", "status_line"),
    [
        (b"GET /metrics\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"HTTP/1.1 400 Bad Request"),
        (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET /" + b"x" * 65536, b"HTTP/1.1 414 Request-URI Too Long"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 3000, b"HTTP/1.1 431 Request Header Fields Too Large"),
        (GET[:-2] + b"Transfer-Encoding: chunked, chunked\r\n\r\n", b"HTTP/1.1 501 Not Implemented"),
        (GET[:-2] + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", b"HTTP/1.1 400 Bad Request"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 20_000 + b"\r\n\r\n", b"HTTP/1.1 431 "),
        (b"GET /" + b"x" * 5_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"HTTP/1.1 414 "),
    ],
)
async def test_what_is_no_request_is_refused(
    listener: Listener, caplog: pytest.LogCaptureFixture, data: bytes, status_line: bytes
) -> None:
    """Nonsense and excess get one answer with a length, whether whole or not, and are no error of ours to log."""
    client = listener.connect()
    client.protocol.data_received(data)
    await asyncio.sleep(1)
    assert client.taken.startswith(status_line)
    assert client.taken.count(b"HTTP/1.1 ") == 1
    assert b"content-length: " in client.taken
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_nonsense_ends_the_connection(listener: Listener) -> None:
    """After what is no request, no further request can be found."""
    client = listener.connect()
    client.protocol.data_received(b"nonsense\r\n\r\n")
    assert client.ended.done()


@pytest.mark.parametrize("method", [b"GET", b"POST"])
async def test_a_request_with_a_body_is_the_last_of_its_connection(listener: Listener, method: bytes) -> None:
    """The body is not read: the answer comes at once and the connection ends."""
    client = listener.connect()
    client.protocol.data_received(method + GET[3:-2] + b"Content-Length: 1000000\r\n\r\nbeginning")
    await asyncio.sleep(0.25)
    assert client.taken.startswith(b"HTTP/1.1 413" if method == b"GET" else b"HTTP/1.1 405")
    assert client.ended.done()
