"""The only place that knows the web configuration file.

Format and meaning are those of the exporters that Prometheus' authors write: web-configuration.md of their
exporter-toolkit. What of it is not supported is refused by name.
"""

import importlib.util
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from exporter.errors import SettingsError
from exporter.web.mapping import Reader, UnfitError, boolean, document, mapping, one_of, refuse
from exporter.web.tls import Tls, server_tls, tls_files, tls_keys

__all__ = ["CurrentWebConfig", "WebConfig", "WebConfigFile", "load_web_config"]

_HASH = re.compile(r"\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}")
_HEADER_VALUE = re.compile(r"[ -~]*")
_logger = logging.getLogger(__name__)

Stamp = tuple[int, int, int] | None
"""What changes with a file: inode, size, time of change in nanoseconds; None where there is no file."""


@dataclass(frozen=True, slots=True)
class WebConfig:
    """What a web configuration file says; without one, nothing is secured.

    Attributes:
        tls: how connections are secured; None for plain HTTP.
        headers: by lower-case name, for every answer.
        users: bcrypt hashes by user name; without any, everybody may ask.
        stamps: of all files that were read, from before that.
    """

    tls: Tls | None = None
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    users: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    stamps: Mapping[Path, Stamp] = field(default_factory=dict, repr=False, compare=False)


CurrentWebConfig = Callable[[], WebConfig]
"""Gives what holds now; ``WebConfig`` itself gives that nothing is secured."""


def _users(value: object) -> dict[bytes, bytes]:
    names = map(str, value) if isinstance(value, dict) else ()
    users = mapping(dict.fromkeys(names, _hash), {})(value)
    if users and importlib.util.find_spec("bcrypt") is None:
        refuse("needs bcrypt: pip install sailpoint-exporter[basic-auth]")
    return {name.encode(): hashed.encode() for name, hashed in users.items()}


def _hash(value: object) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        refuse("must be a bcrypt hash of cost 4 to 16, such as `htpasswd -nBC 10 NAME` prints")
    return value


def _header(value: object) -> str:
    """Reads a header's value, which YAML takes for a number in ``X-XSS-Protection: 0``."""
    shown = str(value) if type(value) is int else value
    if not isinstance(shown, str) or not _HEADER_VALUE.fullmatch(shown):
        refuse("must be one line of visible ASCII")
    return shown


def _without_http2(value: object) -> bool:
    if boolean(value):
        refuse("HTTP/2 is not supported: say false, or leave it out")
    return False


def _choices(*values: str) -> Reader[str]:
    return one_of({value: value for value in values})


_HEADERS = {
    "Content-Security-Policy": _header,
    "Strict-Transport-Security": _header,
    "X-Content-Type-Options": _choices("nosniff"),
    "X-Frame-Options": _choices("deny", "sameorigin"),
    "X-XSS-Protection": _header,
}

_keys = mapping(
    {
        "tls_server_config": tls_keys,
        "http_server_config": mapping({"http2": _without_http2, "headers": mapping(_HEADERS, {})}, {}),
        "basic_auth_users": _users,
    },
    unsupported={
        "rate_limit": "not supported: the number of scrapes and connections is limited anyway",
        "auth_excluded_paths": "not supported: probes are never asked for a password, everything else is",
    },
)


def load_web_config(path: Path) -> WebConfig:
    """Read and check a web configuration file, and the files it names, relative to its directory.

    Raises:
        SettingsError: with all problems, none of which quotes a value.
    """
    try:
        return _loaded(path)
    except OSError as error:
        lines: tuple[str, ...] = (f": cannot be read ({type(error).__name__})",)
    except UnfitError as unfit:
        lines = unfit.lines
    raise SettingsError(*(f"{path}: {line.lstrip('.: ')}" for line in lines))


def _loaded(path: Path) -> WebConfig:
    stamps = {path: _stamp(path)}
    keys = _keys(document(path.read_bytes()))
    given = keys.get("tls_server_config", {})
    paths = tls_files(given, path.parent)
    stamps |= {each: _stamp(each) for each in paths.values()}
    return WebConfig(
        tls=_server_tls(given, paths) if given else None,
        headers=_raw(keys.get("http_server_config", {}).get("headers", {})),
        users=keys.get("basic_auth_users", {}),
        stamps=stamps,
    )


def _server_tls(keys: Mapping[str, Any], paths: Mapping[str, Path]) -> Tls:
    try:
        return server_tls(keys, paths)
    except UnfitError as unfit:
        raise UnfitError(*(f".tls_server_config{line}" for line in unfit.lines)) from None


def _raw(headers: Mapping[str, str]) -> dict[bytes, bytes]:
    return {name.lower().encode(): value.encode() for name, value in headers.items() if value}


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


class WebConfigFile:
    """A web configuration that follows its file, as exporter-toolkit's does.

    Raises:
        SettingsError: the file cannot be used now; later, the last good one stays.
    """

    def __init__(self, path: Path) -> None:
        self._read = partial(load_web_config, path)
        self._config = self._read()
        self._told: tuple[str, ...] = ()

    def current(self) -> WebConfig:
        """What holds now: a few ``stat`` calls on local files, and a new reading when one has changed."""
        if any(_stamp(path) != stamp for path, stamp in self._config.stamps.items()):
            self._reload()
        return self._config

    def _reload(self) -> None:
        try:
            self._config = self._succeeding(self._read())
        except SettingsError as error:
            if error.problems != self._told:  # a broken file is tried again by each connection, and told once
                self._told = error.problems
                _logger.error(  # noqa: TRY400 - its lines say all there is
                    "Web configuration not reloaded, the last good one stays: %s", "; ".join(self._told)
                )
            return
        self._told = ()
        _logger.info("Web configuration reloaded")

    def _succeeding(self, config: WebConfig) -> WebConfig:
        if (config.tls is None) != (self._config.tls is None):
            message = "tls_server_config cannot come or go while listening: restart"
            raise SettingsError(message)
        return config
