"""The only place for turning text, or the list of a configuration file, into lists of values.

As in ``exporter.settings.values``, what is refused is answered with a ValueError that never quotes it.
"""

from collections import Counter
from collections.abc import Iterable

__all__ = ["managed_clients", "without_duplicates", "words", "words_or_none"]


def words(value: object) -> object:
    """Split what is separated by commas; a list is taken as it is.

    Raises:
        ValueError: there is nothing, or something that cannot be printed, between two commas or at one place.
    """
    entries = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if isinstance(entries, list) and not all(isinstance(word, str) and word and word.isprintable() for word in entries):
        message = "must be words separated by commas, none of them empty"
        raise ValueError(message)
    return entries


def words_or_none(value: object) -> object:
    """The same, where the word ``none`` stands for no word at all.

    Raises:
        ValueError: as with ``words``.
    """
    return [] if value == "none" else words(value)


def managed_clients(value: str | list[object]) -> list[dict[str, object]]:
    """Split ``5678:CCG,9012:VA``, or a list with such entries, into documents; those in a list already stay.

    Raises:
        ValueError: an entry of a list is something else; it is named by its place.
    """
    entries = value.split(",") if isinstance(value, str) else value
    return [_managed_client(place, entry) for place, entry in enumerate(entries, start=1)]


def _managed_client(place: int, entry: object) -> dict[str, object]:
    if isinstance(entry, dict) and {"id"} <= entry.keys() <= {"id", "type"} and _are_texts(entry.values()):
        return {str(key): value for key, value in entry.items()}
    if not isinstance(entry, str):
        message = f"entry {place}: must be ID:TYPE or {{id: ID, type: TYPE}}"
        raise ValueError(message)  # noqa: TRY004 - what pydantic understands
    id_, colon, type_ = entry.partition(":")
    return {"id": id_.strip(), "type": type_.strip()} if colon else {"id": id_.strip()}


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def without_duplicates(ids: list[str]) -> None:
    """Refuse ids that differ in nothing but case.

    Raises:
        ValueError: naming the positions, counted from 1, of the first id that occurs again.
    """
    folded = [id_.casefold() for id_ in ids]
    most_common = Counter(folded).most_common(1)
    if most_common and most_common[0][1] > 1:
        positions = [str(place) for place, id_ in enumerate(folded, start=1) if id_ == most_common[0][0]]
        message = f"must name each managed client once: entries {', '.join(positions)} are the same"
        raise ValueError(message)
