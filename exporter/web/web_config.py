"""The only place that knows the web configuration file.

Format and meaning are those of the exporters that Prometheus' authors write: web-configuration.md of their
exporter-toolkit. What of it is not supported is refused by name.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from exporter.errors import SettingsError
from exporter.web.mapping import UnfitError, document
from exporter.web.tls import Tls, server_tls, tls_files
from exporter.web.tls_keys import check_together
from exporter.web.web_config_keys import RateLimit, cautions, read_web_config_keys

__all__ = ["CurrentWebConfig", "WebConfig", "WebConfigFile", "load_web_config"]

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
        rate_limit: of all requests together; None for no limit.
        cautions: what is accepted, and may not be what was meant, a line for each.
        stamps: of all files that were read, from before that.
    """

    tls: Tls | None = None
    headers: Mapping[bytes, bytes] = field(default_factory=dict)
    users: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    rate_limit: RateLimit | None = None
    cautions: tuple[str, ...] = ()
    stamps: Mapping[Path, Stamp] = field(default_factory=dict, repr=False, compare=False)


CurrentWebConfig = Callable[[], WebConfig]
"""Gives what holds now; ``WebConfig`` itself gives that nothing is secured."""


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
    keys = read_web_config_keys(document(path.read_bytes()))
    given, http = keys.get("tls_server_config", {}), keys.get("http_server_config", {})
    paths = tls_files(given, path.parent)
    stamps |= {each: _stamp(each) for each in paths.values()}
    return WebConfig(
        tls=_server_tls(given, paths, http2=http.get("http2", True)) if given else None,
        headers=_raw(http.get("headers", {})),
        users=keys.get("basic_auth_users", {}),
        rate_limit=keys.get("rate_limit"),
        cautions=tuple(cautions(keys)),
        stamps=stamps,
    )


def _server_tls(keys: Mapping[str, Any], paths: Mapping[str, Path], *, http2: bool) -> Tls:
    try:
        check_together(keys, http2=http2)
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
        _warn(self._config)

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
        _warn(self._config)

    def _succeeding(self, config: WebConfig) -> WebConfig:
        if (config.tls is None) != (self._config.tls is None):
            message = "tls_server_config cannot come or go while listening: restart"
            raise SettingsError(message)
        return config


def _warn(config: WebConfig) -> None:
    for line in config.cautions:
        _logger.warning("Web configuration: %s", line)
