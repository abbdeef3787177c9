"""The command ``simulate``: the simulated tenant alone, for compose files, load tests and other people's tests."""

import shlex
from typing import Any

import click

from exporter.cli import process, simulation
from exporter.cli.addresses import bound
from exporter.cli.options import SimulationOptions, simulation_options

__all__ = ["simulate"]


@click.command()
@simulation_options(listen="127.0.0.1:9854")
@click.option("--print-clients", is_flag=True, help="print the managed clients, one ID:TYPE a line, and exit")
def simulate(*, print_clients: bool, **options: Any) -> None:  # noqa: ANN401 - the parsed options
    """Serve a simulated tenant: OAuth, managed clients and clusters.

    Prints the variables with which an exporter reads it. Reads no setting itself. SIGTERM and SIGINT end it with exit
    status 0.
    """
    chosen = SimulationOptions(**options)
    if print_clients:
        click.echo("\n".join(":".join(pair) for pair in simulation.simulated(chosen).world.client_ids_and_types()))
        return
    process.prepare()
    process.run(_simulate(chosen))


async def _simulate(options: SimulationOptions) -> None:
    from exporter.simulator import server  # noqa: PLC0415 - imports uvicorn

    stop = process.stop_event()
    sock = simulation.listen(options)
    tenant = simulation.simulated(options)
    _announce(simulation.environment(bound(sock)))
    await server.serve(tenant.app, sock, stop)


def _announce(environment: dict[str, str]) -> None:
    line = " ".join(f"{name}={shlex.quote(text)}" for name, text in environment.items())
    click.echo(f"Simulated tenant on {environment['SAIL_BASE_URL']}")
    click.echo(f"Credential {environment['SAIL_CLIENT_ID']} / {environment['SAIL_CLIENT_SECRET']}")
    click.echo(f"Read it with:\n{line} sailpoint-exporter")
