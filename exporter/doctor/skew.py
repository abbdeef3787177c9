"""The only place that says how far the tenant's clock and this machine's may be apart.

A wrong clock spoils what is read off the wall clock: certificates, and how long ago a managed client reported.
"""

from exporter.doctor.finding import Finding, Result, Step, skipped

__all__ = ["agreed"]

_WARNING_SECONDS = 30.0
_PROBLEM_SECONDS = 300.0


def agreed(skew_seconds: float | None) -> Finding:
    """Whether the tenant's clock and this machine's agree."""
    if skew_seconds is None:
        return skipped(Step.CLOCK, "no answer told the tenant's time")
    off_seconds = abs(skew_seconds)
    if off_seconds <= _WARNING_SECONDS:
        return Finding(Step.CLOCK, Result.OK, f"within {max(1.0, off_seconds):.0f} s of the tenant's")
    detail = f"{off_seconds:.0f} s {'behind' if skew_seconds > 0 else 'ahead of'} the tenant's"
    result = Result.PROBLEM if off_seconds > _PROBLEM_SECONDS else Result.WARNING
    return Finding(Step.CLOCK, result, detail, "set this machine's clock: see that it is kept by NTP")
