"""The only place for the list of commands, the help above it, and the exit status that an error becomes.

Exit status: 0 stopped or done, 1 runtime, 2 configuration and usage, 3 problems that ``check`` found.
"""

from collections.abc import Sequence
from typing import Any

import click

from exporter import __version__
from exporter.cli import process, tracebacks
from exporter.cli.check import check
from exporter.cli.completion import completion
from exporter.cli.config import config
from exporter.cli.demo import demo
from exporter.cli.healthcheck import healthcheck
from exporter.cli.help import EXIT_STATUSES, write_settings
from exporter.cli.scrape import scrape
from exporter.cli.serve import serve
from exporter.cli.simulate import simulate
from exporter.cli.status import status
from exporter.errors import ExporterError

__all__ = ["SECTIONS", "main", "program"]

_NAME = "sailpoint-exporter"

SECTIONS: dict[str, tuple[click.Command, ...]] = {
    "Serve": (serve, demo, simulate),
    "Ask once": (scrape, status),
    "Look after": (check, config, healthcheck, completion),
}
"""Every command, as the help groups them."""

_HELP = """Prometheus exporter for the managed clients of SailPoint Identity Security Cloud.

Without a command it serves. A setting is looked for in this order: flag, environment variable, secrets directory,
default; COMMAND --help lists the flags. Start with:

\b
  sailpoint-exporter demo      a simulated tenant, no credentials needed
  sailpoint-exporter scrape    your tenant, read once
"""

_OWN_FLAGS = ("--help", "-h", "--version")


def main() -> None:
    """Run the command line: the console script."""
    tracebacks.install()
    process.leave_no_core()
    program.main(prog_name=_NAME)


class Program(click.Group):
    """The commands above; without one, ``serve``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts ``serve`` in front where no command is named."""
        return super().parse_args(ctx, args if ctx.resilient_parsing else _with_command(args))

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Runs the command; the only place that catches our errors."""
        try:
            return super().invoke(ctx)
        except ExporterError as error:
            click.echo("".join(f"{_NAME}: {line}\n" for line in str(error).splitlines()), err=True, nl=False)
            ctx.exit(error.exit_status)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Writes the commands by section."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(str(command.name), command.get_short_help_str(100)) for command in commands])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Writes the settings, and what the exit status means."""
        write_settings(formatter)
        with formatter.section("Exit status"):
            formatter.write_dl(EXIT_STATUSES)


def _with_command(args: Sequence[str]) -> list[str]:
    names_none = not args or (args[0].startswith("-") and args[0] not in _OWN_FLAGS)
    return ["serve", *args] if names_none else list(args)


program = Program(
    name=_NAME,
    commands=[command for section in SECTIONS.values() for command in section],
    help=_HELP,
    context_settings={"help_option_names": ["--help", "-h"]},
    params=[],
)
program = click.version_option(__version__, prog_name=_NAME, message="%(prog)s %(version)s")(program)
