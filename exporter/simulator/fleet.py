"""The only place for what a managed client and a cluster are born with: their ids, their oddities and their lives.

The first twelve clients are the demo: most are well, and each kind of trouble is there once. From then on every sixty
clients repeat that mix, with a few rarer troubles, so that in a large fleet about nine in ten are NORMAL. In a quiet
fleet all are, and nothing is out of date.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.simulator.handwriting import Handwriting, draw
from exporter.simulator.life import Life, Phase, Stage, last_heartbeat

__all__ = ["Client", "Cluster", "born_life", "make_client", "make_cluster"]

_BLOCK = 60

_ALWAYS_NORMAL = (Stage(Phase.NORMAL),)

_LIVES: Mapping[int, tuple[Stage, ...]] = {
    4: (Stage(Phase.WARNING),),
    5: (Stage(Phase.SILENT),),
    7: (Stage(Phase.UNKNOWN, 45), Stage(Phase.NORMAL, 120), Stage(Phase.NULL, 30), Stage(Phase.NORMAL, 120)),
    8: (
        Stage(Phase.DRAFT, 120),
        Stage(Phase.NOT_CONFIGURED, 480),
        Stage(Phase.CONFIGURING, 300),
        Stage(Phase.NORMAL, 2700),
    ),
    10: (Stage(Phase.CONFIGURING, 300), Stage(Phase.NORMAL, 1200)),
    17: (Stage(Phase.LATE),),
    24: (Stage(Phase.ERROR),),
    35: (Stage(Phase.UNDEFINED),),
    46: (Stage(Phase.FAILED),),
    53: (Stage(Phase.FROZEN),),
}
"""Who is not simply NORMAL, by place in a block."""

_SILENT_BEFORE_BIRTH_SECONDS = 1020.0

_STAGGER_SECONDS = 77.0
"""Keeps the blocks of a large fleet out of step."""

_LEFT_BEHIND_EPOCH_SECONDS = 1741182081.865
"""When the tenant found clusters out of date that are updated by hand."""

_TYPES: Mapping[int, str] = {1: "INTERNAL", 11: "IIQ_HARVESTER"}
"""Whose type is not the cluster's, by place in a block."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A managed cluster's facts.

    Attributes:
        client_type: the type of its clients; None is a documented value.
        service_count: sources bound to it.
        gmt_offset_hours: its local time.
        by_hand: its administrators update it, and not the tenant.
        update_offered: an update waits for it.
        out_of_date_since_epoch_seconds: when the tenant found it out of date, None while it is not.
    """

    index: int
    id: str
    type: str
    client_type: str | None
    service_count: int
    gmt_offset_hours: int
    by_hand: bool = False
    update_offered: bool = False
    out_of_date_since_epoch_seconds: float | None = None

    @property
    def handwriting(self) -> Handwriting:
        """How its documents are written."""
        return Handwriting.of(self.index)


@dataclass(frozen=True, slots=True)
class Client:
    """A managed client's facts.

    Attributes:
        id: the one in paths, opaque, in one of three shapes.
        client_id: ``clientId``, its id in API management.
        pulse: from which its heartbeats are computed.
        position: its turn when its cluster is upgraded.
        stages: the life it is born to.
        version: what it says it runs, when that is not its release's.
        health: the word that its health indicators follow, when that is not its status.
    """

    index: int
    id: str
    client_id: str
    type: str
    cluster_id: str
    pulse: int
    position: int
    stages: tuple[Stage, ...] = _ALWAYS_NORMAL
    version: str | None = None
    health: str | None = None

    @property
    def handwriting(self) -> Handwriting:
        """How its documents are written."""
        return Handwriting.of(self.index)


def make_cluster(index: int, number: int, *, quiet: bool) -> Cluster:
    """The cluster in that place of a tenant, from 0; every third of a tenant that is not quiet has fallen behind."""
    behind = not quiet and index % 3 == 2  # noqa: PLR2004 - a spread
    return Cluster(
        index,
        str(1533 + index) if index % 3 == 1 else f"{number:032x}",
        ("idn", "standard", "idn", "spConnectCluster", "das-rc")[index % 5],
        ("VA", "VA", "CCG", None)[index % 4],
        1 + number % 7,
        number // 7 % 24 - 11,
        by_hand=behind,
        update_offered=behind,
        out_of_date_since_epoch_seconds=_LEFT_BEHIND_EPOCH_SECONDS if behind else None,
    )


def make_client(index: int, number: int, cluster: Cluster, position: int, *, quiet: bool) -> Client:
    """The client in that place of a tenant, and in that position of its cluster, both from 0."""
    usual_type = cluster.client_type or "VA"
    return Client(
        index,
        _id(index, number),
        _dashed(number >> 1),
        usual_type if quiet else _TYPES.get(index % _BLOCK, usual_type),
        cluster.id,
        draw("pulse", number),
        position,
        _ALWAYS_NORMAL if quiet else _LIVES.get(index % _BLOCK, _ALWAYS_NORMAL),
    )


def _id(index: int, number: int) -> str:
    """Ids are opaque and come in three shapes: decimal, 32 hexadecimal digits, UUID."""
    return (str(5678 + index), f"{number:032x}", _dashed(number))[index % 3]


def _dashed(number: int) -> str:
    """A UUID's text; uuid.UUID takes ten times as long."""
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def born_life(client: Client, born_epoch_seconds: float) -> Life:
    """The life of a client in a world born at that time."""
    silent_seconds = _SILENT_BEFORE_BIRTH_SECONDS if client.stages[0].phase is Phase.SILENT else 0.0
    begun = born_epoch_seconds - client.index // _BLOCK * _STAGGER_SECONDS - silent_seconds
    return Life(client.stages, begun, last_heartbeat(client.pulse, begun))
