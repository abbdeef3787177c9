"""The only place that says what is wrong with a credential: its secret, its life, or its scopes."""

import re

from exporter.doctor.finding import Finding, Result, Step
from exporter.doctor.remedies import in_general
from exporter.errors import ApiError, Reason

__all__ = ["authenticated", "permitted"]

_EXPIRED = re.compile("expired", re.IGNORECASE)

_OPERATIONS = {
    Step.CLIENT_LIST: "listing managed clients",
    Step.CLUSTERS: "listing managed clusters",
    Step.STATUS: "reading a managed client's status",
    Step.HEALTH: "reading a managed client's health indicators",
}

_SWITCHES = {
    Step.CLIENT_LIST: "name the clients in SAIL_MANAGED_CLIENTS",
    Step.CLUSTERS: "set SAIL_COLLECTORS__CLUSTERS=false",
    Step.STATUS: "set SAIL_COLLECTORS__STATUS=false",
    Step.HEALTH: "set SAIL_COLLECTORS__HEALTH=false",
}
"""How to do without."""

_LEVEL = "a personal access token can do no more than its user, who must be ORG_ADMIN for this"


def authenticated(outcome: float | ApiError) -> Finding:
    """What came of asking for an access token: seconds of its life, or none."""
    if not isinstance(outcome, ApiError):
        return Finding(Step.TOKEN, Result.OK, f"an access token was issued, valid for {outcome:.0f} s")
    if outcome.reason is not Reason.TOKEN_REJECTED:
        return in_general(Step.TOKEN, outcome)
    if _EXPIRED.search(outcome.detail):
        remedy = "create a new personal access token, and put it into SAIL_CLIENT_ID and SAIL_CLIENT_SECRET"
        return Finding.of_error(Step.TOKEN, outcome, remedy, detail="the credential has expired")
    detail = (
        f"the tenant refuses client id and secret, or one of them ({outcome.detail.removeprefix('token endpoint: ')})"
    )
    remedy = (
        "correct SAIL_CLIENT_ID and SAIL_CLIENT_SECRET; if they are right, the token was deleted or has expired, "
        "or belongs to another tenant than SAIL_BASE_URL"
    )
    return Finding.of_error(Step.TOKEN, outcome, remedy, detail=detail)


def permitted(step: Step, outcome: object, *, needed: bool = True) -> Finding:
    """What came of trying an operation; not being allowed one that can be done without is worth a warning."""
    operation = _OPERATIONS[step]
    if not isinstance(outcome, ApiError) or outcome.reason is Reason.NOT_FOUND:
        return Finding(step, Result.OK, f"{operation} is permitted")
    if outcome.reason is not Reason.FORBIDDEN:
        return in_general(step, outcome)
    return Finding.of_error(
        step,
        outcome,
        f"give the credential that scope ({_LEVEL}), or {_SWITCHES[step]}" if needed else _WITHOUT_LIST,
        detail=f"{operation}: {outcome.detail}",
        result=Result.PROBLEM if needed else Result.WARNING,
    )


_WITHOUT_LIST = "nothing, as long as SAIL_MANAGED_CLIENTS names all; with that scope there would also be their names"
