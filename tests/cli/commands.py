"""The command line, run in the test's process; what it prints and raises is searched for canaries."""

from click.testing import CliRunner, Result

from exporter.cli.program import program
from tests.canaries import clean, planted_in

__all__ = ["Result", "invoke"]


def invoke(*args: str, stdin: str | None = None, **environ: str) -> Result:
    """The command's result."""
    result = CliRunner().invoke(program, args, input=stdin, env=environ, prog_name="sailpoint-exporter")
    clean(f"{result.output}{result.exception!r}", *planted_in(environ))
    return result
