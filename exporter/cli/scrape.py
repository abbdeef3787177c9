"""The command ``scrape``: one collection, the page on stdout."""

import os
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

from exporter.cli import process
from exporter.cli.help import Command
from exporter.cli.options import configured, settings_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.api.calls import Call, Observer
    from exporter.errors import Reason
    from exporter.settings.configuration import Configuration

__all__ = ["CallPrinter", "scrape"]

_QUIET = {"SAIL_LOG__LEVEL": "warn"}
"""Unless told otherwise: cron mails whatever it is shown."""


@click.command(cls=Command)
@click.option("--debug", is_flag=True, help="tell of each call on stderr")
@settings_options
def scrape(*, debug: bool, **flags: str | None) -> None:
    """Collect once and print the page.

    For cron, the textfile collector and first steps; takes at most --scrape.max-duration. Needs the same settings as
    serve. Exit status 0 when each tenant answered about at least one managed client, 1 when not.
    """
    configuration = configured(flags, _QUIET | os.environ)
    sys.exit(0 if process.run(_scrape(configuration, [CallPrinter()] if debug else [])) else 1)


async def _scrape(configuration: "Configuration", observers: "Sequence[Observer]") -> bool:
    from exporter.bootstrap import build  # noqa: PLC0415 - imports httpx and uvicorn
    from exporter.metrics import Format  # noqa: PLC0415 - imports prometheus_client

    async with aclosing(build(configuration, observers=observers)) as application:
        deadline = application.clock.deadline(configuration.scrape.max_duration_seconds)
        snapshots = await application.collect(deadline)
        page = application.pages.render(snapshots, Format.TEXT)
    click.echo(page.body, nl=False)
    return all(snapshot.up for snapshot in snapshots)


class CallPrinter:
    """An observer that writes a line for each call: what was asked and how it ended, no ids, no address."""

    def call_finished(self, call: "Call") -> None:
        """Write the line."""
        click.echo(
            f"{call.method} {call.path_template} status={call.status_code or '-'} duration={call.duration_seconds:.3f}s"
            f" reason={call.reason or '-'} tracking_id={call.tracking_id or '-'}",
            err=True,
        )

    def token_refreshed(self, expiry_epoch_seconds: float) -> None:
        """Nothing to add to the line about the call."""

    def token_refresh_failed(self, reason: "Reason") -> None:
        """Nothing to add to the line about the call."""
