"""The only place for pages: snapshots and telemetry as bytes, in either format, compressed or not.

A page has two parts. The *tenant part* (thousands of samples) is rendered once per format and kept while its snapshots
are the current ones; the *own part* (a hundred) is rendered for every request, so that ages and counters are never old.

A page can be limited to a *selection*, so that each cluster can be a target of its own. Of the own part it then has
``sailpoint_up`` and ``sailpoint_scrape_*`` of the tenants concerned, as they are for all of the tenant. All else that
the exporter says about itself and of tenants as a whole would be scraped, and summed up, once for each target: it is on
the page without a selection only, which needs a target of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from io import BytesIO
from itertools import chain

from prometheus_client import exposition
from prometheus_client.core import Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

from exporter.clock import Clock
from exporter.collect.snapshot import Snapshot
from exporter.metrics import collection, fetch, health, managed_client, managed_cluster, tenant, work_order
from exporter.metrics.catalogue import SNAPSHOT_FAMILIES
from exporter.metrics.family import filtered
from exporter.metrics.gate import gate
from exporter.metrics.parts import KeptParts, Part
from exporter.metrics.selection import Selection
from exporter.metrics.telemetry import Telemetry

__all__ = ["Format", "Page", "Pages", "needs_tenant"]

_OF_FLEETS = (fetch, managed_client, work_order, health, managed_cluster)
_END = b"# EOF\n"
_NOTHING = b"# no series has any of these names\n"  # an empty answer is what a broken exporter sends

_SNAPSHOT_NAMES = frozenset(family.name for family in SNAPSHOT_FAMILIES)


class Format(Enum):
    """The formats a page comes in; the value is the content type."""

    TEXT = "text/plain; version=0.0.4; charset=utf-8"
    OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@dataclass(frozen=True, slots=True)
class _Kind:
    """What tells pages of the same snapshots apart, but for their compression."""

    fmt: Format
    names: frozenset[str] | None
    selection: Selection | None


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to a scrape, whole.

    Attributes:
        content_encoding: "gzip", or None for none.
    """

    body: bytes
    content_type: str
    content_encoding: str | None


def needs_tenant(names: frozenset[str] | None) -> bool:
    """Whether a page of the series with these names (None: of all) shows anything that a tenant must be asked for."""
    return names is None or not names.isdisjoint(_SNAPSHOT_NAMES)


class Pages:
    """Renders pages, and keeps what can be used again."""

    def __init__(self, telemetry: Telemetry, clock: Clock) -> None:
        self._telemetry = telemetry
        self._clock = clock
        self._kept = KeptParts(())

    def prepare(
        self,
        snapshots: tuple[Snapshot, ...],
        fmt: Format,
        *,
        gzip: bool = False,
        names: frozenset[str] | None = None,
        selection: Selection | None = None,
    ) -> None:
        """Render what is slow about a page, and keep it for ``render``; the one step that may run in a thread.

        Raises:
            RuntimeError: a managed client is missing, which is a mistake in this program.
        """
        self._tenant_part(snapshots, _Kind(fmt, names, selection or None)).ended(b"", gzip=gzip)

    def render(
        self,
        snapshots: tuple[Snapshot, ...],
        fmt: Format,
        *,
        gzip: bool = False,
        names: frozenset[str] | None = None,
        selection: Selection | None = None,
    ) -> Page:
        """The page for the snapshots.

        Args:
            snapshots: one per tenant.
            fmt: the format.
            gzip: whether to compress it.
            names: the sample names wanted (``name[]``), None for all.
            selection: the part of the fleet wanted, None for all.

        Raises:
            RuntimeError: a managed client is missing, which is a mistake in this program.
        """
        kind = _Kind(fmt, names, selection or None)
        beginning = self._tenant_part(snapshots, kind)
        own = self._own([each for each in snapshots if each.tenant in beginning.tenants], kind)
        end = _encoded(self._gated(own), kind) + _ENDS[fmt]
        body = beginning.ended(end or beginning.otherwise(_NOTHING), gzip=gzip)
        return Page(body, fmt.value, "gzip" if gzip else None)

    def _tenant_part(self, snapshots: tuple[Snapshot, ...], kind: _Kind) -> Part:
        kept = self._kept
        if not kept.holds(snapshots):
            self._kept = kept = KeptParts(snapshots)
        return kept.part(kind, lambda: self._render_tenant_part(snapshots, kind))

    def _render_tenant_part(self, snapshots: tuple[Snapshot, ...], kind: _Kind) -> Part:
        selected = snapshots if kind.selection is None else kind.selection.apply(snapshots)
        whole = tenant.families(snapshots) if kind.selection is None else ()
        metrics = fetch.with_every_reading(self._gated(chain(_of_fleets(selected), whole)), selected)
        return Part(_encoded(metrics, kind), frozenset(snapshot.tenant for snapshot in selected))

    def _own(self, snapshots: Sequence[Snapshot], kind: _Kind) -> list[Metric]:
        cycles = collection.families(snapshots, self._clock.monotonic_seconds())
        return [*cycles, *self._telemetry.families()] if kind.selection is None else cycles

    def _gated(self, metrics: Iterable[Metric]) -> Iterator[Metric]:
        return map(partial(gate, dropped=self._telemetry.sample_dropped), metrics)


def _of_fleets(snapshots: tuple[Snapshot, ...]) -> Iterator[Metric]:
    return chain.from_iterable(room.families(snapshots) for room in _OF_FLEETS)


def _encoded(metrics: Iterable[Metric], kind: _Kind) -> bytes:
    """Families one by one: as samples a fleet's take several times the room that they take as text."""
    text = BytesIO()
    text.writelines(map(partial(_encoded_family, kind=kind), metrics))
    return text.getvalue()  # which, unlike joining them, needs no room for a copy


def _encoded_family(metric: Metric, kind: _Kind) -> bytes:
    """A family as text: nothing, not even its description, when none of its samples is wanted."""
    wanted = metric if kind.names is None else filtered(metric, kind.names.__contains__)
    return _ENCODERS[kind.fmt](_Families([wanted])).removesuffix(_END) if wanted.samples else b""


@dataclass(frozen=True, slots=True)
class _Families(Collector):
    """What the library's renderers take for a registry."""

    metrics: list[Metric]

    def collect(self) -> list[Metric]:
        return self.metrics


_ENCODERS: dict[Format, Callable[[Collector], bytes]] = {
    Format.TEXT: exposition.generate_latest,
    # Names are plain constants, which the default would escape rune by rune at half of the whole cost.
    Format.OPENMETRICS: partial(openmetrics.generate_latest, escaping=openmetrics.ALLOWUTF8),
}

_ENDS = {Format.TEXT: b"", Format.OPENMETRICS: _END}
