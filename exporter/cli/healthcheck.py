"""The command ``healthcheck``: asks a running ``serve`` on this machine whether it lives."""

import http.client
import os
import sys

import click

from exporter.cli.addresses import reachable
from exporter.cli.help import Command
from exporter.cli.options import settings_options
from exporter.errors import SettingsError
from exporter.settings import sources
from exporter.settings.table import LISTEN_ADDRESS
from exporter.settings.values import ListenAddress, listen_address

__all__ = ["healthcheck"]

_TIMEOUT_SECONDS = 2.0


@click.command(cls=Command)
@settings_options
def healthcheck(**flags: str | None) -> None:
    """Ask the local /-/healthy, for images without curl.

    Takes the listen address from the same flags and variables as serve, and needs no other setting. Exit status 0 when
    the exporter answers, 1 when it does not.
    """
    problem = _ask(_address({name: text for name, text in flags.items() if text}))
    click.echo(problem or "healthy", err=bool(problem))
    sys.exit(1 if problem else 0)


def _address(flags: dict[str, str]) -> ListenAddress:
    given = sources.read(flags, os.environ).given(LISTEN_ADDRESS)
    try:
        return listen_address(given.value if given else LISTEN_ADDRESS.default)
    except ValueError as error:
        message = f"{given.origin if given else LISTEN_ADDRESS.environment}: {error}"
    raise SettingsError(message)


def _ask(address: ListenAddress) -> str:
    """Why the exporter is not healthy; "" when it is."""
    connection = http.client.HTTPConnection(*reachable(address), timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/-/healthy")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"not healthy: no answer on {address} ({type(error).__name__})"
    finally:
        connection.close()
    return "" if status == http.client.OK else f"not healthy: HTTP status {status} on {address}"
