"""The only place for the tenant's OAuth 2.0 client credentials: given as values, or read from files that may change."""

import logging
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from exporter.errors import SettingsError

__all__ = [
    "CredentialSource",
    "Credentials",
    "FileCredentials",
    "GivenCredentials",
    "LastGoodCredentials",
    "is_visible_ascii",
]

logger = logging.getLogger("exporter.api")

_FILE_LIMIT_BYTES = 64 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_VISIBLE_ASCII = re.compile(r"[!-~]+")

# A mounted Kubernetes secret is a directory whose entries lead through the symlink ``..data``, which is swapped in one
# step. One handle on what it points at sees either the old pair or the new one, and loses its files at worst.
_ANCHORS = (*5 * ("..data",), ".")


@dataclass(frozen=True, slots=True)
class Credentials:
    """``client_id`` and ``client_secret`` (RFC 6749, section 2.3.1); neither is ever shown."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)


class CredentialSource(Protocol):
    """Where credentials come from; asked before each token request."""

    def read(self) -> Credentials:
        """The credentials as they are now.

        Raises:
            SettingsError: one line for each problem, with the file's path, without any content.
        """
        ...


class GivenCredentials:
    """Credentials given as values."""

    def __init__(self, client_id: str, client_secret: str) -> None:
        self._credentials = Credentials(client_id, client_secret)

    def read(self) -> Credentials:
        """The credentials given."""
        return self._credentials


class FileCredentials:
    """Credentials of which at least one is a file: a ``Path`` is read each time, a ``str`` is the value itself.

    The files are small and local, so they are read where they are asked for: on the event loop, once per token.
    """

    def __init__(self, client_id: str | Path, client_secret: str | Path) -> None:
        self._given = (client_id, client_secret)

    def read(self) -> Credentials:
        """The credentials as the files have them now, both from the same moment when they share a directory.

        Raises:
            SettingsError: a file is missing, empty, larger than 64 KiB, not a regular file, not readable, or holds
                something else than visible ASCII.
        """
        values: dict[str | Path, str] = {given: given for given in self._given if isinstance(given, str)}
        paths = [given for given in self._given if isinstance(given, Path)]
        for directory in dict.fromkeys(path.parent for path in paths):
            values |= _read_directory([path for path in paths if path.parent == directory])
        return Credentials(*(values[given] for given in self._given))


class LastGoodCredentials:
    """Another source, whose last good pair stands in while it cannot be read."""

    def __init__(self, source: CredentialSource) -> None:
        self._source = source
        self._last_good: Credentials | None = None
        self._problem = ""

    def read(self) -> Credentials:
        """The credentials as they are now, or as they were when they could be read.

        Raises:
            SettingsError: they could never be read.
        """
        try:
            self._last_good = self._source.read()
        except SettingsError as error:
            self._tell(str(error))
            if self._last_good is None:
                raise
        else:
            self._tell("")
        return self._last_good

    def _tell(self, problem: str) -> None:
        if problem != self._problem:
            logger.warning("Credentials: %s", problem or "readable again")
        self._problem = problem


def is_visible_ascii(value: str) -> bool:
    """Whether a value may stand in a header: no space, no control character, nothing beyond ASCII, not empty."""
    return _VISIBLE_ASCII.fullmatch(value) is not None


def _read_directory(paths: list[Path]) -> dict[str | Path, str]:
    for anchor in _ANCHORS:
        try:
            with _opened(paths[0].parent / anchor, os.O_DIRECTORY) as directory:
                return {path: _read(path, directory) for path in paths}
        except FileNotFoundError:  # not a Kubernetes mount, or swapped in between
            continue
        except OSError as error:
            culprits = [path for path in paths if path.name == error.filename]
            problem = f"cannot be read by user id {os.getuid()}: {error.strerror}"
            raise SettingsError(*(_line(path, problem) for path in culprits or paths)) from None
    missing = [path for path in paths if not path.exists()]
    raise SettingsError(*(_line(path, "does not exist") for path in missing or paths))


@contextmanager
def _opened(path: str | Path, flags: int, directory: int | None = None) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | flags, dir_fd=directory)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _read(path: Path, directory: int) -> str:
    with _opened(path.name, os.O_NONBLOCK, directory) as file:  # opening a FIFO would wait for its writer otherwise
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise SettingsError(_line(path, "is not a regular file"))
        return _value(path, os.read(file, _FILE_LIMIT_BYTES + 1))


def _value(path: Path, content: bytes) -> str:
    if len(content) > _FILE_LIMIT_BYTES:
        raise SettingsError(_line(path, f"is larger than {_FILE_LIMIT_BYTES} bytes, so not a credential"))
    value = content.removeprefix(_BYTE_ORDER_MARK).rstrip(b"\r\n").decode("latin-1")
    if not value:
        raise SettingsError(_line(path, "is empty"))
    if not is_visible_ascii(value):
        raise SettingsError(
            _line(path, "holds a space, a control character or something else that is not visible ASCII")
        )
    return value


def _line(path: Path, problem: str) -> str:
    return f"{path}: {problem}"
