"""The only place for reading the tables of a scenario's file, strictly.

What a table may hold is written down once, as the parameters of a function or the fields of a dataclass: their names
are the keys, without the underscore at the end where the key is a word of Python's own; their types say what may stand
there. What is wrong is told in one line that names the file, the table and the key.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from enum import Enum
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

__all__ = ["ScenarioError", "arguments", "read"]

Kind = TypeVar("Kind")

_CALLED: Mapping[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    list: "a list",
    dict: "a table",
}


class ScenarioError(ValueError):
    """A scenario that cannot be played, in one line."""

    def __init__(self, where: str, problem: str, *, key: str = "") -> None:
        """Say what is the problem where.

        Args:
            where: the file, and the table in it.
            problem: the predicate of the sentence.
            key: of that table.
        """
        super().__init__(f"{where}: {key} {problem}" if key else f"{where} {problem}")


def read(kind: type[Kind], table: object, where: str) -> Kind:
    """Read a table into a dataclass.

    Args:
        kind: the dataclass, of keyword-only fields: text, numbers, words of a Literal, names of an Enum, dataclasses,
            and tuples and mappings of these.
        table: what the file has.
        where: the file, and the table in it.

    Raises:
        ScenarioError: it is no such table.
    """
    return kind(**arguments(kind, _of_type(dict, table, where), where))


def arguments(function: Callable[..., Any], table: Mapping[str, object], where: str) -> dict[str, Any]:
    """Read a table into the keyword-only arguments of a function.

    Raises:
        ScenarioError: an unknown key, a missing one, or a value of another type.
    """
    hints, parameters = get_type_hints(function), signature(function).parameters.values()
    known = {each.name.rstrip("_"): each for each in parameters if each.kind is Parameter.KEYWORD_ONLY}
    for key in table:
        if key not in known:
            raise ScenarioError(where, f"has an unknown key {key!r}; known are {', '.join(known) or 'none'}")
    for key, parameter in known.items():
        if key not in table and parameter.default is Parameter.empty:
            raise ScenarioError(where, f"has no {key}")
    names = {key: known[key].name for key in table}
    return {names[key]: _value(hints[names[key]], value, f"{where}: {key}") for key, value in table.items()}


def _value(hint: Any, value: object, where: str) -> Any:  # noqa: ANN401 - of the hint's type
    origin, parts = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return _value(next(part for part in parts if part is not NoneType), value, where)
    if origin is Literal:
        return _word({word: word for word in parts}, value, where)
    if origin is tuple:
        listed = _of_type(list, value, where)
        return tuple(_value(parts[0], item, f"{where} {number}") for number, item in enumerate(listed, 1))
    if origin is Mapping:
        entries = _of_type(dict, value, where)
        return {key: _value(parts[1], item, f"{where}.{key}") for key, item in entries.items()}
    return _single(hint, value, where)


def _single(kind: type, value: object, where: str) -> Any:  # noqa: ANN401 - of that kind
    if kind is object:
        return value
    if kind is float:
        return _number(value, where)
    if is_dataclass(kind):
        return read(kind, value, where)
    if issubclass(kind, Enum):
        return _word({word.name: word for word in kind}, value, where)
    return _of_type(kind, value, where)


def _number(value: object, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise ScenarioError(where, "must be a number")


def _word(words: Mapping[str, Any], value: object, where: str) -> Any:  # noqa: ANN401 - what the word stands for
    if isinstance(value, str) and value in words:
        return words[value]
    raise ScenarioError(where, f"must be one of {', '.join(words)}")


def _of_type(kind: type[Kind], value: object, where: str) -> Kind:
    if type(value) is kind:
        return value
    raise ScenarioError(where, f"must be {_CALLED[kind]}")
