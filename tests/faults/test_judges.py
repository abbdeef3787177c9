"""The judges can say no."""

import pytest

from tests.faults import verdict
from tests.faults.fault import ONE, Fault
from tests.faults.good import CLIENT_SECRET
from tests.faults.judges import PROMTOOL, judgement
from tests.faults.processes import Nothing
from tests.faults.scraper import Answer, Format
from tests.faults.subject import Usage

PAGE = b"# HELP up Whether it is.\n# TYPE up gauge\nup 1.0\n"
FAULT = Fault(id="X", name="x", inject=Nothing(), fails=ONE, reasons=("json",))
AT_REST = Usage(descriptors=10, threads=1, resident_kib=50_000, peak_kib=50_000)


@pytest.fixture
def anyio_backend() -> str:
    """Real time, for promtool."""
    return "asyncio"


def _answer(body: bytes, fmt: Format = Format.TEXT, status: int = 200, *, whole: bool = True) -> Answer:
    return Answer(status, {"content-type": fmt.value}, body, 0.1, whole, fmt)


async def test_a_good_page_is_good() -> None:
    """In both formats."""
    assert await judgement(_answer(PAGE)) == []
    assert await judgement(_answer(PAGE + b"# EOF\n", Format.OPENMETRICS)) == []


@pytest.mark.parametrize(
    "page",
    [
        _answer(PAGE, status=500),
        _answer(PAGE, whole=False),
        _answer(b""),
        _answer(PAGE + b"up 1.0\n"),
        _answer(PAGE.replace(b"1.0", b"NaN")),
        _answer(PAGE + b'x{y="'),
        _answer(PAGE, Format.OPENMETRICS),
        _answer(
            b"# HELP x_total X.\n# TYPE x_total counter\n" + 5000 * b"# filled up, line after line\n" + b"x_total 1\n"
        ),
        pytest.param(_answer(b"x 1\n"), marks=pytest.mark.skipif(not PROMTOOL, reason="needs promtool")),
    ],
    ids=["status", "cut off", "empty", "twice", "NaN", "half a line", "no end", "long", "lint"],
)
async def test_a_bad_page_is_not(page: Answer) -> None:
    """Each flaw is found."""
    assert await judgement(page)


def test_a_page_that_lies_is_found_out() -> None:
    """An age that is another client's, one that should be absent, and a success that is none."""
    series = '{name}{{client_id="5002"}} {value}\n'
    body = series.format(name=verdict.AGE, value=11.0) + series.format(name=verdict.SUCCESS, value=1.0)
    page = _answer(body.encode())
    assert list(verdict.misread(page, {"5002": 11.0})) == []
    assert list(verdict.misread(page, {"5002": 22.0}))
    assert list(verdict.misread(page, {"5002": None}, ONE))


def test_reasons_are_compared_exactly() -> None:
    """Another reason, another client, and none at all are not what was expected."""
    assert list(verdict.miscounted(FAULT, {("5002", "json")})) == []
    for counted in (
        set[tuple[str, str]](),
        {("5002", "schema")},
        {("5001", "json")},
        {("5002", "json"), ("5001", "json")},
    ):
        assert list(verdict.miscounted(FAULT, counted))


@pytest.mark.parametrize(
    "after",
    [
        Usage(descriptors=20, threads=1, resident_kib=50_000, peak_kib=50_000),
        Usage(descriptors=10, threads=9, resident_kib=50_000, peak_kib=50_000),
        Usage(descriptors=10, threads=1, resident_kib=60_000, peak_kib=60_000),
        Usage(descriptors=10, threads=1, resident_kib=50_000, peak_kib=99_000),
    ],
)
def test_what_is_left_over_is_found(after: Usage) -> None:
    """Descriptors, threads, memory, and memory in between."""
    assert list(verdict.grown(FAULT, AT_REST, AT_REST)) == []
    assert list(verdict.grown(FAULT, AT_REST, after))


def test_a_part_of_a_secret_is_a_secret() -> None:
    """Eight characters suffice."""
    assert list(verdict.leaked(["nothing"])) == []
    assert list(verdict.leaked(["x" + CLIENT_SECRET[3:11]]))
