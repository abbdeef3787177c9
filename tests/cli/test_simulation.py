"""A simulated tenant for a command."""

import socket
import time
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from exporter.cli import simulation
from exporter.cli.options import SimulationOptions
from exporter.errors import ListenError
from exporter.settings.values import ListenAddress

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


def test_environment_names_the_tenant_and_its_credential() -> None:
    """The variables are all that an exporter needs: which managed clients there are, it finds out."""
    environ = simulation.environment(ListenAddress("0.0.0.0", 80))  # noqa: S104 - not listened on
    assert list(environ) == ["SAIL_BASE_URL", "SAIL_CLIENT_ID", "SAIL_CLIENT_SECRET", "SAIL_TENANT_NAME"]
    assert environ["SAIL_BASE_URL"] == "http://127.0.0.1:80"
    assert environ["SAIL_TENANT_NAME"] == "acme"


def test_address_in_use_is_one_of_our_errors() -> None:
    """A port that is taken is told in one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = ListenAddress("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(ListenError, match=f"cannot listen on {address}: Address already in use"):
            simulation.listen(replace(OPTIONS, listen=address))


async def _token(tenant: Any) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=tenant.app), base_url="http://tenant") as client:
        form = {"grant_type": "client_credentials", "client_id": "demo-client", "client_secret": "demo-secret"}
        return await client.post("/oauth/token", data=form)


async def test_credential_may_do_what_was_asked_for() -> None:
    """``--scopes`` limits the credential; without it, it may do all that the exporter can use."""
    limited = await _token(simulation.simulated(replace(OPTIONS, scopes=("idn:remote-client:read",))))
    assert limited.json()["scope"] == "idn:remote-client:read"
    assert "idn:managed-client-status:read" in (await _token(simulation.simulated(OPTIONS))).json()["scope"]


async def test_clock_of_the_tenant_may_be_wrong() -> None:
    """``--clock-skew-seconds`` moves the ``Date`` of answers, and not more when time runs faster for the clients."""
    answer = await _token(simulation.simulated(replace(OPTIONS, clock_skew_seconds=-600.0, speed=10_000.0)))
    instant = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert instant == pytest.approx(time.time() - 600.0, abs=5.0)


@pytest.mark.parametrize("plain", [True, False])
def test_plain_documents_have_no_jobs(*, plain: bool) -> None:
    """``--plain`` leaves the work orders out of the status documents."""
    world = simulation.simulated(replace(OPTIONS, clients=60, clusters=5, plain=plain)).world
    documents = [world.status_document(*pair) for pair in world.client_ids_and_types()]
    assert any("body" in document["body"] for document in documents if document) is not plain
