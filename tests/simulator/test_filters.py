"""Filter expressions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.simulator.answers import Refusal
from exporter.simulator.filters import parse_filter

FIELDS = frozenset({"id", "name", "operational", "size"})
DOCUMENT = {"id": "1", "name": 'VA "one"', "operational": True, "size": 7, "type": "VA"}


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ('id eq "1"', True),
        ('  id   eq  "2" ', False),
        (r'name eq "VA \"one\""', True),
        ("operational eq true", True),
        ("operational eq false", False),
        ('operational eq "operation"', False),
        ("size eq 7", True),
        ("size eq -7.5", False),
        ('id eq "2" or id eq "1"', True),
        ('id eq "1" and id eq "2"', False),
        ('not id eq "2"', True),
        ('not not id eq "1"', True),
        ('id eq "1" or id eq "1" and id eq "2"', True),
        ('(id eq "1" or id eq "1") and id eq "2"', False),
        ('not (id eq "1" and id eq "2")', True),
    ],
)
def test_a_filter_selects(expression: str, wanted: bool) -> None:  # noqa: FBT001 - a table's column
    """``eq``, ``and``, ``or``, ``not`` and parentheses mean what the vendor's guide says."""
    assert parse_filter(expression, FIELDS)(DOCUMENT) is wanted


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "id",
        "id eq",
        'id co "1"',
        'id EQ "1"',
        'id in ("1")',
        "id eq one",
        'type eq "VA"',
        "id eq '1'",
        'id eq "1',
        'id eq "1" id eq "1"',
        '(id eq "1"',
        'id eq "1")',
        'id eq "1" and',
        'or id eq "1"',
        "not",
        "()",
        "(" * 5000,
        "not " * 5000,
        'id eq ")',
        'id eq "1" xor id eq "1"',
    ],
)
def test_what_is_not_in_the_grammar_is_refused(expression: str) -> None:
    """Another operator, field or form is answered with 400."""
    with pytest.raises(Refusal) as refusal:
        parse_filter(expression, FIELDS)
    assert refusal.value.status_code == 400


@given(st.text(), st.text())
def test_strings_survive_quoting(value: str, other: str) -> None:
    """Any string, with backslashes and double quotes escaped, equals itself and nothing else."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    wanted = parse_filter(f'name eq "{quoted}"', FIELDS)
    assert wanted({"name": value})
    assert wanted({"name": other}) is (other == value)


@given(st.text(alphabet='id eqandornot()"\\1 '))
def test_no_text_breaks_the_parser(expression: str) -> None:
    """Whatever comes in is understood or refused."""
    try:
        parse_filter(expression, FIELDS)(DOCUMENT)
    except Refusal as refusal:
        assert refusal.status_code == 400  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("document", [{}, {"name": None}])
def test_null_equals_nothing(document: dict[str, None]) -> None:
    """A document without the field is not selected, whatever it is compared with."""
    assert not parse_filter('name eq "null" or name eq "None" or name eq ""', FIELDS)(document)
