"""The only place that knows what the web configuration file may say beside TLS, and what deserves a warning."""

import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.web import tls_keys
from exporter.web.mapping import Reader, boolean, mapping, one_of, refuse

__all__ = ["RateLimit", "cautions", "read_web_config_keys"]

_HASH = re.compile(r"\$2[aby]\$(0[4-9]|1[0-8])\$[./A-Za-z0-9]{53}")
_COSTLY_HASH = re.compile(rb"\$2.\$1[78]")
_HEADER_VALUE = re.compile(r"[ -~]*")
_UNIT_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION_PART = re.compile(rf"([0-9]+(?:\.[0-9]+)?)({'|'.join(_UNIT_SECONDS)})")
_DURATION = re.compile(rf"(?:{_DURATION_PART.pattern})+")


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How often all clients together may ask.

    Attributes:
        interval_seconds: in which one more request is granted.
        burst: requests that are granted at once after a pause.
    """

    interval_seconds: float
    burst: int


def _users(value: object) -> dict[bytes, bytes]:
    names = map(str, value) if isinstance(value, dict) else ()
    users = mapping(dict.fromkeys(names, _hash), {})(value)
    if users and importlib.util.find_spec("bcrypt") is None:
        refuse("needs bcrypt: pip install sailpoint-exporter[basic-auth]")
    return {name.encode(): hashed.encode() for name, hashed in users.items()}


def _hash(value: object) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        refuse("must be a bcrypt hash of cost 4 to 18, such as `htpasswd -nBC 10 NAME` prints")
    return value


def _header(value: object) -> str:
    """Reads a header's value, which may be left out, and which YAML takes for a number in ``X-XSS-Protection: 0``."""
    shown = "" if value is None else str(value) if type(value) is int else value
    if not isinstance(shown, str) or not _HEADER_VALUE.fullmatch(shown):
        refuse("must be one line of visible ASCII")
    return shown


def _without_http2(value: object) -> bool:
    if boolean(value):
        refuse("HTTP/2 is not supported: say false, or leave it out")
    return False


def _choices(*values: str) -> Reader[str]:
    return one_of({value: value for value in values})


def _rate_limit(value: object) -> RateLimit | None:
    given = mapping({"interval": _interval_seconds, "burst": _burst}, {})(value)
    interval_seconds = given.get("interval", 0.0)
    return RateLimit(interval_seconds, given.get("burst", 0)) if interval_seconds else None


def _interval_seconds(value: object) -> float:
    """Reads a duration of Go's; its nanoseconds without a unit would be taken for seconds by whoever reads the file."""
    shown = "0s" if value in (0, "0") and not isinstance(value, bool) else value
    if not isinstance(shown, str) or not _DURATION.fullmatch(shown):
        refuse("must be a duration such as 500ms or 1m30s, or 0 for no limit")
    return sum(float(number) * _UNIT_SECONDS[unit] for number, unit in _DURATION_PART.findall(shown))


def _burst(value: object) -> int:
    if type(value) is not int or value < 0:
        refuse("must be a number of requests")
    return value


_HEADERS = {
    "Content-Security-Policy": _header,
    "Strict-Transport-Security": _header,
    "X-Content-Type-Options": _choices("nosniff"),
    "X-Frame-Options": _choices("deny", "sameorigin"),
    "X-XSS-Protection": _header,
}

read_web_config_keys = mapping(
    {
        "tls_server_config": tls_keys.read_tls_keys,
        "http_server_config": mapping({"http2": _without_http2, "headers": mapping(_HEADERS, {})}, {}),
        "basic_auth_users": _users,
        "rate_limit": _rate_limit,
    },
    unsupported={
        "auth_excluded_paths": "not supported, nor by exporter-toolkit: probes never need a password, all else does",
    },
)
"""Reads the whole document."""


def cautions(keys: Mapping[str, Any]) -> Iterator[str]:
    """What is accepted, and may not be what was meant."""
    yield from (f"tls_server_config{line}" for line in tls_keys.cautions(keys.get("tls_server_config", {})))
    limit: RateLimit | None = keys.get("rate_limit")
    if limit is not None and not limit.burst:
        yield "rate_limit.burst: with 0 every request but a probe's is refused"
    if any(_COSTLY_HASH.match(hashed) for hashed in keys.get("basic_auth_users", {}).values()):
        yield "basic_auth_users: a hash of cost 17 or 18 takes longer to check than a scrape may take"
