"""Tables of a scenario's file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

import pytest

from exporter.simulator.scenario_reading import ScenarioError, arguments, read


class Color(Enum):
    """Its names stand in files."""

    RED = "warm"
    BLUE = "cold"


@dataclass(frozen=True, kw_only=True)
class Inner:
    """A table inside."""

    number: float


@dataclass(frozen=True, kw_only=True)
class Outer:
    """One field of each type."""

    text: str
    whole: int = 0
    flag: bool = False
    maybe: float | None = None
    word: Literal["on", "off"] = "off"
    color: Color = Color.RED
    with_: str = ""
    inner: Inner | None = None
    listed: tuple[Inner, ...] = ()
    named: Mapping[str, Inner] = field(default_factory=dict)
    anything: object = None


def test_a_whole_table_is_read() -> None:
    """Whole numbers stand for numbers, and a key may be a word of Python's own."""
    table = {
        "text": "x",
        "whole": 3,
        "flag": True,
        "maybe": 2,
        "word": "on",
        "color": "BLUE",
        "with": "y",
        "inner": {"number": 1.5},
        "listed": [{"number": 1}, {"number": 2}],
        "named": {"a": {"number": 3}},
        "anything": {"b": [1]},
    }
    assert read(Outer, table, "x.toml") == Outer(
        text="x",
        whole=3,
        flag=True,
        maybe=2.0,
        word="on",
        color=Color.BLUE,
        with_="y",
        inner=Inner(number=1.5),
        listed=(Inner(number=1.0), Inner(number=2.0)),
        named={"a": Inner(number=3.0)},
        anything={"b": [1]},
    )


def test_what_is_left_out_is_as_declared() -> None:
    """Only a field without a default must be there."""
    assert read(Outer, {"text": "x"}, "x.toml") == Outer(text="x")
    with pytest.raises(ScenarioError, match=r"^x\.toml has no text$"):
        read(Outer, {}, "x.toml")


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("text", 1, "text must be text"),
        ("whole", 1.0, "whole must be a whole number"),
        ("whole", True, "whole must be a whole number"),
        ("flag", 1, "flag must be true or false"),
        ("maybe", "1", "maybe must be a number"),
        ("maybe", True, "maybe must be a number"),
        ("maybe", float("inf"), "maybe must be a number"),
        ("word", "of", "word must be one of on, off"),
        ("color", "warm", "color must be one of RED, BLUE"),
        ("color", ["RED"], "color must be one of RED, BLUE"),
        ("inner", 1, "inner must be a table"),
        ("inner", {"number": "1"}, "inner: number must be a number"),
        ("listed", {}, "listed must be a list"),
        ("listed", [{"number": 1}, {}], "listed 2 has no number"),
        ("named", [], "named must be a table"),
        ("named", {"a": {"number": 1, "x": 2}}, "named.a has an unknown key 'x'; known are number"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(key: str, value: object, problem: str) -> None:
    """With the file, the table and the key."""
    with pytest.raises(ScenarioError) as caught:
        read(Outer, {"text": "x", key: value}, "x.toml")
    assert str(caught.value) == f"x.toml: {problem}"


def test_a_function_s_keywords_are_read_likewise() -> None:
    """What it takes by position is none of the file's business."""

    def paint(_wall: object, *, color: Color, coats: int = 1) -> None:
        """Never called."""

    assert arguments(paint, {"color": "RED"}, "x.toml") == {"color": Color.RED}
    with pytest.raises(ScenarioError, match=r"^x\.toml has an unknown key '_wall'; known are color, coats$"):
        arguments(paint, {"_wall": 1}, "x.toml")
    with pytest.raises(ScenarioError, match="known are none"):
        arguments(lambda _wall: None, {"color": 1}, "x.toml")
