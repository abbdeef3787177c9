"""The command ``config``: the settings that hold, with where each came from; or only whether they can be used."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from exporter.cli.help import Command
from exporter.cli.options import settings_options

if TYPE_CHECKING:
    from exporter.settings.configuration import Configuration

__all__ = ["config", "validated"]


@click.command(cls=Command)
@click.option("--check", is_flag=True, help="only say whether the settings can be used")
@settings_options
def config(*, check: bool, **flags: str | None) -> None:
    """Print the settings that hold, each with where it came from.

    One line for each setting: its name, its value as it would be written, and the flag, variable or file that gave it.
    Secrets are masked. Asks nobody: see check for that.

    Exit status 2 when the settings cannot be used, with a line on stderr for each problem.
    """
    from exporter.settings.effective import as_text, effective  # noqa: PLC0415 - imports pydantic

    given = {name: text for name, text in flags.items() if text is not None}
    validated(given, os.environ)
    click.echo("valid" if check else as_text(effective(given, os.environ)).rstrip())


def validated(flags: Mapping[str, str], environ: Mapping[str, str]) -> "Configuration":
    """The configuration, when all of it can be used, the web configuration file included.

    Raises:
        SettingsError: with all problems.
    """
    from exporter.settings.loading import load  # noqa: PLC0415 - imports pydantic

    configuration = load(flags, environ)
    if configuration.web.config_file is not None:
        from exporter.web.web_config import load_web_config  # noqa: PLC0415 - imports yaml

        load_web_config(configuration.web.config_file)
    return configuration
