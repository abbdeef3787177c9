"""Text with commas, or the list of a file, becomes a list, or one sentence that says what it must be."""

import pytest

from exporter.settings import lists


@pytest.mark.parametrize(
    ("value", "words"), [("a", ["a"]), ("a, b ,c", ["a", "b", "c"]), (["a", "b,c"], ["a", "b,c"]), ([], [])]
)
def test_words_are_separated_by_commas(value: object, words: list[str]) -> None:
    """Blanks around words are dropped; a list is as it is, so that a word of it may have a comma."""
    assert lists.words(value) == words


@pytest.mark.parametrize(
    "value", ["a,", ",", "a,,b", "a\x07", ["a", ""], ["a", {"canary": "x"}], ["a\nb"], ["a", ["b"]]]
)
def test_words_that_are_none_are_refused(value: object) -> None:
    """Nothing, something that cannot be printed, and something that is no text is refused."""
    with pytest.raises(ValueError, match=r"^must be words separated by commas, none of them empty$"):
        lists.words(value)


def test_none_is_no_word_where_that_can_be_said() -> None:
    """A default that is not empty can be emptied by a variable, whose empty text would count as not given."""
    assert lists.words_or_none("none") == []
    assert lists.words_or_none("DRAFT") == ["DRAFT"]


def test_managed_clients_are_split_at_commas_and_colons() -> None:
    """Blanks around an entry's parts are dropped, and a type may be left out."""
    assert lists.managed_clients("5678:CCG, 9012 : VA ,7") == [
        {"id": "5678", "type": "CCG"},
        {"id": "9012", "type": "VA"},
        {"id": "7"},
    ]


def test_managed_clients_that_are_documents_already_stay() -> None:
    """A list, as a file has it, may have documents and texts."""
    documents: list[object] = [{"id": "5678"}, {"type": "CCG", "id": "9012"}, "77:VA"]
    assert lists.managed_clients(documents) == [
        {"id": "5678"},
        {"type": "CCG", "id": "9012"},
        {"id": "77", "type": "VA"},
    ]


@pytest.mark.parametrize(
    "entry", [{}, {"type": "VA"}, {"id": "a", "canary": "x"}, {"id": None}, {"id": ["a"]}, ["a"], None]
)
def test_other_entries_of_managed_clients_are_refused_by_their_place(entry: object) -> None:
    """What is neither text nor a document with an id is refused without being quoted."""
    with pytest.raises(ValueError, match=r"^entry 2: must be ID:TYPE or \{id: ID, type: TYPE\}$"):
        lists.managed_clients(["a", entry])


@pytest.mark.parametrize("ids", [["a", "b", "a"], ["abc", "x", "ABC"]])
def test_ids_that_occur_twice_are_refused_by_position(ids: list[str]) -> None:
    """The same id twice, also in another case, is refused, naming the entries."""
    with pytest.raises(ValueError, match="each managed client once: entries 1, 3 are the same"):
        lists.without_duplicates(ids)


@pytest.mark.parametrize("ids", [[], ["a"], ["a", "b"]])
def test_different_ids_pass(ids: list[str]) -> None:
    """Nothing is said about ids that differ."""
    lists.without_duplicates(ids)
