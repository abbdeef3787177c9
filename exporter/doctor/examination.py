"""The only place for the order of the steps: each is taken once, and none whose ground a failed one was."""

from collections.abc import AsyncIterator
from dataclasses import replace

from exporter.bootstrap import Tenant
from exporter.clock import Clock
from exporter.doctor.credential import authenticated
from exporter.doctor.finding import Finding, Result, Step, skipped
from exporter.doctor.network import Target, connected, exchanged, looked_up
from exporter.doctor.operations import Operations, Progress
from exporter.doctor.sockets import look_up, open_and_close
from exporter.doctor.trial import Trial

__all__ = ["Examination"]

_OWN_STEPS = frozenset({Step.SETTINGS, Step.CLOCK, Step.BUDGET})
"""Steps that are taken whether the tenant can be reached or not."""


class Examination:
    """One look at one tenant."""

    def __init__(self, tenant: Tenant, clock: Clock, progress: Progress) -> None:
        """Nothing is asked yet."""
        self._api, self._trial = tenant.api, Trial(clock)
        settings = tenant.settings
        self._target = Target.of(settings.base_url, settings.proxy_url, settings.proxy_origin)
        self.operations = Operations(tenant, self._trial, progress)

    async def findings(self) -> AsyncIterator[Finding]:
        """What there is to say about reaching and reading the tenant, as soon as it can be said."""
        missing = [step for step in Step if step not in _OWN_STEPS]
        async for finding in self._findings():
            if finding.step in missing:
                missing.remove(finding.step)
            yield finding
        for step in missing:
            yield skipped(step)

    async def _findings(self) -> AsyncIterator[Finding]:
        for look in (self._look_up, self._connect, self._exchange, self._authenticate):
            findings = await look()
            for finding in findings:
                yield finding
            if any(finding.result is Result.PROBLEM for finding in findings):
                return
        async for finding in self.operations.findings():
            yield finding

    async def _look_up(self) -> tuple[Finding, ...]:
        outcome, seconds = await self._trial.of(look_up(*self._target.peer))
        return (replace(looked_up(self._target, outcome), duration_seconds=seconds),)

    async def _connect(self) -> tuple[Finding, ...]:
        outcome, seconds = await self._trial.of(open_and_close(*self._target.peer))
        return (replace(connected(self._target, outcome), duration_seconds=seconds),)

    async def _exchange(self) -> tuple[Finding, ...]:
        outcome, seconds = await self._trial.of(self._api.get_oauth_info(deadline=self._trial.deadline()))
        findings = exchanged(self._target, outcome)
        return tuple(
            finding if finding.result is Result.SKIPPED else replace(finding, duration_seconds=seconds)
            for finding in findings
        )

    async def _authenticate(self) -> tuple[Finding, ...]:
        outcome, seconds = await self._trial.of(self._api.authenticate(deadline=self._trial.deadline()))
        return (replace(authenticated(outcome), duration_seconds=seconds),)
