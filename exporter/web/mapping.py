"""The only place that reads YAML for the web: strictly, so that no key is overlooked and no value is guessed.

A reader turns one value of the document into what it means, or raises ``UnfitError``. Errors never quote the value: it
may be a password's hash.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NoReturn, TypeVar

import yaml

__all__ = ["Reader", "UnfitError", "boolean", "document", "entries", "mapping", "one_of", "refuse", "text", "texts"]

T = TypeVar("T")
Reader = Callable[[Any], T]

_WORD = re.compile(r"[\w.@+-]{1,64}")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


class UnfitError(ValueError):
    """What is wrong with a value, or with several within it.

    Attributes:
        lines: one for each problem: the way from the value to it, ``.key`` for each step, then ``: `` and the rule.
    """

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def refuse(rule: str, keys: str = "") -> NoReturn:
    """Raises ``UnfitError`` with the rule that the value does not obey, or what is at some of its keys."""
    message = f"{keys}: {rule}"
    raise UnfitError(message)


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that occurs twice, of which PyYAML would take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) < len(node.value):
            raise yaml.constructor.ConstructorError(problem="a key occurs twice", problem_mark=node.start_mark)
        return mapping


def document(content: bytes) -> object:
    """The one document in a file.

    Raises:
        UnfitError: it is not YAML, or more than one document.
    """
    try:
        return yaml.load(content, _StrictLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
    except (yaml.YAMLError, ValueError, RecursionError):  # no text at all; a date that does not exist; too deep
        line = ""
    refuse(f"must be one YAML document in which each key occurs once; it is not{line}")


def mapping(readers: Mapping[str, Reader[Any]], unsupported: Mapping[str, str]) -> Reader[dict[str, Any]]:
    """A reader of a mapping with these keys only; nothing counts as empty.

    Args:
        readers: for each key.
        unsupported: what to do instead, for keys that others know.
    """

    def read(value: object) -> dict[str, Any]:
        found, lines = {}, []
        for key, each in _items(value):
            try:
                found[key] = readers.get(key, _refusing(unsupported.get(key, "unknown key")))(each)
            except UnfitError as unfit:
                lines += [f".{_shown(key)}{line}" for line in unfit.lines]
        if lines:
            raise UnfitError(*lines)
        return found

    return read


def _items(value: object) -> list[tuple[str, Any]]:
    if value is not None and not isinstance(value, dict):
        refuse("must be a mapping")
    items = [(str(key), each) for key, each in (value or {}).items()]
    if not all(key.isprintable() for key, _ in items):
        refuse("must have keys of one line each, without control characters")
    return items


def _shown(key: str) -> str:
    """A key as messages may name it: no word is one whose colon has no space behind it, with a value in it."""
    return key if _WORD.fullmatch(key) else "(no word)"


def _refusing(rule: str) -> Reader[Any]:
    return lambda _: refuse(rule)


def text(value: object) -> str:
    """Reads text that is not empty, and could be that of a file or its name."""
    if not isinstance(value, str) or not value or _NO_TEXT.search(value):
        refuse("must be text")
    return value


def texts(value: object) -> tuple[str, ...]:
    """Reads a list of texts that is not empty."""
    found = entries(text)(value)
    if not found:
        refuse("must be a list with at least one entry")
    return found


def entries(read_entry: Reader[T]) -> Reader[tuple[T, ...]]:
    """A reader of a list; nothing counts as empty."""

    def read(value: object) -> tuple[T, ...]:
        found, lines = [], []
        for number, each in enumerate(_listed(value)):
            try:
                found.append(read_entry(each))
            except UnfitError as unfit:
                lines += [f"[{number}]{line}" for line in unfit.lines]
        if lines:
            raise UnfitError(*lines)
        return tuple(found)

    return read


def _listed(value: object) -> list[Any]:
    if value is not None and not isinstance(value, list):
        refuse("must be a list")
    return value or []


def boolean(value: object) -> bool:
    """Reads true or false."""
    if not isinstance(value, bool):
        refuse("must be true or false")
    return value


def one_of(choices: Mapping[str, T]) -> Reader[T]:
    """A reader of one of these words, which stand for values."""

    def read(value: object) -> T:
        if not isinstance(value, str) or value not in choices:
            refuse(f"must be {' or '.join(choices)}")
        return choices[value]

    return read
