"""The only place that says what is wrong with the choice of managed clients."""

from collections.abc import Sequence

from exporter.api.documents import MANAGED_CLIENT_TYPES, ManagedClientStatus
from exporter.collect.snapshot import ManagedClient
from exporter.doctor.finding import Finding, Result, Step
from exporter.doctor.remedies import in_general
from exporter.errors import ApiError, Reason

__all__ = ["answered", "chosen", "summed_up"]


def answered(client: ManagedClient, outcome: ManagedClientStatus | ApiError) -> Finding | None:
    """What a configured client's own answer says about its entry; None when all is well."""
    if isinstance(outcome, ApiError):
        return _failed(client, outcome)
    if outcome.type in (client.type, None) or outcome.type not in MANAGED_CLIENT_TYPES:
        return None
    return Finding(
        Step.MANAGED_CLIENTS,
        Result.WARNING,
        f"is of type {outcome.type}, and asked about as {client.type}",
        f"write {client.id}:{outcome.type} in SAIL_MANAGED_CLIENTS",
        subject=client.id,
    )


def _failed(client: ManagedClient, error: ApiError) -> Finding:
    if error.reason is Reason.NOT_FOUND:
        detail, remedy = "the tenant has no such managed client", "correct its id in SAIL_MANAGED_CLIENTS, or remove it"
    else:
        general = in_general(Step.MANAGED_CLIENTS, error)
        detail, remedy = general.detail, general.remedy
    return Finding(Step.MANAGED_CLIENTS, Result.PROBLEM, detail, remedy, subject=client.id, reason=error.reason)


def summed_up(clients: int, findings: Sequence[Finding]) -> Finding:
    """How many of the configured clients answered; each that did not has a finding of its own."""
    failed = sum(finding.result is Result.PROBLEM for finding in findings)
    detail = f"{clients - failed} of {clients} answered"
    if not failed:
        return Finding(Step.MANAGED_CLIENTS, Result.OK, detail)
    return Finding(Step.MANAGED_CLIENTS, Result.PROBLEM, detail, "see the managed clients named above")


def chosen(watched: int, found: int) -> Finding:
    """What discovery leaves to watch."""
    detail = f"{watched} of {found} managed clients found are watched"
    if watched or not found:
        return Finding(Step.MANAGED_CLIENTS, Result.OK, detail)
    remedy = "the filters leave nobody: correct SAIL_DISCOVERY__*"
    return Finding(Step.MANAGED_CLIENTS, Result.PROBLEM, detail, remedy)
