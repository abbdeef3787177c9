"""A simulated tenant for a command."""

import socket
import time
from contextlib import ExitStack
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from exporter.cli import simulation
from exporter.cli.options import SimulationOptions
from exporter.errors import ListenError
from exporter.settings.values import ListenAddress
from exporter.simulator.app import SimulatedTenant
from exporter.simulator.scenario import named_scenario

OPTIONS = SimulationOptions(
    listen=ListenAddress("127.0.0.1", 0),
    clients=3,
    clusters=1,
    seed=1,
    latency_millis=0,
    rate_limit=0,
    token_lifetime_seconds=15,
    speed=1.0,
    clock_skew_seconds=0.0,
    scopes=(),
    plain=False,
)


@pytest.mark.parametrize(("speed", "shown"), [(1.0, 1_010.0), (60.0, 1_600.0), (0.5, 1_005.0)])
def test_accelerated_clock_starts_on_time(speed: float, shown: float) -> None:
    """The clock agrees with the real one at first, and runs ahead from there."""
    readings = iter([1_000.0, 1_000.0, 1_010.0])
    clock = simulation.accelerated(lambda: next(readings), speed)
    assert clock() == 1_000.0
    assert clock() == shown


def test_address_in_use_is_one_of_our_errors() -> None:
    """A port that is taken is told in one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = ListenAddress("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(ListenError, match=f"cannot listen on {address}: Address already in use"):
            simulation.listen(address, 1)


def test_tenants_listen_on_consecutive_ports() -> None:
    """Or each on any free one; past the last port there is none."""
    any_port = ListenAddress("127.0.0.1", 0)
    with ExitStack() as stack:
        first, second = (stack.enter_context(sock).getsockname()[1] for sock in simulation.listen(any_port, 2))
    assert first != second
    with ExitStack() as stack:
        port = next(port for port in range(second, 65_000) if _both_free(port))
        socks = [stack.enter_context(sock) for sock in simulation.listen(ListenAddress("127.0.0.1", port), 2)]
        assert [sock.getsockname()[1] for sock in socks] == [port, port + 1]
    with pytest.raises(ListenError, match=r"cannot listen on 2 ports from 127.0.0.1:65535: they end at 65535"):
        simulation.listen(ListenAddress("127.0.0.1", 65_535), 2)


def _both_free(port: int) -> bool:
    """Whether a port and its successor can be listened on."""
    try:
        for each in (port, port + 1):
            socket.create_server(("127.0.0.1", each)).close()
    except OSError:
        return False
    return True


def only(options: SimulationOptions) -> SimulatedTenant:
    """The tenant, where there is one."""
    [(name, tenant)] = simulation.simulated(options).items()
    assert name == "acme"
    return tenant


async def _token(tenant: Any) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=tenant.app), base_url="http://tenant") as client:
        form = {"grant_type": "client_credentials", "client_id": "demo-client", "client_secret": "demo-secret"}
        return await client.post("/oauth/token", data=form)


async def test_credential_may_do_what_was_asked_for() -> None:
    """``--scopes`` limits the credential; without it, it may do all that the exporter can use."""
    limited = await _token(only(replace(OPTIONS, scopes=("idn:remote-client:read",))))
    assert limited.json()["scope"] == "idn:remote-client:read"
    assert "idn:managed-client-status:read" in (await _token(only(OPTIONS))).json()["scope"]


async def test_clock_of_the_tenant_may_be_wrong() -> None:
    """``--clock-skew-seconds`` moves the ``Date`` of answers, and not more when time runs faster for the clients."""
    answer = await _token(only(replace(OPTIONS, clock_skew_seconds=-600.0, speed=10_000.0)))
    instant = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert instant == pytest.approx(time.time() - 600.0, abs=5.0)


@pytest.mark.parametrize("plain", [True, False])
def test_plain_documents_have_no_jobs(*, plain: bool) -> None:
    """``--plain`` leaves the work orders out of the status documents."""
    world = only(replace(OPTIONS, clients=60, clusters=5, plain=plain)).world
    documents = [world.status_document(*pair) for pair in world.client_ids_and_types()]
    assert any("body" in document["body"] for document in documents if document) is not plain


def test_a_scenario_says_who_is_there() -> None:
    """Its tenants, quiet as they are, with the options of all simulated ones."""
    tenants = simulation.simulated(replace(OPTIONS, scenario=named_scenario("sandbox-down"), latency_millis=7))
    assert {name: len(tenant.ids.clients) for name, tenant in tenants.items()} == {"production": 5, "sandbox": 2}
    assert {tenant.latency_seconds for tenant in tenants.values()} == {0.007}
