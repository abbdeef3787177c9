"""The command ``serve``: pages for Prometheus until the process is told to stop."""

import logging
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

from exporter.cli import process
from exporter.cli.addresses import bound
from exporter.cli.help import Command
from exporter.cli.options import configured, settings_options

if TYPE_CHECKING:
    from exporter.settings.configuration import Configuration

__all__ = ["serve"]

logger = logging.getLogger("exporter.serve")


@click.command(cls=Command)
@settings_options
def serve(**flags: str | None) -> None:
    """Serve /metrics. This is also what happens without a command.

    Needs SAIL_BASE_URL, SAIL_CLIENT_ID, SAIL_CLIENT_SECRET and SAIL_MANAGED_CLIENTS in the environment. SIGTERM and
    SIGINT end it with exit status 0, after the scrape in flight.
    """
    process.prepare()
    process.run(_serve(configured(flags)))


async def _serve(configuration: "Configuration") -> None:
    from exporter import bootstrap  # noqa: PLC0415 - imports httpx and uvicorn
    from exporter.web import listener  # noqa: PLC0415 - imports uvicorn

    stop = process.stop_event()
    sock = listener.listen(*configuration.web.listen_address)
    async with aclosing(bootstrap.build(configuration)) as application:
        logger.info("Listening", extra={"fields": {"address": str(bound(sock))}})
        await listener.serve(application.asgi, sock, stop)
    logger.info("Stopped")
