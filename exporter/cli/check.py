"""The command ``check``: the doctor's findings for people and machines, and the exit status that they become."""

import logging
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from exporter.cli import logs, process
from exporter.cli.config import validated
from exporter.cli.help import Command
from exporter.cli.options import DURATION, settings_options
from exporter.errors import SettingsError

if TYPE_CHECKING:
    from exporter.cli.check_report import Report
    from exporter.settings.configuration import Configuration

__all__ = ["check"]

_PROBLEMS_FOUND = 3


@click.command(cls=Command)
@click.option(
    "--interval",
    default="60s",
    show_default=True,
    metavar="DURATION",
    type=DURATION,
    help="scrape_interval in Prometheus, for the calls it costs",
)
@click.option("--json", "as_json", is_flag=True, help="one JSON document instead of the table")
@settings_options
def check(*, interval: float, as_json: bool, **flags: str | None) -> None:
    """Find out what is wrong with the settings, the network, the credential.

    Tries each step as the exporter would, and says for each that fails what to do: settings, name lookup, connection,
    proxy, TLS, /oauth/info, access token, the permission for each operation that is switched on, every configured
    managed client, the clocks, and the calls that scraping in this interval costs. It only reads, and it never shows
    a secret.

    Exit status 0 when nothing is wrong, warnings or not; 1 for a failure of the check itself; 2 when the
    configuration cannot be used; 3 when problems were found. As an init container it keeps a pod that cannot
    work from starting.

    The JSON document has the keys result (ok, warning, problem), problems, warnings (numbers), interval_seconds
    and findings: a list of objects with tenant, step, subject (a managed client's id, or ""), result (ok, warning,
    problem, skipped), detail, remedy, reason (as on the metrics, or null) and duration_seconds (or null).
    """
    from exporter.cli.check_report import JsonReport, TextReport  # noqa: PLC0415 - imports the doctor, which is heavy

    report = JsonReport(interval) if as_json else TextReport()
    configuration = _configured({name: text for name, text in flags.items() if text is not None}, report)
    if configuration is None:
        report.end()
        sys.exit(SettingsError.exit_status)
    sys.exit(process.run(_check(configuration, interval, report)))


def _configured(flags: Mapping[str, str], report: "Report") -> "Configuration | None":
    """The configuration, if it can be used; the report has what there is to say about it."""
    from exporter.doctor import Finding, Result, Step  # noqa: PLC0415 - heavy
    from exporter.settings.loading import exposed_secrets  # noqa: PLC0415 - imports pydantic

    try:
        configuration = validated(flags, os.environ)
    except SettingsError as error:
        for problem in error.problems:
            report.add("", Finding(Step.SETTINGS, Result.PROBLEM, problem))
        return None
    _quiet(configuration)
    names = ", ".join(tenant.name for tenant in configuration.tenants)
    report.add("", Finding(Step.SETTINGS, Result.OK, f"complete and valid, for {names}"))
    for warning in exposed_secrets(configuration):
        report.add("", Finding(Step.SETTINGS, Result.WARNING, warning))
    return configuration


def _quiet(configuration: "Configuration") -> None:
    """No log beside the findings, unless it was asked for."""
    if configuration.log.level == "debug":
        logs.configure(configuration.log.level, configuration.log.format)
    else:
        logging.basicConfig(handlers=[logging.NullHandler()], force=True)


async def _check(configuration: "Configuration", interval_seconds: float, report: "Report") -> int:
    """Examine each tenant; the exit status."""
    from exporter.doctor import examine  # noqa: PLC0415 - imports httpx and uvicorn

    for tenant in configuration.tenants:
        findings = examine(configuration, tenant, interval_seconds=interval_seconds, progress=report.progress)
        async for finding in findings:
            report.add(tenant.name, finding)
    report.end()
    return _PROBLEMS_FOUND if report.problems else 0
