"""The only place for turning text into values.

What a function refuses it answers with a ValueError that says what the value must be, and never quotes it.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

__all__ = [
    "ListenAddress",
    "base_url",
    "count_within",
    "duration_seconds",
    "duration_within",
    "host_label",
    "identifier",
    "listen_address",
    "proxy_url",
    "tenant_name",
    "truth",
]

_COUNT = re.compile(r"[0-9]{1,9}")
_DURATION = re.compile(r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?(?:([0-9]{1,6})ms)?")
_UNIT_SECONDS = (3600.0, 60.0, 1.0, 0.001)
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_][a-z0-9_-]{0,62}(\.[a-z0-9_][a-z0-9_-]{0,62})*\.?", re.IGNORECASE)
_HOST = r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\]|(?P<name>[A-Za-z0-9._-]*))"
_LISTEN_ADDRESS = re.compile(rf"{_HOST}:(?P<port>[0-9]{{1,5}})")
_ORIGIN = re.compile(
    rf"(?P<origin>(?P<scheme>https?)://{_HOST}(?::(?P<port>[0-9]{{1,5}}))?)/?", re.IGNORECASE | re.ASCII
)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_TENANT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_PROXY_USER = re.compile(r"(?P<scheme>https?://)[!-.0-?A-~]+@", re.IGNORECASE)
_TRUTH = {"true": True, "false": False}
_HIGHEST_PORT = 65535


class ListenAddress(NamedTuple):
    """Where to listen; an empty host stands for all addresses, port 0 for any free port."""

    host: str
    port: int

    def __str__(self) -> str:
        """As it is written on the command line."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def duration_seconds(text: str) -> float:
    """Read a duration in Prometheus' notation, from hours down to milliseconds.

    Raises:
        ValueError: the text is none, or lacks its unit.
    """
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        message = "must be a duration such as 500ms, 10s or 1m30s"
        raise ValueError(message)
    return sum(int(digits) * unit for digits, unit in zip(match.groups(default="0"), _UNIT_SECONDS, strict=True))


def duration_within(lowest: str, highest: str) -> Callable[[object], float]:
    """A reader of durations that refuses what lies outside."""

    def read(value: object) -> float:
        seconds = duration_seconds(str(value))
        if not duration_seconds(lowest) <= seconds <= duration_seconds(highest):
            message = f"must be a duration from {lowest} to {highest}"
            raise ValueError(message)
        return seconds

    return read


def count_within(lowest: int, highest: int) -> Callable[[object], int]:
    """A reader of whole numbers that refuses what lies outside; int() alone would take "1_0" and Arabic digits."""

    def read(value: object) -> int:
        text = str(value)
        if not _COUNT.fullmatch(text) or not lowest <= int(text) <= highest:
            message = f"must be a whole number from {lowest} to {highest}"
            raise ValueError(message)
        return int(text)

    return read


def truth(value: object) -> bool:
    """Read ``true`` or ``false``; other words for them mean different things to different readers.

    Raises:
        ValueError: it is something else.
    """
    text = str(value).lower()
    if text not in _TRUTH:
        message = "must be true or false"
        raise ValueError(message)
    return _TRUTH[text]


def listen_address(value: object) -> ListenAddress:
    """Read HOST:PORT, :PORT or [IPv6]:PORT.

    Raises:
        ValueError: it is none of these.
    """
    match = _LISTEN_ADDRESS.fullmatch(str(value))
    if match is None or not _is_host(match, or_none=True) or int(match["port"]) > _HIGHEST_PORT:
        message = "must be HOST:PORT, :PORT or [IPv6]:PORT"
        raise ValueError(message)
    return ListenAddress(match["name"] or match["ipv6"] or "", int(match["port"]))


def base_url(value: object) -> str:
    """Read the origin of a tenant's API and write it in one way: lower case, no slash at the end.

    Raises:
        ValueError: it is not an origin, or would send the credential over the network in clear.
    """
    match = _ORIGIN.fullmatch(str(value))
    if match is None or not _is_host(match) or not 1 <= int(match["port"] or 443) <= _HIGHEST_PORT:
        message = "must be https://HOST or https://HOST:PORT without user, path or query; other scripts as xn--..."
        raise ValueError(message)
    if match["scheme"].lower() == "http" and not _is_loopback(match["name"] or match["ipv6"]):
        message = "must begin with https:// (http:// is for loopback addresses only)"
        raise ValueError(message)
    return match["origin"].lower()


def proxy_url(text: str) -> str:
    """Admit the URL of a proxy, which may have a user and a password where a tenant's may not.

    Raises:
        ValueError: it is not the origin of a proxy.
    """
    match = _ORIGIN.fullmatch(_PROXY_USER.sub(r"\g<scheme>", text))
    if match is None or not _is_host(match) or not 1 <= int(match["port"] or 443) <= _HIGHEST_PORT:
        message = (
            "must be http://HOST:PORT or https://HOST:PORT, with USER:PASSWORD@ before the host if need be; "
            "SOCKS is not spoken"
        )
        raise ValueError(message)
    return text


def _is_host(match: re.Match[str], *, or_none: bool = False) -> bool:
    if match["ipv6"]:
        return _ip_address(match["ipv6"]) is not None
    return _HOST_NAME.fullmatch(match["name"]) is not None or (or_none and not match["name"])


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    address = _ip_address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def host_label(url: str) -> str:
    """The tenant's name as its host name tells: the first label, or the whole of an IP address."""
    host = urlsplit(url).hostname or ""
    return host.partition(".")[0] if _ip_address(host) is None else host


def identifier(text: str) -> str:
    """Admit the id of a managed client; what it refuses could change the path it is put into.

    Raises:
        ValueError: it has other characters, or is longer than 128.
    """
    if not _IDENTIFIER.fullmatch(text):
        message = "must have letters, digits, '-' and '_' only, 128 at most, and begin with a letter or digit"
        raise ValueError(message)
    return text


def tenant_name(text: str) -> str:
    """Admit a tenant's name.

    Raises:
        ValueError: it has other characters, or is longer than 128.
    """
    if not _TENANT_NAME.fullmatch(text):
        message = "must have letters, digits, '.', '-' and '_' only, 128 at most, and begin with a letter or digit"
        raise ValueError(message)
    return text
