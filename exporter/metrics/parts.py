"""The only place for the beginnings of pages: slow to render and to compress, and kept while they can be used again."""

import zlib
from collections.abc import Callable, Hashable
from functools import cached_property
from operator import is_

from exporter.collect.snapshot import Snapshot

__all__ = ["KeptParts", "Part"]

_GZIP_WBITS = 31  # a gzip header and trailer around the deflated data

_PARTS_KEPT = 8
"""Both formats, and some choices of names and clients: whoever asks for others all the time pays for them himself."""


class Part:
    """The beginning of pages.

    Args:
        plain: as text.
        tenants: the names of those that it is about.
    """

    def __init__(self, plain: bytes, tenants: frozenset[str]) -> None:
        self._plain = plain
        self.tenants = tenants

    def ended(self, end: bytes, *, gzip: bool) -> bytes:
        """A whole page."""
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


class KeptParts:
    """The parts of one scrape's snapshots: whole pages, and the last few choices of what is on them."""

    def __init__(self, snapshots: tuple[Snapshot, ...]) -> None:
        self._snapshots = snapshots
        self._parts: dict[Hashable, Part] = {}

    def part(self, kind: Hashable, render: Callable[[], Part]) -> Part:
        """The part of that kind, rendered if it is not kept."""
        if kind not in self._parts:
            part = render()
            if len(self._parts) >= _PARTS_KEPT:
                self._parts.pop(next(iter(self._parts)))
            self._parts[kind] = part
        return self._parts[kind]

    def holds(self, snapshots: tuple[Snapshot, ...]) -> bool:
        """Whether the parts are of these very snapshots."""
        return len(snapshots) == len(self._snapshots) and all(map(is_, snapshots, self._snapshots))
