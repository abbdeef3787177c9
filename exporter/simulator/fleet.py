"""The only place for who exists: managed clients and clusters of any number, and the lives they are born to.

The first twelve clients are the demo: most are well, and each kind of trouble is there once. From then on every sixty
clients repeat that mix, with a few rarer troubles, so that in a large fleet about nine in ten are NORMAL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from exporter.simulator.handwriting import Handwriting, draw
from exporter.simulator.life import Life, Phase, Stage, last_heartbeat

__all__ = ["Client", "Cluster", "born_life", "make_clients", "make_clusters"]

_BLOCK = 60

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

_TYPES: Mapping[int, str] = {1: "INTERNAL", 11: "IIQ_HARVESTER"}
"""Whose type is not the cluster's, by place in a block."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A managed cluster's lasting facts.

    Attributes:
        client_type: the type of its clients; None is a documented value.
        service_count: sources bound to it.
        gmt_offset_hours: its local time.
    """

    index: int
    id: str
    type: str
    client_type: str | None
    service_count: int
    gmt_offset_hours: int

    @property
    def handwriting(self) -> Handwriting:
        """How its documents are written."""
        return Handwriting.of(self.index)


@dataclass(frozen=True, slots=True)
class Client:
    """A managed client's lasting facts.

    Attributes:
        id: the one in paths, opaque, in one of three shapes.
        client_id: ``clientId``, its id in API management.
        pulse: from which its heartbeats are computed.
        position: its turn when its cluster is upgraded.
    """

    index: int
    id: str
    client_id: str
    type: str
    cluster_id: str
    pulse: int
    position: int

    @property
    def handwriting(self) -> Handwriting:
        """How its documents are written."""
        return Handwriting.of(self.index)


def make_clusters(count: int, seed: int) -> tuple[Cluster, ...]:
    """That many clusters, the same for the same seed."""
    random = Random(f"clusters {seed}")  # noqa: S311 - repeatable on purpose, guards nothing
    return tuple(_cluster(index, random.getrandbits(128)) for index in range(count))


def _cluster(index: int, number: int) -> Cluster:
    return Cluster(
        index,
        str(1533 + index) if index % 3 == 1 else f"{number:032x}",
        ("idn", "standard", "idn", "spConnectCluster", "das-rc")[index % 5],
        ("VA", "VA", "CCG", None)[index % 4],
        1 + number % 7,
        number // 7 % 24 - 11,
    )


def make_clients(count: int, clusters: tuple[Cluster, ...], seed: int) -> tuple[Client, ...]:
    """That many clients, dealt out to the clusters in turn; the same for the same seed."""
    random = Random(f"clients {seed}")  # noqa: S311 - repeatable on purpose, guards nothing
    return tuple(_client(index, random.getrandbits(128), clusters) for index in range(count))


def _client(index: int, number: int, clusters: tuple[Cluster, ...]) -> Client:
    position, cluster_index = divmod(index, len(clusters))
    cluster = clusters[cluster_index]
    client_type = _TYPES.get(index % _BLOCK, cluster.client_type or "VA")
    return Client(
        index, _id(index, number), _dashed(number >> 1), client_type, cluster.id, draw("pulse", number), position
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
    place, block = client.index % _BLOCK, client.index // _BLOCK
    stages = _LIVES.get(place, (Stage(Phase.NORMAL),))
    silent_seconds = _SILENT_BEFORE_BIRTH_SECONDS if stages[0].phase is Phase.SILENT else 0.0
    begun = born_epoch_seconds - block * _STAGGER_SECONDS - silent_seconds
    return Life(stages, begun, last_heartbeat(client.pulse, begun))
