"""The command ``demo``: a simulated tenant and an exporter that reads it, in one process."""

import os
import socket
from collections.abc import Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import click

from exporter.cli import process, simulation
from exporter.cli.addresses import bound, reachable
from exporter.cli.help import Command
from exporter.cli.options import SimulationOptions, configured, settings_options, simulation_options
from exporter.errors import ListenError
from exporter.settings.table import LISTEN_ADDRESS, PREFIX, SETTINGS

if TYPE_CHECKING:
    from exporter.bootstrap import Application
    from exporter.settings.values import ListenAddress

__all__ = ["demo"]

_DEFAULTS = {LISTEN_ADDRESS.environment: "127.0.0.1:9853", "SAIL_LOG__LEVEL": "warn"}


@click.command(cls=Command)
@settings_options
@simulation_options(listen="127.0.0.1:0")
def demo(**options: Any) -> None:  # noqa: ANN401 - the flags' texts and the parsed options
    """Serve /metrics of a simulated tenant, without credentials.

    Prints the first readings and the addresses. Serves on 127.0.0.1:9853, or on a free port when that one is taken.
    Ctrl-C ends it with exit status 0.
    """
    process.prepare()
    given = {name: value for name, value in options.items() if name.startswith(PREFIX) and value}
    simulated = SimulationOptions(**{name: value for name, value in options.items() if not name.startswith(PREFIX)})
    process.run(_demo(given, _of_process(os.environ), simulated))


def _of_process(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that say how to run, not whom to ask."""
    names = [setting.environment for setting in SETTINGS if setting.flag and setting.key]
    return {name: environ[name] for name in names if environ.get(name)}


async def _demo(flags: Mapping[str, str], environ: Mapping[str, str], options: SimulationOptions) -> None:
    import asyncio  # noqa: PLC0415 - see process.run

    from exporter.bootstrap import build  # noqa: PLC0415 - imports httpx and uvicorn
    from exporter.simulator import server  # noqa: PLC0415 - imports uvicorn

    stop = process.stop_event()
    tenant = simulation.simulated(options)
    tenant_sock = simulation.listen(options)
    tenant_environ = simulation.environment(bound(tenant_sock))
    configuration = configured(flags, {**_DEFAULTS, **environ, **tenant_environ})
    chosen = LISTEN_ADDRESS.environment in {*flags, *environ}
    sock = _listen(configuration.web.listen_address, or_free_port=not chosen)
    async with aclosing(build(configuration)) as application, asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(tenant.app, tenant_sock, stop))
        tasks.create_task(application.serve(sock, stop))
        await _show_first_readings(application)
        _show_addresses(f"http://{reachable(bound(sock))}", tenant_environ["SAIL_BASE_URL"])


def _listen(address: "ListenAddress", *, or_free_port: bool) -> socket.socket:
    from exporter.web import listener  # noqa: PLC0415 - imports uvicorn

    try:
        return listener.listen(*address)
    except ListenError:
        if not or_free_port:
            raise
    click.echo(f"{address} is taken; using a free port instead.\n")
    return listener.listen(address.host, 0)


async def _show_first_readings(application: "Application") -> None:
    from exporter.cli.summary import table  # noqa: PLC0415 - the other commands have no use for it

    for snapshot in await application.collect(application.clock.deadline(application.max_duration_seconds)):
        click.echo(table(snapshot.readings))


def _show_addresses(exporter: str, tenant: str) -> None:
    click.echo(f"\nMetrics           {exporter}/metrics\nOverview          {exporter}/")
    click.echo(f"Simulated tenant  {tenant}\n\nCtrl-C ends it.")
