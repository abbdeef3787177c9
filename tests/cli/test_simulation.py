"""A simulated tenant for a command."""

import socket

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
)


@pytest.mark.parametrize(("speed", "shown"), [(1.0, 1_010.0), (60.0, 1_600.0), (0.5, 1_005.0)])
def test_accelerated_clock_starts_on_time(speed: float, shown: float) -> None:
    """The clock agrees with the real one at first, and runs ahead from there."""
    readings = iter([1_000.0, 1_000.0, 1_010.0])
    clock = simulation.accelerated(lambda: next(readings), speed)
    assert clock() == 1_000.0
    assert clock() == shown


def test_environment_names_the_tenant_its_credential_and_its_clients() -> None:
    """The variables are all that an exporter needs to read the tenant."""
    environ = simulation.environment(simulation.simulated(OPTIONS), ListenAddress("0.0.0.0", 80))  # noqa: S104 - not listened on
    assert list(environ) == ["SAIL_BASE_URL", "SAIL_CLIENT_ID", "SAIL_CLIENT_SECRET", "SAIL_MANAGED_CLIENTS"]
    assert environ["SAIL_BASE_URL"] == "http://127.0.0.1:80"
    assert len(environ["SAIL_MANAGED_CLIENTS"].split(",")) == 3


def test_address_in_use_is_one_of_our_errors() -> None:
    """A port that is taken is told in one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = ListenAddress("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(ListenError, match=f"cannot listen on {address}: Address already in use"):
            simulation.listen(SimulationOptions(address, 3, 1, 1, 0, 0, 15, 1.0))
