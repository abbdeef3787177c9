"""Text becomes HTML, and never markup."""

import html
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from exporter.web.markup import Markup, element, markup


class Elements(HTMLParser):
    """Which elements a page has, the texts in them, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes an element."""
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        """Notes a text."""
        self.texts.append(data)


def test_children_are_written_in_order_and_texts_escaped() -> None:
    """An element holds what it was given: markup as it is, text as text, in content and attributes."""
    inner = element("b", "<i>")
    assert element("a", inner, "&", href='"x"', class_="", data_label="Age") == (
        '<a href="&quot;x&quot;" data-label="Age"><b>&lt;i&gt;</b>&amp;</a>'
    )
    assert isinstance(markup(inner), Markup)


@given(st.text())
def test_no_text_becomes_markup(text: str) -> None:
    """Whatever a name is, it is one text in one element, and can be encoded."""
    page = element("p", text, title=text)
    page.encode()
    assert Elements(page).tags == ["p"]


def test_what_would_hide_or_turn_around_is_replaced() -> None:
    """Controls, bidirectional marks and lone surrogates are shown as such; letters of any script stay."""
    assert markup("va\u202e\x00\ud800\n") == "va\ufffd\ufffd\ufffd\ufffd"
    assert markup("Zürich 東京 😀") == "Zürich 東京 😀"


def test_long_texts_are_cut_and_long_links_are_not() -> None:
    """A name of any length takes little room; a link still leads where it should."""
    written = element("a", "x" * 300, href="y" * 300)
    assert html.unescape(written) == f'<a href="{"y" * 300}">{"x" * 200}…</a>'
