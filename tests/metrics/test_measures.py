"""Measures: rows of each thing, in one family."""

from exporter.metrics.family import Family, Row
from exporter.metrics.measures import measured, one_of, present, word

LENGTH = Family("length", "gauge", ("tenant", "letter"), "Length")


def test_one_family_holds_the_rows_of_all_things() -> None:
    """HELP and TYPE stand once on a page; a thing without rows costs nothing."""
    things = [(("acme",), "ab"), (("other",), ""), (("third",), "c")]
    (metric,) = measured([(LENGTH, lambda thing: [((letter,), 1.0) for letter in thing])], things)
    assert [tuple(sample.labels.values()) for sample in metric.samples] == [
        ("acme", "a"),
        ("acme", "b"),
        ("third", "c"),
    ]


def test_a_family_is_built_when_its_turn_comes() -> None:
    """So that those before it can be let go: a large fleet's are never all there at once."""
    built: list[str] = []

    def noted(name: str) -> list[Row]:
        built.append(name)
        return []

    metrics = measured([(LENGTH, noted), (LENGTH, noted)], [(("acme",), "a thing")])
    assert [len(built) for _ in metrics] == [1, 2]


def test_an_absent_value_gives_no_row() -> None:
    """Zero is a value, None is none."""
    assert [list(present(value)) for value in (0.0, None)] == [[((), 0.0)], []]


def test_of_several_words_one_holds() -> None:
    """All of them are there, or none when nothing was said."""
    assert list(one_of(("a", "b"), "b")) == [(("a",), 0.0), (("b",), 1.0)]
    assert list(one_of(("a", "b"), None)) == []


def test_a_word_is_a_label() -> None:
    """An empty one is none."""
    assert [list(word(said)) for said in ("x", "", None)] == [[(("x",), 1.0)], [], []]
