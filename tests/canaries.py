"""Canaries: secrets and payload texts that no output may ever contain.

By convention every secret and every free text that a test hands to the exporter contains the word "canary" in some
case; the simulated tenant's secrets do too. Whatever a test prints or logs, at any level, is searched for it.
"""

import base64
from collections.abc import Iterable, Iterator
from urllib.parse import quote

__all__ = ["MARK", "leaks", "spellings"]

MARK = "canary"
_PIECE_CHARACTERS = 8


def spellings(secret: str) -> Iterator[str]:
    """The secret as it might be written: as it is, base64, URL-encoded, escaped, and any eight characters of it."""
    yield secret
    yield base64.b64encode(secret.encode()).decode().rstrip("=")
    yield quote(secret, safe="")
    yield repr(secret)[1:-1]
    for start in range(len(secret) - _PIECE_CHARACTERS + 1):
        yield secret[start : start + _PIECE_CHARACTERS]


def leaks(output: str, secrets: Iterable[str]) -> list[str]:
    """Which spellings of the secrets the output contains."""
    return sorted({spelling for secret in secrets for spelling in spellings(secret) if spelling in output})
