"""The only place for paging: all pages of a list, by record offset, each entry once.

Source: developer.sailpoint.com, "Standard Collection Parameters": plain arrays of at most 250 records without links.
``count=true`` would cost the tenant time for a total that nobody needs: the last page is the one that is not full.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from exporter.errors import ApiError, Reason

__all__ = ["MAX_PAGES", "PAGE_RECORDS", "Page", "read_pages"]

T = TypeVar("T")

PAGE_RECORDS = 250
"""Records on a page: the most that the API gives."""

MAX_PAGES = 400
"""Pages read of a list: 100,000 records."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        entries: those that can be used, by their ids.
        size: how many records were sent, usable or not.
    """

    entries: Mapping[str, T]
    size: int


async def read_pages(read: Callable[[int], Awaitable[Page[T]]]) -> tuple[T, ...]:
    """The entries of all pages, in the list's order.

    The order is the tenant's own and may change between two pages, so that pages overlap; and a tenant that repeats a
    page for ever ends the list by bringing nothing new.

    Args:
        read: gets the page that starts at a record offset.

    Raises:
        ApiError: a page could not be read, or TOO_LARGE: there are more pages than any tenant has.
    """
    found: dict[str, T] = {}
    for number in range(MAX_PAGES):
        page = await read(number * PAGE_RECORDS)
        new = {entry_id: entry for entry_id, entry in page.entries.items() if entry_id not in found}
        found |= new
        if page.size < PAGE_RECORDS or not new:
            return tuple(found.values())
    raise ApiError(Reason.TOO_LARGE, f"the list has more than {MAX_PAGES} pages")
