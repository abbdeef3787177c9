r"""The only place for filter expressions: ``clusterId eq "e1ff7b" and not (name eq "VA \"1\"")``.

The grammar is that of "Standard Collection Parameters" in the vendor's guide, as far as managed clients and clusters
support it: ``eq`` on a handful of fields, joined by ``and``, ``or``, ``not`` and parentheses::

    either     = both *( "or" both )
    both       = negation *( "and" negation )
    negation   = "not" negation / "(" either ")" / comparison
    comparison = field "eq" ( string / number / "true" / "false" )

Operators are lower case and strings stand in double quotes; everything else is answered with 400.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from exporter.simulator.answers import Refusal, illegal_value

__all__ = ["Predicate", "parse_filter"]

Predicate = Callable[[Mapping[str, Any]], bool]
"""Whether a document is wanted."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[()]|[^\s()"]+', re.DOTALL)
_SPACE = re.compile(r"\s*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_BARE_LITERAL = re.compile(r"true|false|-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_END = ""
_MAXIMUM_TOKENS = 100
"""Bounds the depth of the recursion, too."""


def parse_filter(expression: str, fields: Collection[str]) -> Predicate:
    """Understand the query parameter ``filters``.

    Args:
        expression: the parameter, percent-decoded.
        fields: what may be compared.

    Raises:
        Refusal: 400, the expression is not in the grammar or compares another field.
    """
    parser = _Parser(_tokens(expression), fields)
    wanted = parser.either()
    parser.expect(_END)
    return wanted


def _tokens(expression: str) -> list[str]:
    tokens = _TOKEN.findall(expression)
    rest = _SPACE.sub("", _TOKEN.sub("", expression))  # what is no token: a quote that is never closed
    if rest or len(tokens) > _MAXIMUM_TOKENS:
        raise _illegal(why="it cannot be read")
    return [*tokens, _END]


def _illegal(*, why: str) -> Refusal:
    return illegal_value(text=f"Illegal filter: {why}.")


class _Parser:
    def __init__(self, tokens: list[str], fields: Collection[str]) -> None:
        self._tokens = tokens
        self._fields = fields
        self._position = 0

    def expect(self, token: str) -> None:
        if not self._skip(token):
            raise _illegal(why=f"'{token}' is missing" if token else "it goes on after its end")

    def either(self) -> Predicate:
        alternatives = [self._both()]
        while self._skip("or"):
            alternatives.append(self._both())
        return lambda document: any(wanted(document) for wanted in alternatives)

    def _both(self) -> Predicate:
        conditions = [self._negation()]
        while self._skip("and"):
            conditions.append(self._negation())
        return lambda document: all(wanted(document) for wanted in conditions)

    def _negation(self) -> Predicate:
        if self._skip("not"):
            unwanted = self._negation()
            return lambda document: not unwanted(document)
        if self._skip("("):
            wanted = self.either()
            self.expect(")")
            return wanted
        return self._comparison()

    def _comparison(self) -> Predicate:
        field = self._next()
        if field not in self._fields:
            raise _illegal(why="it names a field that cannot be filtered on")
        if not self._skip("eq"):
            raise _illegal(why="the only operator is eq")
        value = _literal(self._next())
        return lambda document: _text(document.get(field)) == value

    def _next(self) -> str:
        token = self._tokens[self._position]
        self._position += token != _END
        return token

    def _skip(self, token: str) -> bool:
        found = self._tokens[self._position] == token
        self._position += found and token != _END
        return found


def _literal(token: str) -> str:
    if token.startswith('"'):
        return _ESCAPED.sub(r"\1", token[1:-1])
    if _BARE_LITERAL.fullmatch(token):
        return token
    raise _illegal(why="a string stands in double quotes")


def _text(value: object) -> str | None:
    """A document's value as a filter writes it; null equals nothing."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
