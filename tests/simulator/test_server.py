"""The simulated tenant on real sockets."""

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from exporter.simulator import faults
from exporter.simulator.app import DEMO_CREDENTIAL, SimulatedTenant
from exporter.simulator.server import listen, serve
from exporter.simulator.world import World
from tests.simulator.calling import token_request

CLIENTS = "/managed-clients/v1"


@pytest.fixture
def anyio_backend() -> str:
    """Sockets need real time."""
    return "asyncio"


@contextlib.asynccontextmanager
async def serving(tenant: SimulatedTenant) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of the tenant, signed in, while it serves."""
    sock, stop = listen("127.0.0.1", 0), asyncio.Event()
    base_url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as caller, asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(tenant.app, sock, stop))
        answer = await caller.post("/oauth/token", data=token_request(DEMO_CREDENTIAL))
        caller.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield caller
        stop.set()


def tenant() -> SimulatedTenant:
    """A tenant on the machine's clock."""
    return SimulatedTenant(World(epoch_seconds=time.time), epoch_seconds=time.time)


async def test_an_answer_has_the_tenants_date_and_no_server_header() -> None:
    """``Date`` is told once, by the tenant's own clock; the server does not advertise itself."""
    skewed = SimulatedTenant(World(epoch_seconds=time.time), epoch_seconds=lambda: 1_000_000_000.0)
    async with serving(skewed) as caller:
        answer = await caller.get(CLIENTS)
    assert answer.status_code == 200
    assert answer.headers.get_list("Date") == ["Sun, 09 Sep 2001 01:46:40 GMT"]
    assert "Server" not in answer.headers


async def test_a_reset_connection_gives_no_answer() -> None:
    """``Reset`` ends the connection before a byte; the next call, on a new one, is well."""
    simulated = tenant()
    simulated.faults.add("getManagedClients", faults.Reset())
    async with serving(simulated) as caller:
        with pytest.raises(httpx.ReadError):
            await caller.get(CLIENTS)
        assert (await caller.get(CLIENTS)).status_code == 200


async def test_a_truncated_body_is_shorter_than_promised() -> None:
    """``TruncatedJson`` sends the headers of the whole and half of the body."""
    simulated = tenant()
    simulated.faults.add("getManagedClients", faults.TruncatedJson())
    async with serving(simulated) as caller:
        async with caller.stream("GET", CLIENTS) as answer:
            with pytest.raises(httpx.RemoteProtocolError):
                await answer.aread()
        promised = int(answer.headers["Content-Length"])
        assert answer.num_bytes_downloaded == promised // 2
        assert (await caller.get(CLIENTS)).status_code == 200


async def test_a_connection_made_before_serving_is_served() -> None:
    """The socket accepts into its backlog from the moment it exists."""
    sock, stop = listen("127.0.0.1", 0), asyncio.Event()
    reader, writer = await asyncio.open_connection(*sock.getsockname())
    writer.write(b"GET /oauth/info HTTP/1.1\r\nHost: tenant\r\nConnection: close\r\n\r\n")
    serving_task = asyncio.create_task(serve(tenant().app, sock, stop))
    assert (await reader.read()).startswith(b"HTTP/1.1 200 OK\r\n")
    writer.close()
    stop.set()
    await serving_task


async def test_stopping_waits_for_the_answer_in_the_making() -> None:
    """A call in flight is answered; then nothing listens any more."""
    simulated = tenant()
    simulated.faults.add("getManagedClients", faults.Hang(0.3))
    async with serving(simulated) as caller:
        answer = asyncio.create_task(caller.get(CLIENTS))
        while simulated.faults.pending:  # noqa: ASYNC110 - the script has no event for its tests
            await asyncio.sleep(0.01)
    assert (await answer).status_code == 200
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient(trust_env=False) as late:
            await late.get(caller.base_url)


async def test_a_cancelled_server_leaves_nothing_open() -> None:
    """Cancelling closes the listener and the connections, without waiting for anything."""
    sock = listen("127.0.0.1", 0)
    address = sock.getsockname()
    serving_task = asyncio.create_task(serve(tenant().app, sock, asyncio.Event()))
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"GET /oauth/info HTTP/1.1\r\nHost: tenant\r\n\r\n")
    await reader.readuntil(b"}")
    serving_task.cancel()
    assert await reader.read() == b""
    writer.close()
    with pytest.raises(asyncio.CancelledError):
        await serving_task
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)


async def test_signals_stay_with_the_process() -> None:
    """Serving replaces no signal handler."""
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    async with serving(tenant()):
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_small_answers_are_sent_at_once() -> None:
    """Connections inherit TCP_NODELAY: without it each answer on a kept one waits 40 ms for a delayed ACK."""
    with listen("127.0.0.1", 0) as sock, socket.create_connection(sock.getsockname()):
        accepted, _ = sock.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_taken_port_is_an_os_error() -> None:
    """Who listens second is told so at once."""
    with listen("127.0.0.1", 0) as sock, pytest.raises(OSError, match="in use"):
        listen(*sock.getsockname())


@pytest.mark.parametrize(("host", "family"), [("::1", socket.AF_INET6), ("localhost", None)])
def test_names_and_both_families_are_understood(host: str, family: socket.AddressFamily | None) -> None:
    """An IPv6 address and a name can be listened on."""
    with listen(host, 0) as sock:
        assert family in {None, sock.family}
