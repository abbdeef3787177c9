"""exporter.api.listing: every entry once, and an end to every list."""

from collections.abc import Callable, Sequence

import pytest

from exporter.api.listing import MAX_PAGES, PAGE_RECORDS, Page, read_pages
from exporter.errors import ApiError, Reason

Records = Sequence[str | None]
"""Ids; None for a record that cannot be used."""


class FakeList:
    """A list that gives pages, and remembers which were asked for."""

    def __init__(self, window: Callable[[int], Records]) -> None:
        self.window = window
        self.offsets: list[int] = []

    async def __call__(self, offset: int) -> Page[str]:
        """The page at a record offset."""
        self.offsets.append(offset)
        records = self.window(offset)
        return Page({record: f"entry {record}" for record in records if record is not None}, len(records))


def numbered(count: int) -> Callable[[int], Records]:
    """So many records, in pages as the API gives them."""
    return lambda offset: [str(number) for number in range(offset, min(offset + PAGE_RECORDS, count))]


@pytest.mark.parametrize(
    ("count", "offsets"),
    [
        (0, [0]),
        (249, [0]),
        (250, [0, 250]),
        (251, [0, 250]),
        (1000, [0, 250, 500, 750, 1000]),
    ],
)
async def test_pages_are_read_by_record_offset_up_to_the_first_short_one(count: int, offsets: list[int]) -> None:
    """A page that is just full may have another one behind it."""
    pages = FakeList(numbered(count))
    assert await read_pages(pages) == tuple(f"entry {number}" for number in range(count))
    assert pages.offsets == offsets


async def test_pages_that_overlap_give_each_entry_once() -> None:
    """A client that was created between two pages moves the others by one."""
    pages = FakeList(lambda offset: numbered(300)(max(0, offset - 1)))
    assert await read_pages(pages) == tuple(f"entry {number}" for number in range(300))


async def test_records_that_cannot_be_used_do_not_make_a_page_short() -> None:
    """What is behind them is read all the same."""
    pages = FakeList(lambda offset: [None, *numbered(300)(offset)[1:]])
    assert len(await read_pages(pages)) == 298


async def test_a_tenant_that_ignores_the_offset_ends_the_list() -> None:
    """The second page brings nothing new."""
    pages = FakeList(lambda _: numbered(250)(0))
    assert len(await read_pages(pages)) == 250
    assert pages.offsets == [0, 250]


async def test_a_page_longer_than_asked_for_does_not_move_the_next_one() -> None:
    """A last item that comes twice costs nobody else a place."""
    pages = FakeList(lambda offset: [*numbered(500)(offset), *numbered(500)(offset)[-1:]])
    assert await read_pages(pages) == tuple(f"entry {number}" for number in range(500))
    assert pages.offsets == [0, 250, 500]


async def test_a_list_without_end_is_refused() -> None:
    """After as many pages as no tenant has; a part of it would pass for the whole."""
    pages = FakeList(numbered(10**9))
    with pytest.raises(ApiError) as caught:
        await read_pages(pages)
    assert caught.value.reason is Reason.TOO_LARGE
    assert len(pages.offsets) == MAX_PAGES


async def test_a_page_that_cannot_be_read_fails_the_list() -> None:
    """Half a fleet is not a fleet."""

    def window(offset: int) -> Records:
        if offset:
            raise ApiError(Reason.HTTP_5XX, "HTTP 500")
        return numbered(500)(0)

    with pytest.raises(ApiError):
        await read_pages(FakeList(window))
