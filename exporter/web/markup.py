"""The only place where text becomes HTML: what is not ``Markup`` is escaped, so that nobody can forget to."""

from html import escape

__all__ = ["Markup", "element", "markup"]

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LONGEST = 200


class Markup(str):
    """HTML as it is to be sent."""

    __slots__ = ()


def markup(*children: str) -> Markup:
    """The children one after the other; texts among them are escaped, and cut where they are no name any more."""
    return Markup("".join(child if isinstance(child, Markup) else _escaped(_cut(child)) for child in children))


def element(name: str, *children: str, **attributes: str) -> Markup:
    """An element; ``class_`` stands for ``class``, ``data_label`` for ``data-label``; empty attributes are left out."""
    written = (
        f' {key.rstrip("_").replace("_", "-")}="{_escaped(value)}"' for key, value in attributes.items() if value
    )
    return Markup(f"<{name}{''.join(written)}>{markup(*children)}</{name}>")


def _escaped(text: str) -> str:
    """Without what could hide or turn around its neighbours: controls, bidirectional marks, surrogates."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else _REPLACEMENT for character in text)
    return escape(text)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
