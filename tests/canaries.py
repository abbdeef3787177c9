"""Canaries: secrets and payload texts that no output may ever contain, and the search for them, however written.

By convention every secret and every free text that a test hands to the exporter contains the word "canary" in some
case; those of the simulated tenant do too. Those listed here are also found in part, and in other spellings. Whatever
a test prints or logs, at any level, is searched (``tests/conftest.py``), and so is every output of a process or a
command that a test runs, and every page that it fetches (``clean``).
"""

import base64
import html
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from urllib.parse import quote, quote_plus, unquote, urlsplit

__all__ = ["PLANTED", "clean", "leaks", "planted_in", "sightings", "spellings"]

PLANTED: Mapping[str, str] = {
    "client secret": "canary-Cl1'ent/%Se+cret&\"=7\\x",
    "access token": "eyJhbGciOiJFUzI1NiIsImtpZCI6InNpbXVsYXRlZCIsInR5cCI6IkpXVCJ9",  # how the simulated tenant's begin
    "basic-auth password": "canary-B4sic:p%ss/w\\rd\"é'",
    "proxy password": "canary-Pr0xy@p%ss/w\"rd'\\+",
    "payload text": 'canary-j4va.Fa1lure: "q"\n\tat <C0nnector>&\\é',
}
"""The secrets that every test's output is searched for, by what they are; tests use these where any would do."""

_PIECE_CHARACTERS = 8
_MARK = "canary"


def spellings(secret: str) -> Iterator[str]:
    """The secret as it might be written: as it is, URL-encoded, escaped for Python, JSON or HTML, and in base64."""
    yield secret
    yield from (quote(secret, safe=""), quote(secret, safe="").lower(), quote(secret), quote_plus(secret))
    yield from (repr(secret)[1:-1], repr(secret.encode())[2:-1], ascii(secret)[1:-1])
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret))
    for before in range(3):
        encoded = _base64_behind(before, secret.encode())
        yield from (encoded, encoded.replace("+", "-").replace("/", "_"))


def _base64_behind(before: int, octets: bytes) -> str:
    """What base64 makes of the octets behind others, less the characters that others have a part in."""
    encoded = base64.b64encode(bytes(before) + octets).decode()
    return encoded[-(-before * 8 // 6) : (before + len(octets)) * 8 // 6]


def leaks(output: str, secrets: Iterable[str]) -> list[str]:
    """Which pieces of the secrets the output contains: eight characters in a row, of any spelling."""
    runs = _runs(output)
    return sorted({piece for secret in secrets for piece in _found(secret, runs, output)})


def sightings(output: str) -> list[str]:
    """Which canaries an output contains: those planted, and whatever bears the mark, in plain or in base64."""
    marks = [_MARK] if _MARK in output.lower() else []
    marks += [mark for mark in _marks_in_base64() if mark in output]
    return marks + leaks(output, PLANTED.values())


def clean(output: str, *others: str) -> str:
    """The output, searched.

    Args:
        output: what a process, a command or a page lets out.
        others: what besides the canaries must not be in it.

    Raises:
        AssertionError: a secret is in it.
    """
    found = [*sightings(output), *leaks(output, others)]
    assert not found, f"secrets were let out: {found}"
    return output


def planted_in(environ: Mapping[str, str]) -> list[str]:
    """The secrets that a process is told by its environment: the client secret, and passwords of proxies."""
    secrets = [text for name, text in environ.items() if name == "SAIL_CLIENT_SECRET"]
    secrets += [_password(url) for name, url in environ.items() if name.upper().endswith(("_PROXY", "PROXY_URL"))]
    return [secret for secret in secrets if len(secret) >= _PIECE_CHARACTERS]


@cache
def _marks_in_base64() -> tuple[str, ...]:
    written = (_MARK, _MARK.title(), _MARK.upper())
    return tuple(_base64_behind(before, mark.encode()) for mark in written for before in range(3))


def _password(url: str) -> str:
    return unquote(urlsplit(url if "//" in url else f"//{url}").password or "")


@cache
def _pieces(secret: str) -> frozenset[str]:
    return frozenset(piece for spelling in spellings(secret) for piece in _runs(spelling))


def _runs(text: str) -> set[str]:
    return {text[start : start + _PIECE_CHARACTERS] for start in range(len(text) - _PIECE_CHARACTERS + 1)}


def _found(secret: str, runs: set[str], output: str) -> Iterator[str]:
    if len(secret) < _PIECE_CHARACTERS:
        yield from (spelling for spelling in spellings(secret) if spelling in output)
    else:
        yield from runs & _pieces(secret)
