"""The command ``serve``: pages for Prometheus until the process is told to stop."""

import logging
import os
from collections.abc import Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING

import click

from exporter.cli import process
from exporter.cli.addresses import bound
from exporter.cli.config import validated
from exporter.cli.help import Command
from exporter.cli.options import prepared, settings_options

if TYPE_CHECKING:
    from exporter.settings.configuration import Configuration

__all__ = ["Source", "serve"]

logger = logging.getLogger("exporter.serve")


@click.command(cls=Command)
@settings_options
def serve(**flags: str | None) -> None:
    """Serve /metrics. This is also what happens without a command.

    Needs SAIL_BASE_URL, SAIL_CLIENT_ID and SAIL_CLIENT_SECRET in the environment, or a file that names tenants. SIGTERM
    and SIGINT end it with exit status 0, after the scrape in flight. SIGHUP reloads the configuration.
    """
    process.prepare()
    source = Source({name: text for name, text in flags.items() if text is not None}, os.environ)
    process.run(_serve(source))


class Source:
    """Where the configuration comes from, at first and at each reload; remembers how it reads when it can be used."""

    def __init__(self, flags: Mapping[str, str], environ: Mapping[str, str]) -> None:
        self._flags, self._environ = flags, environ
        self._text = ""

    def read(self) -> "Configuration":
        """The configuration as it is now, the web configuration file checked as well.

        Raises:
            SettingsError: with all problems.
        """
        from exporter.settings.effective import as_text, effective  # noqa: PLC0415 - imports pydantic

        configuration = validated(self._flags, self._environ)
        self._text = as_text(effective(self._flags, self._environ))
        return configuration

    def text(self) -> str:
        """The settings that were read last and could be used, with their origins and without their secrets."""
        return self._text


async def _serve(source: Source) -> None:
    from exporter import bootstrap  # noqa: PLC0415 - imports httpx and uvicorn
    from exporter.web import listener  # noqa: PLC0415 - imports uvicorn

    configuration = prepared(source.read())
    stop = process.stop_event()
    sock = listener.listen(*configuration.web.listen_address)
    application = bootstrap.build(configuration, source=source)
    async with aclosing(application):
        process.on_hangup(application.reload)
        logger.info("Listening", extra={"fields": {"address": str(bound(sock))}})
        await application.serve(sock, stop)
    logger.info("Stopped")
