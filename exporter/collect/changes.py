"""The only place that decides what is worth a log line: changes of a managed client's state, never a scrape.

A client that keeps failing for the same reason says so once, and says once that it can be read again. Clients that
change in the same way within one cycle share a line, so that a tenant's outage is one line and not five hundred.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exporter.collect.snapshot import ManagedClient
from exporter.errors import Reason

__all__ = ["Change", "Changes", "changes"]

NAMED_CLIENTS = 5
"""How many clients a line names; the rest are counted."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """Clients whose state changed in the same way: to a reason, or to None for "can be read"."""

    reason: Reason | None
    clients: tuple[ManagedClient, ...]


def changes(
    before: Mapping[ManagedClient, Reason | None], now: Mapping[ManagedClient, Reason | None]
) -> tuple[Change, ...]:
    """Compare the clients' states; a client that was never heard of counts as one that could be read."""
    grouped: dict[Reason | None, list[ManagedClient]] = {}
    for client, reason in now.items():
        if before.get(client) is not reason:
            grouped.setdefault(reason, []).append(client)
    return tuple(Change(reason, tuple(clients)) for reason, clients in grouped.items())


class Changes:
    """Remembers each client's state, and logs when it changes."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant
        self._states: dict[ManagedClient, Reason | None] = {}

    def note(self, states: Mapping[ManagedClient, Reason | None], details: Mapping[Reason, str]) -> None:
        """Log what changed in a cycle.

        Args:
            states: of the clients that the tenant was really asked about; None when it answered.
            details: an example of each reason, for people.
        """
        for change in changes(self._states, states):
            self._log(change, details)
        self._states.update(states)

    def keep(self, clients: Iterable[ManagedClient]) -> None:
        """Forget the states of all other clients."""
        self._states = {client: self._states[client] for client in clients if client in self._states}

    def _log(self, change: Change, details: Mapping[Reason, str]) -> None:
        fields = {"tenant": self._tenant, "clients": len(change.clients), "client_ids": _named(change.clients)}
        if change.reason is None:
            _log.info("managed clients can be read again", extra={"fields": fields})
            return
        fields |= {"reason": str(change.reason), "detail": details.get(change.reason, "")}
        _log.warning("managed clients cannot be read", extra={"fields": fields})


def _named(clients: Iterable[ManagedClient]) -> str:
    ids = [client.id for client in clients]
    more = "" if len(ids) <= NAMED_CLIENTS else ",..."
    return ",".join(ids[:NAMED_CLIENTS]) + more
