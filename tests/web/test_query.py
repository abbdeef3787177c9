"""The query of ``/metrics``."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.web.query import MAX_NAMES, QueryError, parse_names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (b"", None),
        (b"name[]=sailpoint_up", {"sailpoint_up"}),
        (b"name%5B%5D=a&name[]=b&name[]=a", {"a", "b"}),
        (b"name=a", None),
        (b"debug&collect[]=x&a=%ff", None),
        (
            b"&".join(b"name[]=a%d" % number for number in range(MAX_NAMES)),
            {f"a{number}" for number in range(MAX_NAMES)},
        ),
    ],
)
def test_names_are_collected(query: bytes, names: set[str] | None) -> None:
    """Every ``name[]`` counts; parameters that nobody knows do not."""
    assert parse_names(query) == names


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        (b"&".join([b"name[]=a"] * (MAX_NAMES + 1)), "1000"),
        (b"name[]=", "name[]"),
        (b"name[]=a%20b", "name[]"),
        (b"name[]=a%0a", "name[]"),
        (b"name[]=%ff", "name[]"),
        (b"name[]=\xff", "name[]"),
        (b"tenant=acme", "tenant"),
        (b"cluster_id=1", "cluster_id"),
        (b"client_id", "client_id"),
    ],
)
def test_what_cannot_be_obeyed_is_refused(query: bytes, hint: str) -> None:
    """Too many names, no names and filters of the future end in one line that says which parameter it was."""
    with pytest.raises(QueryError) as refused:
        parse_names(query)
    assert hint in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.binary())
def test_hostile_queries_are_parsed_or_refused(query: bytes) -> None:
    """No query does anything but filter by ASCII names or be refused."""
    with contextlib.suppress(QueryError):
        names = parse_names(b"name[]=" + query)
        assert names is None or all(name.isascii() for name in names)
