"""The query of ``/metrics``."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.metrics import Selection
from exporter.web.query import MAX_NAMES, parse_query
from exporter.web.refused import Refused


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
    assert parse_query(query).names == names


@pytest.mark.parametrize(
    ("query", "selection"),
    [
        (b"name[]=a", Selection()),
        (b"tenant=acme&cluster_id=1533&client_id=5678", Selection("acme", "1533", "5678")),
        (b"cluster_id=", Selection(cluster_id="")),
        (b"client_id", Selection(client_id="")),
        (b"Tenant=acme&client=1", Selection()),
    ],
)
def test_filters_select(query: bytes, selection: Selection) -> None:
    """Each filter that is there counts, also an empty one: it selects nothing rather than everything."""
    assert parse_query(query).selection == selection


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        (b"&".join([b"name[]=a"] * (MAX_NAMES + 1)), "1000"),
        (b"name[]=", "name[]"),
        (b"name[]=a%20b", "name[]"),
        (b"name[]=a%0a", "name[]"),
        (b"name[]=%ff", "name[]"),
        (b"name[]=\xff", "name[]"),
        (b"tenant=acme&tenant=acme", "tenant"),
        (b"cluster_id=1&cluster_id=2", "cluster_id"),
        (b"client_id&client_id=1", "client_id"),
    ],
)
def test_what_cannot_be_obeyed_is_refused(query: bytes, hint: str) -> None:
    """Too many names, no names and filters given twice end in one line that says which parameter it was."""
    with pytest.raises(Refused) as refused:
        parse_query(query)
    assert refused.value.status_code == 400
    (line,) = refused.value.lines
    assert hint in line
    assert "\n" not in line


@given(st.binary())
def test_hostile_queries_are_parsed_or_refused(query: bytes) -> None:
    """No query does anything but filter by ASCII names or be refused."""
    with contextlib.suppress(Refused):
        names = parse_query(b"name[]=" + query).names
        assert names is None or all(name.isascii() for name in names)
