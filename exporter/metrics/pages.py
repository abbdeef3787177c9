"""The only place for pages: snapshots and telemetry as bytes, in either format, compressed or not.

A page has two parts. The *tenant part* (thousands of samples) is rendered once per format and kept while its snapshots
are the current ones; the *own part* (a hundred) is rendered for every request, so that ages and counters are never old.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, partial
from operator import is_

from prometheus_client import exposition
from prometheus_client.core import Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

from exporter.clock import Clock
from exporter.collect.snapshot import Snapshot
from exporter.metrics import collection, fetch, managed_client, payload, work_order
from exporter.metrics.catalogue import SNAPSHOT_FAMILIES
from exporter.metrics.family import filtered
from exporter.metrics.gate import gate
from exporter.metrics.telemetry import Telemetry

__all__ = ["Format", "Page", "Pages", "needs_tenant"]

_GZIP_WBITS = 31  # a gzip header and trailer around the deflated data
_END = b"# EOF\n"
_NOTHING = b"# no series has any of these names\n"  # an empty answer is what a broken exporter sends

_PARTS_KEPT = 8
"""Both formats, and some choices of names: whoever asks for others all the time pays for them himself."""

_SNAPSHOT_NAMES = frozenset(family.name for family in SNAPSHOT_FAMILIES)


class Format(Enum):
    """The formats a page comes in; the value is the content type."""

    TEXT = "text/plain; version=0.0.4; charset=utf-8"
    OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


_Key = tuple[Format, frozenset[str] | None]


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
        self._kept = _Kept(())

    def prepare(
        self, snapshots: tuple[Snapshot, ...], fmt: Format, *, gzip: bool = False, names: frozenset[str] | None = None
    ) -> None:
        """Render what is slow about a page, and keep it for ``render``; the one step that may run in a thread.

        Raises:
            RuntimeError: a managed client is missing, which is a mistake in this program.
        """
        self._tenant_part(snapshots, fmt, names).ended(b"", gzip=gzip)

    def render(
        self, snapshots: tuple[Snapshot, ...], fmt: Format, *, gzip: bool = False, names: frozenset[str] | None = None
    ) -> Page:
        """The page for the snapshots.

        Args:
            snapshots: one per tenant.
            fmt: the format.
            gzip: whether to compress it.
            names: the sample names wanted (``name[]``), None for all.

        Raises:
            RuntimeError: a managed client is missing, which is a mistake in this program.
        """
        beginning = self._tenant_part(snapshots, fmt, names)
        end = self._encode(_wanted(self._own(snapshots), names), fmt)
        body = beginning.ended(end or beginning.otherwise(_NOTHING), gzip=gzip)
        return Page(body, fmt.value, "gzip" if gzip else None)

    def _tenant_part(self, snapshots: tuple[Snapshot, ...], fmt: Format, names: frozenset[str] | None) -> "_Part":
        kept = self._kept
        if not kept.holds(snapshots):
            self._kept = kept = _Kept(snapshots)
        return kept.part((fmt, names), lambda: self._render_tenant_part(snapshots, fmt, names))

    def _render_tenant_part(
        self, snapshots: tuple[Snapshot, ...], fmt: Format, names: frozenset[str] | None
    ) -> "_Part":
        metrics = self._gated(_of_tenants(snapshots))
        fetch.require_every_reading(metrics, snapshots)
        return _Part(_ENCODERS[fmt](_Families(_shown(_wanted(metrics, names)))).removesuffix(_END))

    def _own(self, snapshots: tuple[Snapshot, ...]) -> list[Metric]:
        return [*collection.families(snapshots, self._clock.monotonic_seconds()), *self._telemetry.families()]

    def _encode(self, metrics: Sequence[Metric], fmt: Format) -> bytes:
        return _ENCODERS[fmt](_Families(_shown(self._gated(metrics))))

    def _gated(self, metrics: Sequence[Metric]) -> list[Metric]:
        return [gate(metric, self._telemetry.sample_dropped) for metric in metrics]


def _wanted(metrics: list[Metric], names: frozenset[str] | None) -> list[Metric]:
    return metrics if names is None else [filtered(metric, names.__contains__) for metric in metrics]


def _shown(metrics: list[Metric]) -> list[Metric]:
    """A family without samples has nothing to be described."""
    return [metric for metric in metrics if metric.samples]


def _of_tenants(snapshots: tuple[Snapshot, ...]) -> list[Metric]:
    return [
        *fetch.families(snapshots),
        *managed_client.families(snapshots),
        *work_order.families(snapshots),
        *payload.families(snapshots),
    ]


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


class _Part:
    """The beginning of pages."""

    def __init__(self, plain: bytes) -> None:
        self._plain = plain

    def ended(self, end: bytes, *, gzip: bool) -> bytes:
        return self._compressed.ended(end) if gzip else self._plain + end

    def otherwise(self, text: bytes) -> bytes:
        """The text when there is no beginning."""
        return b"" if self._plain else text

    @cached_property
    def _compressed(self) -> "_Compressed":
        return _Compressed(self._plain)


class _Compressed:
    """The beginning of gzip members: it is compressed once, and each page's end goes on from there."""

    def __init__(self, plain: bytes) -> None:
        self._compressor = zlib.compressobj(wbits=_GZIP_WBITS)
        self._beginning = self._compressor.compress(plain) + self._compressor.flush(zlib.Z_SYNC_FLUSH)

    def ended(self, end: bytes) -> bytes:
        compressor = self._compressor.copy()
        return self._beginning + compressor.compress(end) + compressor.flush()


class _Kept:
    """The tenant parts of one scrape's snapshots: whole pages, and the last few choices of names."""

    def __init__(self, snapshots: tuple[Snapshot, ...]) -> None:
        self._snapshots = snapshots
        self._parts: dict[_Key, _Part] = {}

    def part(self, key: "_Key", render: Callable[[], _Part]) -> _Part:
        if key not in self._parts:
            part = render()
            if len(self._parts) >= _PARTS_KEPT:
                self._parts.pop(next(iter(self._parts)))
            self._parts[key] = part
        return self._parts[key]

    def holds(self, snapshots: tuple[Snapshot, ...]) -> bool:
        return len(snapshots) == len(self._snapshots) and all(map(is_, snapshots, self._snapshots))
