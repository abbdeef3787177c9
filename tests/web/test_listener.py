"""A real listener, with real sockets: what strangers do to it, and how it ends."""

import asyncio
import errno
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.clock import Clock
from exporter.errors import ListenError
from exporter.web.guard import Limits
from exporter.web.listener import advice, listen, serve
from tests.web.fakes import FakePages, FakeTenants, application
from tests.web.listening import GET, SHORT, running, until_closed


@pytest.fixture
def anyio_backend() -> str:
    """Real time, for real sockets."""
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    """The real clock."""
    return Clock()


async def wait_for(condition: Callable[[], bool]) -> None:
    """Waits until something has happened, for at most 5 s."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - it happens in the application, which sets no event
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("says", [b"", b"G"])
async def test_two_hundred_idle_strangers_lock_nobody_out(clock: Clock, says: bytes) -> None:
    """With 200 silent or dripping connections held, every scrape is answered, and all 200 are soon closed."""
    async with running(application(clock)) as server:
        strangers = [await server.connect() for _ in range(200)]
        began = time.monotonic()
        for _ in range(20):
            for _, writer in strangers:
                writer.write(says)
            assert (await server.get()).startswith(b"HTTP/1.1 200")
        for reader, _ in strangers:
            await until_closed(reader)
        assert time.monotonic() - began < 5
        for _, writer in strangers:
            writer.close()


async def test_a_burst_of_clients_is_served(clock: Clock) -> None:
    """400 clients that connect and ask at once are all answered."""
    async with running(application(clock), limits=Limits(burst_seconds=10)) as server:  # the clients share this process
        answers = await asyncio.gather(*(server.get(path=b"/-/healthy") for _ in range(400)))
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)


async def test_fifty_scrapers_at_once_are_served(clock: Clock) -> None:
    """50 scrapes that wait for the same slow tenant are all answered."""
    tenants = FakeTenants()
    tenants.answers.clear()
    async with running(application(clock, tenants)) as server:
        scrapes = [asyncio.create_task(server.get()) for _ in range(50)]
        await wait_for(lambda: len(tenants.deadlines) == 50)
        tenants.answers.set()
        assert all(answer.startswith(b"HTTP/1.1 200") for answer in await asyncio.gather(*scrapes))


async def test_scrapers_that_never_read_cost_little(clock: Clock) -> None:
    """30 clients that ask for a page of 8 MB and take nothing hold no copies of it, and are cut off."""
    app = application(clock, pages=FakePages(body=b"x 1\n" * 2_000_000))
    async with running(app) as server:
        await server.get(path=b"/-/healthy")
        before_bytes = resident_bytes()
        clients = [await stubborn_client(server.port) for _ in range(30)]
        await asyncio.sleep(0.2)
        assert resident_bytes() - before_bytes < 32 * 1024 * 1024
        assert (await server.get(path=b"/-/healthy")).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.6)
        assert all(len(received(client)) < 8_000_000 for client in clients)


async def stubborn_client(port: int) -> socket.socket:
    """Asks for a page, and reads nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)  # noqa: FBT003 - the socket's own signature
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    await asyncio.get_running_loop().sock_sendall(client, GET)
    return client


def received(client: socket.socket) -> bytes:
    """What arrives until the connection ends, which it must have."""
    client.settimeout(2)
    parts = []
    with client:
        try:
            while part := client.recv(1 << 20):
                parts.append(part)
        except ConnectionError:
            pass
    return b"".join(parts)


