"""The only place for upgrades: whose turn it is, how far its jobs are, and when a reboot cuts its heartbeats off.

An upgrade goes through a cluster one appliance at a time; each turn is a VA_UPGRADE with a VA_REBOOT inside.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, uuid5

__all__ = ["TURN_SECONDS", "Turn", "Upgrade", "managed_processes"]

TURN_SECONDS = 120.0
"""How long one appliance takes."""


class _Step(NamedTuple):
    """A job of a turn, with its begin and end within the turn."""

    type: str
    from_seconds: float
    until_seconds: float


_REBOOT = _Step("VA_REBOOT", 30.0, 105.0)

_STEPS = (_Step("VA_UPGRADE", 0.0, TURN_SECONDS), _REBOOT)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A rolling upgrade.

    Attributes:
        appliances: how many take their turns.
        release: the release that is installed; the next one in each further round.
        rest_seconds: the pause before the next round; for ever by default.
    """

    begun_epoch_seconds: float
    appliances: int
    release: int = 1
    rest_seconds: float = math.inf

    def turn(self, position: int, now_epoch_seconds: float) -> "Turn":
        """The turn, in the round that is on now, of the appliance at that position."""
        round_seconds = self.appliances * TURN_SECONDS + self.rest_seconds
        rounds, into_seconds = divmod(max(0.0, now_epoch_seconds - self.begun_epoch_seconds), round_seconds)
        begins = now_epoch_seconds - into_seconds + position * TURN_SECONDS
        return Turn(begins, now_epoch_seconds, self.release + int(rounds), self.appliances)


@dataclass(frozen=True, slots=True)
class Turn:
    """One appliance's part in a round, as it stands now.

    Attributes:
        begins_epoch_seconds: may lie ahead.
        target_release: the release that this turn installs.
        held_state: the state in which its jobs stand still, None while they advance.
    """

    begins_epoch_seconds: float
    now_epoch_seconds: float
    target_release: int
    appliances: int
    held_state: str | None = None

    @property
    def elapsed_seconds(self) -> float:
        """Since the turn began; negative before."""
        return self.now_epoch_seconds - self.begins_epoch_seconds

    @property
    def installed_release(self) -> int:
        """The release that runs on the appliance."""
        finished = self.held_state is None and self.elapsed_seconds >= TURN_SECONDS
        return self.target_release if finished else self.target_release - 1

    @property
    def deaf_since_epoch_seconds(self) -> float | None:
        """When the reboot began that cuts heartbeats off; None when it is not rebooting."""
        rebooting = self.held_state is None and _REBOOT.from_seconds <= self.elapsed_seconds < _REBOOT.until_seconds
        return self.begins_epoch_seconds + _REBOOT.from_seconds if rebooting else None

    @property
    def cluster_job_count(self) -> int:
        """The jobs of the whole round."""
        return self.appliances * len(_STEPS)

    def jobs(self, client_id: str) -> list[dict[str, Any]]:
        """VaJob documents. They carry no timestamps (unpublished schema VaJob)."""
        return [self._job(step, client_id) for step in _STEPS]

    def _job(self, step: _Step, client_id: str) -> dict[str, Any]:
        uuid = str(uuid5(NAMESPACE_OID, f"{client_id}/{step.type}/{self.target_release}"))
        return {
            "uuid": uuid,
            "cookbook": uuid,
            "state": self.held_state or _state(step, self.elapsed_seconds),
            "type": step.type,
            "targetId": client_id,
            "managedProcessConfiguration": managed_processes(self.target_release),
        }


def _state(step: _Step, elapsed_seconds: float) -> str:
    if elapsed_seconds < step.from_seconds:
        return "PENDING"
    return "INPROGRESS" if elapsed_seconds < step.until_seconds else "FINISHED"


def managed_processes(release: int) -> dict[str, dict[str, Any]]:
    """The processes of a release, as in the sample of updateManagedClientStatus, and one of the newer ones."""
    versions = {
        "charon": (f"{3046 + release}", "sailpoint/charon"),
        "ccg": (f"{1797 + release}_1054_{240 + release}.0.0", "sailpoint/ccg"),
        "toolbox": ("15", "sailpoint/toolbox"),
        "fluent": ("50", "fluent/va"),
        "va_agent": (f"{98 + release}", "sailpoint/va_agent"),
        "otel_agent": ("12", "sailpoint/otel_agent"),
    }
    return {
        process: {"version": version, "path": path, "description": None, "dependencies": None}
        for process, (version, path) in versions.items()
    }
