"""Paging parameters."""

import pytest

from exporter.simulator.answers import Refusal
from exporter.simulator.paging import Page

ITEMS = list(range(600))


def test_the_first_250_items_come_without_being_asked_for() -> None:
    """Without parameters: offset 0, limit 250, no total."""
    page = Page.from_query({})
    assert ITEMS[page.window] == ITEMS[:250]
    assert page.headers(600) == {}


def test_the_offset_counts_records() -> None:
    """``offset=3&limit=2`` is the fourth and the fifth item, not the fourth page."""
    assert ITEMS[Page.from_query({"offset": "3", "limit": "2"}).window] == [3, 4]


@pytest.mark.parametrize("query", [{"offset": "600"}, {"limit": "0"}])
def test_a_page_may_be_empty(query: dict[str, str]) -> None:
    """Past the end, and with limit 0, there is nothing, and no error."""
    assert ITEMS[Page.from_query(query).window] == []


@pytest.mark.parametrize(("count", "headers"), [("true", {"X-Total-Count": "600"}), ("false", {})])
def test_the_total_is_told_on_request(count: str, headers: dict[str, str]) -> None:
    """``X-Total-Count`` takes ``count=true``."""
    assert Page.from_query({"count": count}).headers(600) == headers


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "251"},
        {"limit": "-1"},
        {"limit": ""},
        {"limit": "1_0"},
        {"offset": "-1"},
        {"offset": "٣"},
        {"offset": "9" * 5000},
        {"count": "yes"},
    ],
)
def test_anything_else_is_refused(query: dict[str, str]) -> None:
    """A value outside its published bounds is answered with 400."""
    with pytest.raises(Refusal) as refusal:
        Page.from_query(query)
    assert refusal.value.status_code == 400
