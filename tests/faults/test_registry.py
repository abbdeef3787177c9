"""The registry itself, and the table made from it: complete, and up to date."""

import re

from tests.faults import results
from tests.faults.registry import NOT_RUNNABLE, QUICK, ROWS
from tests.faults.results import FILE

IDS = [row.id for row in ROWS]


def test_no_row_is_another() -> None:
    """Ids are unique, also among the rows held elsewhere; and those that stand for their group exist."""
    everywhere = [*IDS, *(row.id for row in NOT_RUNNABLE)]
    assert len(set(everywhere)) == len(everywhere)
    assert set(IDS) >= QUICK


def test_the_table_is_of_this_registry() -> None:
    """Whoever adds a row runs ``python -m tests.faults.results``; nobody edits the file."""
    text = FILE.read_text()
    assert re.findall(r"^\| ([A-Z][^|]*) \|", text, re.MULTILINE) == [*IDS, *(row.id for row in NOT_RUNNABLE)]
    assert text.startswith(results.INTRODUCTION)


def test_the_table_tells_of_survival() -> None:
    """The exporter survived every row when the table was made."""
    lines = re.findall(r"^\| ([A-Z]\S*) \| .* \| (.*) \| .* \|$", FILE.read_text(), re.MULTILINE)
    assert [row for row, exporter in lines if exporter != "survived"] == []