def resident_bytes() -> int:
    """The process' resident memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


async def test_stopping_completes_the_scrape_in_flight(clock: Clock) -> None:
    """After the stop nobody can connect, the waiting scrape gets its page, and the listener returns."""
    tenants = FakeTenants()
    tenants.answers.clear()
    async with running(application(clock, tenants), limits=Limits()) as server:
        idle_reader, idle_writer = await server.connect()
        scrape = asyncio.create_task(server.get())
        await tenants.asked.wait()
        server.stop.set()
        assert await idle_reader.read() == b""
        with pytest.raises(ConnectionRefusedError):
            await server.connect()
        assert not scrape.done()
        tenants.answers.set()
        assert (await scrape).endswith(b"up 1\n")
        await server.serving
        idle_writer.close()


async def test_stopping_does_not_wait_for_ever(clock: Clock) -> None:
    """A scrape that takes longer than the time to drain is cut off."""
    tenants = FakeTenants()
    tenants.answers.clear()
    async with running(application(clock, tenants), limits=Limits(drain_seconds=1)) as server:
        scrape = asyncio.create_task(server.get())
        await tenants.asked.wait()
        began = time.monotonic()
        server.stop.set()
        await server.serving
        assert time.monotonic() - began < 2
        assert b"200 OK" not in await scrape


async def test_stopping_cuts_off_those_who_do_not_read(clock: Clock) -> None:
    """Nobody keeps a connection by not taking its answer: after the stop it has ended."""
    app = application(clock, pages=FakePages(body=b"x 1\n" * 2_000_000))
    async with running(app, limits=Limits(drain_seconds=0)) as server:
        client = await stubborn_client(server.port)
        await asyncio.sleep(0.2)
        server.stop.set()
        await server.serving
        await asyncio.sleep(0.1)
        assert len(received(client)) < 8_000_000


async def test_a_client_that_hangs_up_cancels_its_wait(clock: Clock) -> None:
    """Nobody collects for a scraper that has gone."""
    tenants = FakeTenants()
    tenants.answers.clear()
    async with running(application(clock, tenants)) as server:
        _, writer = await server.connect()
        writer.write(GET)
        await tenants.asked.wait()
        writer.close()
        await wait_for(lambda: tenants.cancelled == 1)


async def test_stopping_before_starting_returns(clock: Clock) -> None:
    """A stop that comes first is obeyed."""
    stop = asyncio.Event()
    stop.set()
    await serve(application(clock), listen("127.0.0.1", 0), stop)


async def test_all_addresses_are_both_families(clock: Clock) -> None:
    """Without a host, a client finds the port on IPv4 and on IPv6."""
    sock, stop = listen("", 0), asyncio.Event()
    port = sock.getsockname()[1]
    serving = asyncio.create_task(serve(application(clock), sock, stop, SHORT))
    for host in ("127.0.0.1", "::1"):
        _, writer = await asyncio.open_connection(host, port)
        writer.close()
    stop.set()
    await serving


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1:{}"), ("::1", "[::1]:{}"), ("", ":{}")])
def test_a_port_in_use_is_one_clear_line(host: str, shown: str) -> None:
    """Who starts a second exporter learns what is wrong and what to do."""
    with listen(host, 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError) as refused:
            listen(host, port)
    expected = "the port is in use: stop the other process or choose another port"
    assert str(refused.value) == f"cannot listen on {shown.format(port)}: {expected}"


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("192.0.2.1", 0, "this machine does not have that address"),
        ("nowhere.invalid", 0, "no such address"),
        ("x" * 64, 0, "no such address"),
        ("127.0.0.1", 70_000, "a port is between 0 and 65535"),
    ],
)
def test_an_unusable_address_is_one_clear_line(host: str, port: int, expected: str) -> None:
    """Whatever is wrong with the address, the line says so."""
    with pytest.raises(ListenError) as refused:
        listen(host, port)
    assert str(refused.value) == f"cannot listen on {host}:{port}: {expected}"


def test_small_answers_are_sent_at_once() -> None:
    """Connections inherit TCP_NODELAY: without it each answer on a kept one waits 40 ms for a delayed ACK."""
    with listen("127.0.0.1", 0) as sock, socket.create_connection(sock.getsockname()):
        accepted, _ = sock.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_no_permission_says_what_to_choose() -> None:
    """Low ports are for the privileged; what the system says otherwise is repeated."""
    assert advice(PermissionError(errno.EACCES, "Permission denied")) == "no permission: choose a port above 1023"
    assert advice(OSError(errno.EMFILE, "Too many open files")) == "Too many open files"
    assert advice(OSError("odd")) == "OSError"
