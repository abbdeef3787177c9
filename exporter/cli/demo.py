"""The command ``demo``: a simulated tenant and an exporter that reads it, in one process."""

import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from exporter.cli import process, simulation
from exporter.cli.addresses import bound, reachable
from exporter.cli.help import Command
from exporter.cli.options import (
    SimulationOptions,
    configured,
    settings_options,
    simulation_options,
    simulation_options_of,
)
from exporter.cli.reading import Reading
from exporter.cli.story import story
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
    With --scenario, the tenants of a story are served, and the story is told. Ctrl-C ends it with exit status 0.
    """
    process.prepare()
    given = {name: value for name, value in options.items() if name.startswith(PREFIX) and value}
    simulated = simulation_options_of({name: value for name, value in options.items() if not name.startswith(PREFIX)})
    process.run(_demo(given, _of_process(os.environ), simulated))


def _of_process(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that say how to run, not whom to ask."""
    names = [setting.environment for setting in SETTINGS if setting.flag and setting.key]
    return {name: environ[name] for name in names if environ.get(name)}


async def _demo(flags: Mapping[str, str], environ: Mapping[str, str], options: SimulationOptions) -> None:
    import asyncio  # noqa: PLC0415 - see process.run

    stop = process.stop_event()
    begun, tenants = datetime.now(UTC).astimezone(), simulation.simulated(options)
    socks = simulation.listen(options.listen, len(tenants))
    reading = Reading.of(tenants, socks, options.scenario)
    with reading.given() as tenant_environ:
        async with _exporter(flags, {**environ, **tenant_environ}) as (application, sock), asyncio.TaskGroup() as tasks:
            tasks.create_task(simulation.serve(tenants.values(), socks, stop))
            tasks.create_task(application.serve(sock, stop))
            await _show_first_readings(application)
            if options.scenario:
                click.echo(f"\n{story(options.scenario, tenants, begun, options.speed)}")
            _show_addresses(f"http://{reachable(bound(sock))}", reading.base_urls)


@asynccontextmanager
async def _exporter(
    flags: Mapping[str, str], environ: Mapping[str, str]
) -> "AsyncIterator[tuple[Application, socket.socket]]":
    """The exporter, and the socket on which it is to serve."""
    from exporter.bootstrap import build  # noqa: PLC0415 - imports httpx and uvicorn

    configuration = configured(flags, {**_DEFAULTS, **environ})
    chosen = LISTEN_ADDRESS.environment in {*flags, *environ}
    sock = _listen(configuration.web.listen_address, or_free_port=not chosen)
    async with aclosing(build(configuration)) as application:
        yield application, sock


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


def _show_addresses(exporter: str, tenants: Mapping[str, str]) -> None:
    click.echo(f"\nMetrics           {exporter}/metrics\nOverview          {exporter}/")
    for base_url in tenants.values():
        click.echo(f"Simulated tenant  {base_url}")
    click.echo("\nCtrl-C ends it.")
