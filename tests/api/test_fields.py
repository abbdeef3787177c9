"""Fields: reading an object key by key, and what is noted on the way."""

from exporter.api.documents import OTHER
from exporter.api.fields import Fields
from exporter.api.scalars import text


def test_a_missing_field_and_a_null_are_the_same() -> None:
    """Neither has a value, and neither is noted unless the field is required."""
    fields = Fields({"null": None})
    assert (fields.read("null", text), fields.read("missing", text)) == (None, None)
    assert list(fields.unexpected) == []
    fields.read("null", text, required=True)
    fields.read("missing", text, required=True)
    assert fields.unexpected == ("missing", "null")


def test_an_unusable_value_is_noted_under_its_path() -> None:
    """The path names the keys that lead to the field, and entries of a list share one."""
    fields = Fields({"jobs": [{"state": 5}, {"state": 6}], "queue": {"name": []}})
    assert [job.read("state", text) for job in fields.children("jobs", 10) or ()] == [None, None]
    assert fields.child("queue").read("name", text) is None
    assert fields.unexpected == ("jobs.state", "queue.name")


def test_an_unknown_word_reads_as_other() -> None:
    """A value outside the published list is noted, also when it is no string at all."""
    fields = Fields({"known": "A", "unknown": "Z", "number": 5})
    assert [fields.word(name, ("A", "B")) for name in ("known", "unknown", "number", "missing")] == [
        "A",
        OTHER,
        OTHER,
        None,
    ]
    assert fields.unexpected == ("number", "unknown")


def test_a_missing_child_is_empty_and_false() -> None:
    """Reading on inside an object that is not there gives nothing and notes nothing."""
    fields = Fields({"list": []})
    assert not fields.child("missing")
    assert fields.child("missing").read("name", text) is None
    assert list(fields.unexpected) == []
    assert not fields.child("list")
    assert fields.unexpected == ("list",)


def test_entries_that_are_no_objects_are_left_out_and_noted() -> None:
    """Lists and maps keep the objects they hold."""
    fields = Fields({"list": [{}, 5, None], "map": {"a": {}, "b": 5, "c": None}, "text": "x"})
    assert len(fields.children("list", 10) or ()) == 1
    assert [name for name, _ in fields.named_children("map", 10)] == ["a"]
    assert fields.children("text", 10) is None
    assert fields.children("missing", 10) is None
    assert fields.named_children("missing", 10) == []
    assert fields.unexpected == ("list", "map", "text")


def test_lists_and_maps_end_at_their_limit() -> None:
    """A cut list is noted, since something is left out of what people count; a cut map is not."""
    fields = Fields({"list": [{}] * 3, "map": {"a": {}, "b": {}, "c": {}}})
    assert len(fields.children("list", 2) or ()) == 2
    assert [name for name, _ in fields.named_children("map", 2)] == ["a", "b"]
    assert (fields.length("list"), fields.length("missing")) == (3, 0)
    assert fields.unexpected == ("list",)


def test_a_null_in_a_map_is_like_a_missing_key() -> None:
    """It is left out without a note, and does not count towards the limit."""
    fields = Fields({"map": {"a": None, "b": {}, "c": None}})
    assert [name for name, _ in fields.named_children("map", 1)] == ["b"]
    assert fields.unexpected == ()


def test_a_list_of_values_keeps_those_that_can_be_used() -> None:
    """Up to its limit; whatever else it holds is noted."""
    fields = Fields({"good": ["a", "b"], "mixed": ["a", 5, None], "long": ["a", "b", "c"], "text": "x", "null": None})
    names = ("good", "mixed", "long", "text", "null", "missing")
    assert [fields.values(name, text, 2) for name in names] == [["a", "b"], ["a"], ["a", "b"], [], [], []]
    assert fields.unexpected == ("long", "mixed", "text")


def test_an_explicit_null_can_be_told_from_silence() -> None:
    """For the field whose null is an answer."""
    fields = Fields({"null": None})
    assert fields.says("null")
    assert not fields.says("missing")


def test_rooted_paths_start_at_the_object_itself() -> None:
    """A work order's fields are named alike wherever it stands."""
    fields = Fields({"body": {"orgType": 5}})
    fields.child("body").rooted().read("orgType", text)
    assert fields.unexpected == ("orgType",)


def test_has_asks_for_values_that_are_not_null() -> None:
    """An explicit null does not make a field present."""
    fields = Fields({"null": None, "zero": 0})
    assert fields.has("null", "zero")
    assert not fields.has("null", "missing")
