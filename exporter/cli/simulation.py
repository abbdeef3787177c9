"""The only place that brings up simulated tenants for a command."""

import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from exporter.cli.options import SimulationOptions
from exporter.errors import ListenError
from exporter.settings.values import ListenAddress

if TYPE_CHECKING:
    import asyncio

    from exporter.simulator.app import SimulatedTenant

__all__ = ["accelerated", "listen", "serve", "simulated", "skewed"]

_ORG = "acme"
_LAST_PORT = 65535


def simulated(options: SimulationOptions) -> "dict[str, SimulatedTenant]":
    """New tenants, by name, whose managed clients and scenario may be faster; their tokens and ``Date`` are not."""
    from exporter.simulator.app import DEMO_CREDENTIAL, SimulatedTenant  # noqa: PLC0415 - imports starlette
    from exporter.simulator.staging import staged  # noqa: PLC0415 - likewise
    from exporter.simulator.world import World  # noqa: PLC0415 - of a room that only these commands enter

    epoch_seconds = skewed(time.time, options.clock_skew_seconds)
    world_epoch_seconds = accelerated(epoch_seconds, options.speed)
    of_world: dict[str, Any] = {"seed": options.seed, "work_orders_in_status": not options.plain}
    of_tenant: dict[str, Any] = {
        "epoch_seconds": epoch_seconds,
        "credentials": (replace(DEMO_CREDENTIAL, scopes=frozenset(options.scopes) or DEMO_CREDENTIAL.scopes),),
        "rate_limit": options.rate_limit,
        "token_lifetime_seconds": options.token_lifetime_seconds,
        "latency_millis": options.latency_millis,
    }
    if options.scenario:
        return staged(options.scenario, world_epoch_seconds=world_epoch_seconds, **of_world, **of_tenant)
    world = World(clients=options.clients, clusters=options.clusters, epoch_seconds=world_epoch_seconds, **of_world)
    return {_ORG: SimulatedTenant(world, org=_ORG, **of_tenant)}


def accelerated(epoch_seconds: Callable[[], float], speed: float) -> Callable[[], float]:
    """A clock that agrees with another one now and runs ``speed`` times as fast."""
    start = epoch_seconds()
    return lambda: start + (epoch_seconds() - start) * speed


def skewed(epoch_seconds: Callable[[], float], seconds: float) -> Callable[[], float]:
    """A clock that is ahead of another one, or behind it when ``seconds`` are negative."""
    return lambda: epoch_seconds() + seconds


def listen(address: ListenAddress, count: int) -> list[socket.socket]:
    """That many listening sockets, on consecutive ports, or on any free ones when the port is 0.

    Raises:
        ListenError: an address cannot be listened on.
    """
    if address.port + count - 1 > _LAST_PORT:
        message = f"cannot listen on {count} ports from {address}: they end at {_LAST_PORT}"
        raise ListenError(message)
    return [_listen(address._replace(port=address.port and address.port + number)) for number in range(count)]


def _listen(address: ListenAddress) -> socket.socket:
    from exporter.simulator import server  # noqa: PLC0415 - imports uvicorn

    try:
        return server.listen(*address)
    except OSError as error:
        message = f"cannot listen on {address}: {error.strerror}"
        raise ListenError(message) from None


async def serve(tenants: "Iterable[SimulatedTenant]", socks: Iterable[socket.socket], stop: "asyncio.Event") -> None:
    """Serve each tenant on its socket until ``stop`` is set."""
    import asyncio  # noqa: PLC0415 - see process.run

    from exporter.simulator import server  # noqa: PLC0415 - imports uvicorn

    async with asyncio.TaskGroup() as tasks:
        for tenant, sock in zip(tenants, socks, strict=True):
            tasks.create_task(server.serve(tenant.app, sock, stop))
