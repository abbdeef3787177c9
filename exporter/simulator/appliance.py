"""The only place for the picture that every document is drawn from: one managed client at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.simulator.fleet import Client, Cluster
from exporter.simulator.jobs import Turn
from exporter.simulator.life import Phase, Vitals

__all__ = ["Appliance"]

_ALERT_KEYS: Mapping[str | None, str] = {
    "NOT_CONFIGURED": "CLIENT_STATUS_NOT_CONFIGURED",
    "FAILED": "CLIENT_STATUS_FAILED",
    "WARNING": "LIMITED_RESOURCES",
}
"""The vocabulary is open and unpublished; CLIENT_STATUS_FAILED is an assumption, the others were seen."""


@dataclass(frozen=True, slots=True)
class Appliance:
    """A managed client as it stands now.

    Attributes:
        now_epoch_seconds: the moment.
        turn: its part in an upgrade, None when there is none.
        reported: the body of a report that was sent in and not yet followed by a heartbeat.
    """

    client: Client
    cluster: Cluster
    now_epoch_seconds: float
    vitals: Vitals
    turn: Turn | None
    reported: Mapping[str, Any] = field(default_factory=dict)

    @property
    def never_seen(self) -> bool:
        """Whether it has not reported yet."""
        return self.vitals.last_seen_epoch_seconds is None

    @property
    def draft(self) -> bool:
        """Whether it is only ordered."""
        return self.vitals.phase is Phase.DRAFT and self.never_seen

    @property
    def release(self) -> int:
        """The release that it runs."""
        return self.turn.installed_release if self.turn else 0

    @property
    def indicated(self) -> str | None:
        """The word that its health indicators follow."""
        return self.client.health or self.vitals.status

    @property
    def alert_key(self) -> str:
        """Empty when nothing is wrong."""
        return _ALERT_KEYS.get(self.vitals.status, "")

    @property
    def consolidated_health(self) -> str:
        """NORMAL, WARNING or ERROR."""
        return {"WARNING": "WARNING", "ERROR": "ERROR", "FAILED": "ERROR"}.get(self.indicated or "", "NORMAL")
