"""Making a sound text odd, for everything that is no JSON: headers, queries, variables, YAML."""

from collections.abc import Callable, Sequence
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

__all__ = ["for_each_random", "patched"]

_BYTES = (
    b"",
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\x85",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b"\t",
    b"\r",
    b"\n",
    b"\x1b",
)
_CHANGES = (0, 1, 1, 2, 3, 5)


def patched(text: bytes, pieces: Sequence[bytes], random: Random) -> bytes:
    """The text with some places cut out, said twice, or overwritten by one of the pieces or by foreign bytes."""
    for _ in range(random.choice(_CHANGES)):
        at = random.randrange(len(text) + 1)
        until = min(len(text), at + random.choice((0, 1, 1, 3, 10, 60)))
        match random.randrange(4):
            case 0:
                text = text[:at] + text[until:]
            case 1:
                text = text[:until] + text[at:]
            case 2:
                text = text[:at] + random.choice((*_BYTES, *pieces)) + text[until:]
            case _:
                text = text[:at] + random.choice(pieces) + text[at:]
    return text


def for_each_random(effort: int, check: Callable[[Random], None]) -> None:
    """Run a check with so many sources of random choices; hypothesis tells of one that fails, and keeps it."""

    @settings(max_examples=effort, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
    @given(st.randoms(use_true_random=True))
    def checked(random: Random) -> None:
        check(random)

    checked()
