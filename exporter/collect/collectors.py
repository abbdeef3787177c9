"""The only place where a collector may fail: it costs itself, is logged when that changes, and is not repeated in vain.

A credential without a scope will not have it a minute later. A collector that was refused (403) is tried again after
ten minutes; until then it fails for the same reason without a call.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from exporter.clock import Clock
from exporter.collect.snapshot import Collector, Run
from exporter.errors import ApiError, Reason

__all__ = ["REFUSED_SECONDS", "Collectors"]

REFUSED_SECONDS = 600.0

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Failure:
    reason: Reason
    detail: str
    again_seconds: float = 0.0


class Collectors:
    """How each collector of one tenant fares, from cycle to cycle."""

    def __init__(self, tenant: str, clock: Clock) -> None:
        self._tenant, self._clock = tenant, clock
        self._failures: dict[Collector, _Failure] = {}

    async def tried(self, collector: Collector, call: Callable[[], Awaitable[T]]) -> tuple[T | None, Run]:
        """The call's result, None when it failed, and how it went."""
        started_seconds = self._clock.monotonic_seconds()
        result: T | None = None
        failure = self._standing(collector)
        if failure is None:
            try:
                result = await call()
            except ApiError as error:
                failure = _Failure(error.reason, error.detail, self._again_seconds(error.reason))
            except Exception as error:  # noqa: BLE001 - a bug met in one collector must not cost the others theirs
                failure = _Failure(Reason.INTERNAL, type(error).__name__)
        return result, self.ended(collector, started_seconds, failure)

    def ended(self, collector: Collector, started_seconds: float, failure: _Failure | None = None) -> Run:
        """Take note of how a collector fared, and log it when that is new."""
        before = self._failures.get(collector)
        if failure is not None:
            self._failures[collector] = failure
        elif before is not None:
            del self._failures[collector]
        self._log_change(collector, before, failure)
        duration_seconds = self._clock.monotonic_seconds() - started_seconds
        return Run(collector, duration_seconds, None if failure is None else failure.reason)

    def _standing(self, collector: Collector) -> _Failure | None:
        failure = self._failures.get(collector)
        return failure if failure is not None and self._clock.monotonic_seconds() < failure.again_seconds else None

    def _again_seconds(self, reason: Reason) -> float:
        return self._clock.monotonic_seconds() + REFUSED_SECONDS if reason is Reason.FORBIDDEN else 0.0

    def _log_change(self, collector: Collector, before: _Failure | None, now: _Failure | None) -> None:
        fields = {"tenant": self._tenant, "collector": str(collector)}
        if now is not None and (before is None or before.reason is not now.reason):
            fields |= {"reason": str(now.reason), "detail": now.detail}
            _log.warning("collector fails", extra={"fields": fields})
        elif now is None and before is not None:
            _log.info("collector works again", extra={"fields": fields})
