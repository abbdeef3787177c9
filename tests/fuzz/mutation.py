"""Making a sound document odd, in places chosen at random: its values, its text as JSON, and its bytes."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

__all__ = ["MUTATIONS", "mutated", "repeatable"]

_TEXTS = (
    "",
    " ",
    "NORMAL",
    "nan",
    "Infinity",
    "-0",
    "1e400",
    "1_0",
    "0x10",
    "９９",  # noqa: RUF001 - digits of another script
    "\u202eevil",
    'quo"te\\back\nline',
    "\x00",
    "\x85\u2028\u2029",
    "\ud800",
    "\U0010ffff",
    "é" * 2_000,
    "a" * 200,
    "# EOF\n",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999999-23:59",
    "2026-02-30T25:61:61Z",
    "2026-01-01T00:00:00." + "0" * 500 + "Z",
)
_NUMBERS = (0, -0.0, -1, 2**31, 2**63, 2**64, 1e15, 1e15 + 2, -1e15, 1e308, -1e308, 5e-324, 10**30, 0.1, 1e16, 10**400)
_OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], [None], {"": None}, [1, "a", None], {"status": "NORMAL"})
_LITERALS = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "-1e999",
    "9" * 5_000,
    "01",
    "+1",
    ".5",
    "'a'",
    "nul",
    '"\\ud800"',
)
_BYTES = (
    b"\xff",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\xc0\x80",
    b"\x1f\x8b",
)
_MARK = "\ue000mark\ue000"


def repeatable(seed: str) -> Random:
    """Numbers that are the same for the same seed."""
    return Random(seed)  # noqa: S311 - nothing is kept secret with them


def mutated(document: Any, random: Random) -> bytes:
    """The document after some mutations of values, and mostly after none of its text."""
    for _ in range(random.choice((0, 1, 1, 2, 3, 5, 8))):
        document = _at_random_place(document, random, random.choice(MUTATIONS))
    body = _written(document, random)
    return body if random.random() < 0.8 else _torn(body, random)


def _at_random_place(document: Any, random: Random, mutate: Callable[[Any, Random], Any]) -> Any:
    """A copy in which one value is another."""
    places = list(_places(document))
    chosen = random.choice(places)
    return _replaced(document, chosen, lambda value: mutate(value, random))


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    if len(place) > _DEEPEST:
        return
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from _places(value[key], (*place, key))


_DEEPEST = 40


def _replaced(value: Any, place: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    if not place:
        return change(value)
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[place[0]] = _replaced(value[place[0]], place[1:], change)
    return copied


def _other_text(_: Any, random: Random) -> Any:
    return random.choice(_TEXTS)


def _random_text(_: Any, random: Random) -> Any:
    return "".join(
        chr(random.choice((random.randrange(0x20), random.randrange(0x300), random.randrange(0x110000))))
        for _ in range(random.randrange(12))
    )


def _other_number(_: Any, random: Random) -> Any:
    return random.choice(_NUMBERS)


def _other_type(_: Any, random: Random) -> Any:
    return random.choice(_OTHERS)


def _as_text(value: Any, _random: Random) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _nested(value: Any, random: Random) -> Any:
    for _ in range(random.choice((1, 3, 30, 300))):
        value = [value] if random.random() < 0.5 else {"body": value}
    return value


def _repeated(value: Any, random: Random) -> Any:
    times = random.choice((2, 20, 300))
    if isinstance(value, list):
        return value * times
    if isinstance(value, dict):
        return value | {f"{key}{number}": each for number in range(times) for key, each in list(value.items())[:1]}
    return [value] * times


def _shuffled(value: Any, random: Random) -> Any:
    """The values of a map under each other's keys."""
    if not isinstance(value, dict):
        return value
    values = list(value.values())
    random.shuffle(values)
    return dict(zip(value, values, strict=True))


def _emptied(value: Any, random: Random) -> Any:
    if not isinstance(value, dict) or not value:
        return None
    lost = random.choice(list(value))
    return {key: each for key, each in value.items() if key != lost}


def _marked(_: Any, _random: Random) -> Any:
    """What is written as something that JSON has no value for."""
    return _MARK


MUTATIONS: tuple[Callable[[Any, Random], Any], ...] = (
    _other_text,
    _random_text,
    _other_number,
    _other_type,
    _as_text,
    _nested,
    _repeated,
    _shuffled,
    _emptied,
    _marked,
)


def _written(document: Any, random: Random) -> bytes:
    ascii_only = random.random() < 0.5
    text = json.dumps(document, ensure_ascii=ascii_only)
    mark = json.dumps(_MARK, ensure_ascii=ascii_only)
    while mark in text:
        text = text.replace(mark, random.choice(_LITERALS), 1)
    if random.random() < 0.1:
        text = _twice(text, random)
    return text.encode("utf-8", "surrogatepass")


def _twice(text: str, random: Random) -> str:
    """A key that comes twice, the second time with another value."""
    key = random.choice(["status", "body", "type", "id", "timestamp"])
    return text.replace("{", f'{{"{key}": {random.choice(_LITERALS[:4])}, "{key}": {random.randrange(3)}, ', 1)


def _torn(body: bytes, random: Random) -> bytes:
    """Cut, flipped, or with foreign bytes in it."""
    at = random.randrange(len(body) + 1)
    match random.randrange(4):
        case 0:
            return body[:at]
        case 1:
            return body[:at] + random.choice(_BYTES) + body[at:]
        case 2:
            return body[:at] + bytes([random.randrange(256)]) + body[at + 1 :]
    return body[:at] + random.randbytes(random.randrange(1, 20)) + body[at:]
