"""What helps in general."""

import pytest

from exporter.doctor.finding import Result, Step
from exporter.doctor.remedies import REMEDIES, in_general
from exporter.errors import ApiError, Reason


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_remedy(reason: Reason) -> None:
    """Whatever a call fails for, there is something to do about it."""
    finding = in_general(Step.STATUS, ApiError(reason, "so it is"))
    assert (finding.result, finding.detail, finding.reason) == (Result.PROBLEM, "so it is", reason)
    assert finding.remedy == REMEDIES[reason]
    assert finding.remedy
