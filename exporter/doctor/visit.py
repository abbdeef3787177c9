"""The only place that brings the doctor and one tenant of a configuration together."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

from exporter.api.calls import Call
from exporter.bootstrap import build
from exporter.doctor.examination import Examination
from exporter.doctor.finding import Finding
from exporter.doctor.load import affordable
from exporter.doctor.operations import Progress
from exporter.doctor.skew import agreed
from exporter.errors import Reason
from exporter.settings.configuration import Configuration, TenantSettings

__all__ = ["ClockReader", "examine"]


async def examine(
    configuration: Configuration, settings: TenantSettings, *, interval_seconds: float, progress: Progress
) -> AsyncIterator[Finding]:
    """Look at one tenant, the way the exporter itself would meet it.

    Args:
        configuration: of the process.
        settings: the tenant's, one of the configuration's.
        interval_seconds: between two scrapes, as planned.
        progress: told about each managed client asked about.
    """
    reader = ClockReader()
    async with aclosing(build(replace(configuration, tenants=(settings,)), observers=(reader,))) as application:
        (tenant,) = application.tenants
        examination = Examination(tenant, application.clock, progress)
        async for finding in examination.findings():
            yield finding
        yield agreed(reader.skew_seconds)
        yield affordable(
            examination.operations.load,
            rate_budget=settings.rate_budget,
            interval_seconds=interval_seconds,
            max_duration_seconds=configuration.scrape.max_duration_seconds,
        )


class ClockReader:
    """An observer that keeps what the tenant's last answer said about its clock."""

    def __init__(self) -> None:
        self.skew_seconds: float | None = None

    def call_finished(self, call: Call) -> None:
        """Keep the difference, if there was an answer to tell it."""
        if call.clock_skew_seconds is not None:
            self.skew_seconds = call.clock_skew_seconds

    def token_refreshed(self, expiry_epoch_seconds: float) -> None:
        """Not about the tenant's clock."""

    def token_refresh_failed(self, reason: Reason) -> None:
        """Not about the tenant's clock."""
