"""The only place for upgrades under way, of whole clusters and of single clients, and for jobs that stand still."""

from dataclasses import replace

from exporter.simulator.fleet import Client
from exporter.simulator.jobs import Turn, Upgrade

__all__ = ["Upgrades"]


class Upgrades:
    """The upgrades of a tenant; a client's own comes before its cluster's."""

    def __init__(self) -> None:
        self._of_cluster: dict[str, Upgrade] = {}
        self._of_client: dict[str, Upgrade] = {}
        self._held_states: dict[str, str] = {}

    def begin_cluster(self, cluster_id: str, upgrade: Upgrade) -> None:
        """The cluster is upgraded, one client after the other."""
        self._of_cluster[cluster_id] = upgrade

    def begin_client(self, client_id: str, upgrade: Upgrade) -> None:
        """The client is upgraded by itself."""
        self._of_client[client_id] = upgrade

    def end_own(self, client_id: str) -> None:
        """The client's jobs that are held or of its own are given up."""
        self._of_client.pop(client_id, None)
        self._held_states.pop(client_id, None)

    def hold(self, client_id: str, state: str) -> None:
        """From now on the client's jobs stand still in that state."""
        self._held_states[client_id] = state

    def release(self, client_id: str) -> None:
        """From now on the client's jobs are where they would be if they had never stood still."""
        self._held_states.pop(client_id, None)

    def turn(self, client: Client, now_epoch_seconds: float) -> Turn | None:
        """The client's part in an upgrade; None without one."""
        own = self._of_client.get(client.id)
        upgrade = own or self._of_cluster.get(client.cluster_id)
        if upgrade is None:
            return None
        turn = upgrade.turn(0 if own else client.position, now_epoch_seconds)
        return replace(turn, held_state=self._held_states.get(client.id))
