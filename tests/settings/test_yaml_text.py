"""YAML is read as the text that was written, or refused with the line where it is something else."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.settings.yaml_text import Key, NotYamlError, parse

QUOTE = "YAML may read this as something else than text: quote it"


def test_scalars_are_the_text_that_was_written() -> None:
    """Numbers and truths are not converted, so that nothing of them is lost; what has no value is nothing."""
    text = 'a: 5678\nb: -1\nc: true\nd: false\ne: "0123"\nf: \'no\'\ng: 1e3\nh: ~\ni: null\nj:\nk: ""\nl: 10s\nm: :9853'
    tree, problems = parse(text)
    assert problems == ()
    assert tree == {
        "a": "5678",
        "b": "-1",
        "c": "true",
        "d": "false",
        "e": "0123",
        "f": "no",
        "g": "1e3",
        "h": None,
        "i": None,
        "j": None,
        "k": None,
        "l": "10s",
        "m": ":9853",
    }


def test_keys_know_their_lines() -> None:
    """A problem with a key can be told by the line it is in."""
    tree, _ = parse("# first\na: {b: [c]}\nd: e\n")
    assert isinstance(tree, dict)
    assert [(key, key.line) for key in tree] == [("a", 2), ("d", 3)]
    assert all(isinstance(key, Key) for key in tree)


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~", "''"])
def test_document_without_content_is_nothing(text: str) -> None:
    """An empty file is no problem."""
    assert parse(text) == (None, ())


@pytest.mark.parametrize(
    "word",
    [
        "no",
        "OFF",
        "Yes",
        "on",
        "True",
        "0123",
        "0x1F",
        "0b1",
        "1_000",
        "1:30",
        "+5",
        "1.5",
        ".inf",
        "2024-01-01",
        "=",
        "<<",
        "!!int 'canary'",
        "!!binary Y2FuYXJ5",
        "!!python/object/apply:os.system canary",
        "!canary x",
    ],
)
def test_word_that_yaml_reads_as_something_else_must_be_quoted(word: str) -> None:
    """An id 0123 would be 83 and a name no would be false to other readers: what is meant must be said."""
    assert parse(f"a: b\nc: [{word}]")[1] == (f"2: {QUOTE}",)


def test_same_key_twice_is_refused_with_both_lines() -> None:
    """The last one would win silently."""
    assert parse("a: 1\nb: 2\na:\n'b': 4")[1] == (
        "3: the same key is in line 1 already",
        "4: the same key is in line 2 already",
    )


@pytest.mark.parametrize("text", ["a: !set {b}", "!!omap [a: b]", "!canary {a: b}"])
def test_tagged_collections_are_refused(text: str) -> None:
    """There are mappings and lists, and nothing that looks like them."""
    assert parse(text)[1] == ("1: tags are not supported",)


@pytest.mark.parametrize("text", ["- a\n-", "- a\n- ''", "- a\n- ~"])
def test_list_has_no_empty_entries(text: str) -> None:
    """An entry without a value is a mistake, where a key without one is not."""
    assert parse(text)[1] == ("2: an entry of the list is empty",)


@pytest.mark.parametrize("text", ["'a: \\nb'", '"a\\nb"', '"a\\0b"', '"\\e[2J"', '"\\u2028"', "|\n  a\n  b"])
def test_values_are_single_lines(text: str) -> None:
    """No value can forge a second line of a log, or end a path early."""
    problem = "1: a value must be one line without control characters"
    assert parse(f"a: {text}")[1] == (() if text.startswith("'") else (problem,))


def test_key_that_is_no_text_is_an_empty_one() -> None:
    """A mapping or list as a key is left to whoever knows the keys."""
    assert parse("? [a]\n: b")[0] == {"": "b"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: &x [1]\nb: *x", "2: aliases are not supported: write the value out"),
        ("a: &x {b: c}\nd:\n  <<: *x", "3: aliases are not supported: write the value out"),
        ("[" * 500_000, "1: nothing may be nested more than 8 deep"),
        ("\n" + "{a: " * 9, "2: nothing may be nested more than 8 deep"),
    ],
)
def test_what_could_grow_is_refused(text: str, problem: str) -> None:
    """A small file cannot stand for a large document, nor exhaust the stack."""
    with pytest.raises(NotYamlError) as caught:
        parse(text)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    "text", ["a: 'canary", "a: b\n- c", "\ta: b", "a: b: c", "a: b\n---\nc: d", "%X", "a: @canary", "!<"]
)
def test_broken_yaml_is_told_by_its_line_alone(text: str) -> None:
    """What cannot be made out is not quoted, since it may be a secret."""
    with pytest.raises(NotYamlError, match=r"^[123]: is not valid YAML: look for a tab, ") as caught:
        parse(text)
    assert caught.value.__cause__ is None


def test_control_characters_are_no_yaml() -> None:
    """A binary file is told from text."""
    with pytest.raises(NotYamlError, match="is not text that YAML allows"):
        parse("a: \x00")


@given(st.text(alphabet="ab01:,-[]{}&*!|>'\"%@`#? \n\t~=<.", max_size=40))
def test_any_text_is_a_tree_or_refused(text: str) -> None:
    """Nothing but a refusal comes out of whatever is written."""
    with contextlib.suppress(NotYamlError):
        assert all(problem.isprintable() for problem in parse(text)[1])
