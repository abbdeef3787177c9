"""The command ``simulate``: the simulated tenant alone, for compose files, load tests and other people's tests."""

import shlex
from datetime import UTC, datetime
from typing import Any

import click

from exporter.cli import logs, process, simulation
from exporter.cli.options import SimulationOptions, simulation_options, simulation_options_of
from exporter.cli.reading import Reading
from exporter.cli.story import story

__all__ = ["simulate"]


@click.command()
@simulation_options(listen="127.0.0.1:9854")
@click.option("--print-clients", is_flag=True, help="print the managed clients, one ID:TYPE a line, and exit")
@click.option("--debug", is_flag=True, help="tell of each request on stderr")
def simulate(*, print_clients: bool, debug: bool, **options: Any) -> None:  # noqa: ANN401 - the parsed options
    """Serve a simulated tenant: OAuth, managed clients and clusters.

    Prints the variables with which an exporter reads it. Reads no setting itself. With --scenario, the tenants of a
    story are served, on consecutive ports, and the story is told. SIGTERM and SIGINT end it with exit status 0.
    """
    chosen = simulation_options_of(options)
    if print_clients:
        tenants = simulation.simulated(chosen).values()
        pairs = [pair for tenant in tenants for pair in tenant.world.client_ids_and_types()]
        click.echo("\n".join(map(":".join, pairs)))
        return
    if debug:
        logs.configure("debug", "logfmt")
    process.prepare()
    process.run(_simulate(chosen))


async def _simulate(options: SimulationOptions) -> None:
    stop = process.stop_event()
    tenants = simulation.simulated(options)
    socks = simulation.listen(options.listen, len(tenants))
    _announce(Reading.of(tenants, socks, options.scenario))
    if options.scenario:
        click.echo(f"\n{story(options.scenario, tenants, datetime.now(UTC).astimezone(), options.speed)}")
    await simulation.serve(tenants.values(), socks, stop)


def _announce(reading: Reading) -> None:
    from exporter.simulator.app import DEMO_CREDENTIAL  # noqa: PLC0415 - imports starlette

    for name, base_url in reading.base_urls.items():
        click.echo(f"Simulated tenant {name} on {base_url}")
    click.echo(f"Credential {DEMO_CREDENTIAL.client_id} / {DEMO_CREDENTIAL.client_secret}")
    if reading.environment is None:
        click.echo("Read with --config.file FILE: the secret in a file client_secret, and beside it, in FILE,")
        click.echo(f"\n{reading.configuration}", nl=False)
        return
    line = " ".join(f"{name}={shlex.quote(text)}" for name, text in reading.environment.items())
    click.echo(f"Read it with:\n{line} sailpoint-exporter")
