"""The only place for what can happen to a tenant in a scenario: one function for each event, and its name in the files.

The keywords of a function are the keys of its event; ``with_`` stands for ``with``. Clients and clusters are called by
their names, see ``exporter.simulator.roster``. A ValueError means that there is nobody and nothing of that name.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from exporter.simulator import faults
from exporter.simulator.faults import Fault, Forever
from exporter.simulator.life import Phase
from exporter.simulator.stage import Stage

__all__ = ["EVENTS"]

_HANG_SECONDS = 3600.0

_FAULTS: Mapping[str, Fault] = {
    "400": faults.BAD_REQUEST,
    "401": faults.UNAUTHORIZED,
    "403": faults.FORBIDDEN,
    "404": faults.NOT_FOUND,
    "429": faults.too_many_requests(10),
    "500": faults.INTERNAL_FAULT,
    "502": faults.BAD_GATEWAY,
    "503": faults.Status(503),
    "504": faults.GATEWAY_TIMEOUT,
    "drip": faults.Drip(piece_bytes=64, interval_seconds=1.0),
    "empty": faults.EMPTY_BODY,
    "empty_list": faults.EMPTY_LIST,
    "hang": faults.Hang(_HANG_SECONDS),
    "html": faults.HTML_200,
    "not_json": faults.NOT_JSON,
    "reset": faults.Reset(),
    "truncated": faults.TruncatedJson(),
}


def _place(stage: Stage, *, clients: tuple[str, ...], phase: Phase) -> None:
    """They go through another phase."""
    for client_id in stage.client_ids(clients):
        stage.world.place(client_id, phase)


def _remove(stage: Stage, *, clients: tuple[str, ...]) -> None:
    """They are deleted."""
    for client_id in stage.client_ids(clients):
        stage.world.remove(client_id)


def _add(stage: Stage, *, cluster: str, count: int = 1, phase: Phase = Phase.NORMAL) -> None:
    """New clients appear."""
    for _ in range(count):
        stage.world.add_client(stage.cluster_id(cluster), phase)


def _add_cluster(stage: Stage, *, clients: int = 0, phase: Phase = Phase.NORMAL) -> None:
    """A new cluster appears, with so many clients."""
    cluster = stage.world.roster.add_cluster()
    for _ in range(clients):
        stage.world.add_client(cluster.id, phase)


def _upgrade(stage: Stage, *, cluster: str) -> None:
    """Its clients are upgraded, one after the other."""
    stage.world.begin_upgrade(stage.cluster_id(cluster))


def _hold_jobs(stage: Stage, *, clients: tuple[str, ...], state: str) -> None:
    """Their jobs stand still in that state."""
    for client_id in stage.client_ids(clients):
        stage.world.hold_jobs(client_id, state)


def _release_jobs(stage: Stage, *, clients: tuple[str, ...]) -> None:
    """Their jobs go on."""
    for client_id in stage.client_ids(clients):
        stage.world.release_jobs(client_id)


def _version(stage: Stage, *, clients: tuple[str, ...], version: str) -> None:
    """They say that they run that version."""
    for client_id in stage.client_ids(clients):
        stage.world.roster.amend_client(client_id, version=version)


def _health(stage: Stage, *, clients: tuple[str, ...], severity: Literal["NORMAL", "WARNING", "ERROR"]) -> None:
    """They have health indicators of that severity, whatever their status."""
    for client_id in stage.client_ids(clients):
        stage.world.roster.amend_client(client_id, health=severity)


def _offer_update(stage: Stage, *, cluster: str) -> None:
    """An update waits for it."""
    stage.world.roster.amend_cluster(stage.cluster_id(cluster), update_offered=True)


def _notify_out_of_date(stage: Stage, *, cluster: str) -> None:
    """The tenant finds it out of date."""
    stage.world.notify_out_of_date(stage.cluster_id(cluster))


def _withdraw_update(stage: Stage, *, cluster: str) -> None:
    """No update waits for it, and it is not out of date."""
    up_to_date = {"update_offered": False, "out_of_date_since_epoch_seconds": None}
    stage.world.roster.amend_cluster(stage.cluster_id(cluster), **up_to_date)


def _sources(stage: Stage, *, cluster: str, count: int) -> None:
    """So many sources are bound to it."""
    stage.world.roster.amend_cluster(stage.cluster_id(cluster), service_count=count)


def _fail(stage: Stage, *, operations: tuple[str, ...], with_: str, clients: tuple[str, ...] = ()) -> None:
    """Every call, or every call about these clients, is answered so, until the operations are healed."""
    if with_ not in _FAULTS:
        message = f"unknown fault {with_!r}; known are {', '.join(_FAULTS)}"
        raise ValueError(message)
    only_ids = stage.client_ids(clients) if clients else [None]
    for operation in stage.operations(operations):
        stage.tenant.faults.clear(operation)
        for only_id in only_ids:
            stage.tenant.faults.add(operation, Forever(_FAULTS[with_]), only_id=only_id)


def _heal(stage: Stage, *, operations: tuple[str, ...] = ("*",)) -> None:
    """They are answered as ever."""
    stage.tenant.faults.clear(*stage.operations(operations))


def _slow(stage: Stage, *, latency_millis: float) -> None:
    """Every answer takes that long."""
    stage.tenant.latency_seconds = latency_millis / 1000


def _refuse_credential(stage: Stage) -> None:
    """The credential expires: no tokens any more, and none of those issued is good."""
    stage.tenant.refuses_credentials = True
    stage.tenant.revoke_tokens()


def _accept_credential(stage: Stage) -> None:
    """The credential is renewed."""
    stage.tenant.refuses_credentials = False


def _revoke_tokens(stage: Stage) -> None:
    """No token that was issued so far is good."""
    stage.tenant.revoke_tokens()


def _scopes(stage: Stage, *, scopes: tuple[str, ...]) -> None:
    """Tokens carry only these; those already issued keep theirs."""
    held = frozenset(scopes)
    stage.tenant.credentials = tuple(replace(each, scopes=held) for each in stage.tenant.credentials)


def _skew(stage: Stage, *, seconds: float) -> None:
    """The tenant's clock is that far ahead."""
    stage.clock.skew_seconds = seconds


def _deprecate(stage: Stage, *, operations: tuple[str, ...] = ("*",)) -> None:
    """Their answers say that they are deprecated, in whatever generation."""
    stage.tenant.deprecated |= stage.operations(operations)


def _undeprecate(stage: Stage, *, operations: tuple[str, ...] = ("*",)) -> None:
    """Their answers say so no longer."""
    stage.tenant.deprecated -= stage.operations(operations)


EVENTS: Mapping[str, Callable[..., None]] = {
    "place": _place,
    "remove": _remove,
    "add": _add,
    "add_cluster": _add_cluster,
    "upgrade": _upgrade,
    "hold_jobs": _hold_jobs,
    "release_jobs": _release_jobs,
    "version": _version,
    "health": _health,
    "offer_update": _offer_update,
    "notify_out_of_date": _notify_out_of_date,
    "withdraw_update": _withdraw_update,
    "sources": _sources,
    "fail": _fail,
    "heal": _heal,
    "slow": _slow,
    "refuse_credential": _refuse_credential,
    "accept_credential": _accept_credential,
    "revoke_tokens": _revoke_tokens,
    "scopes": _scopes,
    "skew": _skew,
    "deprecate": _deprecate,
    "undeprecate": _undeprecate,
}
"""Every event, by what a file calls it."""
