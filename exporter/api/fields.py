"""The only place for walking through a document: field by field, noting what should not have been so.

A field is named by the path of keys that leads to it (``jobs.state``); entries of a list or map share one path. Null
and missing are the same thing, as the vendor's own examples disagree about them.
"""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TypeVar

from exporter.api.documents import OTHER

__all__ = ["Fields"]

T = TypeVar("T")


class Fields:
    """One JSON object of a document.

    It is false when it has no keys, which is also how an object that is missing or is none at all reads.
    """

    def __init__(self, values: Mapping[str, object], path: str = "", noted: set[str] | None = None) -> None:
        self._values = values
        self._path = path
        self._noted = set() if noted is None else noted

    def __bool__(self) -> bool:
        return bool(self._values)

    @property
    def unexpected(self) -> tuple[str, ...]:
        """The paths noted so far in the whole document, in alphabetical order."""
        return tuple(sorted(self._noted))

    def note(self, name: str) -> None:
        """Remember the field as one that should not have been so."""
        self._noted.add(self._path + name)

    def has(self, *names: str) -> bool:
        """Whether any of the fields is there and not null."""
        return any(self._values.get(name) is not None for name in names)

    def read(self, name: str, parse: Callable[[object], T | None], *, required: bool = False) -> T | None:
        """The field's value, None when it cannot be had; noted when it is unusable, or required and missing."""
        value = self._values.get(name)
        parsed = None if value is None else parse(value)
        if parsed is None and (required or value is not None):
            self.note(name)
        return parsed

    def word(self, name: str, words: tuple[str, ...], *, required: bool = False) -> str | None:
        """One of ``words``, OTHER (and noted) for anything else."""
        word = self.read(
            name, lambda value: value if isinstance(value, str) and value in words else OTHER, required=required
        )
        if word == OTHER:
            self.note(name)
        return word

    def says(self, name: str) -> bool:
        """Whether the key is there, be it with null: for fields whose null means something."""
        return name in self._values

    def child(self, name: str, *, required: bool = False) -> "Fields":
        """The object in the field."""
        return self._within(name, self.read(name, _mapping, required=required) or {})

    def children(self, name: str, limit: int) -> "list[Fields] | None":
        """The objects of the list in the field, at most ``limit``; whatever else it holds is noted and left out."""
        entries = self.read(name, _list)
        if entries is None:
            return None
        children = [self._within(name, entry) for entry in entries[:limit] if isinstance(entry, Mapping)]
        if len(children) < len(entries):
            self.note(name)
        return children

    def named_children(self, name: str, limit: int) -> "list[tuple[str, Fields]]":
        """The objects among the first ``limit`` entries of the map in the field; whatever else is there is noted."""
        told = ((key, entry) for key, entry in (self.read(name, _mapping) or {}).items() if entry is not None)
        entries = list(islice(told, limit))
        children = [(key, self._within(name, entry)) for key, entry in entries if isinstance(entry, Mapping)]
        if len(children) < len(entries):
            self.note(name)
        return children

    def values(self, name: str, parse: Callable[[object], T | None], limit: int) -> list[T]:
        """The usable values of the list in the field, at most ``limit``; whatever else it holds is noted."""
        entries = self.read(name, _list) or []
        values = [value for value in map(parse, entries[:limit]) if value is not None]
        if len(values) < len(entries):
            self.note(name)
        return values

    def length(self, name: str) -> int:
        """How many entries the list in the field has."""
        return len(self.read(name, _list) or ())

    def rooted(self) -> "Fields":
        """The same object with paths that start at it."""
        return Fields(self._values, "", self._noted)

    def _within(self, name: str, values: Mapping[str, object]) -> "Fields":
        return Fields(values, f"{self._path}{name}.", self._noted)


def _mapping(value: object) -> Mapping[str, object] | None:
    return value if isinstance(value, Mapping) else None


def _list(value: object) -> list[object] | None:
    return value if isinstance(value, list) else None
