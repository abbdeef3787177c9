"""The only place that knows YAML: a strict subset of it, in which every scalar is the text that was written.

YAML 1.1 reads ``no`` as false, ``0123`` as 83 and ``1:30`` as 90. Nothing is converted here: what would be, in a way
that its writer may not have meant, must be quoted. Aliases, tags and deep nesting are refused.
"""

import re
from typing import TypeAlias, Union

import yaml

__all__ = ["Key", "NotYamlError", "Tree", "parse"]

Tree: TypeAlias = Union[str, list["Tree"], dict["Key", "Tree"], None]  # noqa: UP007 - refers to itself, as a string

_DEPTH_LIMIT = 8
_TAG = "tag:yaml.org,2002:"
_AS_WRITTEN = {
    "str": re.compile(r".*", re.DOTALL),
    "bool": re.compile("true|false"),
    "int": re.compile("0|-?[1-9][0-9]*"),
}
_SYNTAX = "is not valid YAML: look for a tab, a missing colon or quote, or a wrong indentation"


class Key(str):
    """A key of a mapping, with the line it is in, counted from 1."""

    __slots__ = ("line",)

    line: int


class NotYamlError(Exception):
    """The text cannot be used at all; its own text says where and why, without quoting any of it."""


class _Refused(yaml.MarkedYAMLError):
    """Valid YAML that is not supported."""


class _Composer(yaml.SafeLoader):
    """Composes nodes without following aliases, and not deeper than a configuration is."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node, unless it is one of those refused."""
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs leave it out
        if self.check_event(yaml.AliasEvent):
            raise _Refused(problem="aliases are not supported: write the value out", problem_mark=mark)
        if self._depth >= _DEPTH_LIMIT:
            raise _Refused(problem=f"nothing may be nested more than {_DEPTH_LIMIT} deep", problem_mark=mark)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def parse(text: str) -> tuple[Tree, tuple[str, ...]]:
    """Read one YAML document; what is empty is None.

    Returns:
        What it has, and one line for each problem that begins with the number of its line.

    Raises:
        NotYamlError: its structure cannot be made out.
    """
    try:
        node = yaml.compose(text, _Composer)
    except _Refused as error:
        message = f"{_line(error.problem_mark)}: {error.problem}"
    except yaml.MarkedYAMLError as error:
        message = f"{_line(error.problem_mark)}: {_SYNTAX}"
    except yaml.YAMLError:
        message = "1: is not text that YAML allows: it has control characters"
    else:
        problems: list[str] = []
        return (None if node is None else _tree(node, problems)), tuple(problems)
    raise NotYamlError(message)


def _tree(node: yaml.Node, problems: list[str]) -> Tree:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, problems)
    if node.tag not in {_TAG + "map", _TAG + "seq"}:
        problems.append(f"{_line(node.start_mark)}: tags are not supported")
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, problems)
    return [_entry(child, problems) for child in node.value]


def _scalar(node: yaml.ScalarNode, problems: list[str]) -> str | None:
    kind = node.tag.removeprefix(_TAG)
    if kind == "null":
        return None
    if kind not in _AS_WRITTEN or not _AS_WRITTEN[kind].fullmatch(node.value):
        problems.append(f"{_line(node.start_mark)}: YAML may read this as something else than text: quote it")
    if not node.value.isprintable():
        problems.append(f"{_line(node.start_mark)}: a value must be one line without control characters")
    return node.value or None


def _entry(node: yaml.Node, problems: list[str]) -> Tree:
    tree = _tree(node, problems)
    if tree is None:
        problems.append(f"{_line(node.start_mark)}: an entry of the list is empty")
    return tree


def _mapping(node: yaml.MappingNode, problems: list[str]) -> dict[Key, Tree]:
    mapping: dict[Key, Tree] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key = _key(key_node, problems)
        if key in lines:
            problems.append(f"{key.line}: the same key is in line {lines[key]} already")
        lines.setdefault(key, key.line)
        mapping[key] = _tree(value_node, problems)
    return mapping


def _key(node: yaml.Node, problems: list[str]) -> Key:
    text = _scalar(node, problems) if isinstance(node, yaml.ScalarNode) else None
    key = Key(text or "")
    key.line = _line(node.start_mark)
    return key


def _line(mark: yaml.Mark | None) -> int:
    return mark.line + 1 if mark else 1
