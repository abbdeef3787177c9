"""The only place that brings up a simulated tenant for a command."""

import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from exporter.cli.addresses import reachable
from exporter.cli.options import SimulationOptions
from exporter.errors import ListenError
from exporter.settings.values import ListenAddress

if TYPE_CHECKING:
    from exporter.simulator.app import SimulatedTenant

__all__ = ["accelerated", "environment", "listen", "simulated", "skewed"]


_ORG = "acme"


def simulated(options: SimulationOptions) -> "SimulatedTenant":
    """A tenant over a new world, whose managed clients may live faster; its tokens and its ``Date`` do not."""
    from exporter.simulator.app import DEMO_CREDENTIAL, SimulatedTenant  # noqa: PLC0415 - imports starlette
    from exporter.simulator.world import World  # noqa: PLC0415 - of a room that only these commands enter

    epoch_seconds = skewed(time.time, options.clock_skew_seconds)
    world = World(
        clients=options.clients,
        clusters=options.clusters,
        seed=options.seed,
        epoch_seconds=accelerated(epoch_seconds, options.speed),
        work_orders_in_status=not options.plain,
    )
    scopes = frozenset(options.scopes) or DEMO_CREDENTIAL.scopes
    return SimulatedTenant(
        world,
        org=_ORG,
        epoch_seconds=epoch_seconds,
        credentials=(replace(DEMO_CREDENTIAL, scopes=scopes),),
        rate_limit=options.rate_limit,
        token_lifetime_seconds=options.token_lifetime_seconds,
        latency_millis=options.latency_millis,
    )


def accelerated(epoch_seconds: Callable[[], float], speed: float) -> Callable[[], float]:
    """A clock that agrees with another one now and runs ``speed`` times as fast."""
    start = epoch_seconds()
    return lambda: start + (epoch_seconds() - start) * speed


def skewed(epoch_seconds: Callable[[], float], seconds: float) -> Callable[[], float]:
    """A clock that is ahead of another one, or behind it when ``seconds`` are negative."""
    return lambda: epoch_seconds() + seconds


def listen(options: SimulationOptions) -> socket.socket:
    """A listening socket for the simulated tenant.

    Raises:
        ListenError: the address cannot be listened on.
    """
    from exporter.simulator import server  # noqa: PLC0415 - imports uvicorn

    try:
        return server.listen(*options.listen)
    except OSError as error:
        message = f"cannot listen on {options.listen}: {error.strerror}"
        raise ListenError(message) from None


def environment(address: ListenAddress) -> dict[str, str]:
    """The variables with which an exporter reads the simulated tenant there; which managed clients, it finds out."""
    from exporter.simulator.app import DEMO_CREDENTIAL  # noqa: PLC0415 - imports starlette

    return {
        "SAIL_BASE_URL": f"http://{reachable(address)}",
        "SAIL_CLIENT_ID": DEMO_CREDENTIAL.client_id,
        "SAIL_CLIENT_SECRET": DEMO_CREDENTIAL.client_secret,
        "SAIL_TENANT_NAME": _ORG,
    }
