"""The only place that opens the files which settings name, save those of credentials."""

import errno
import os
import ssl
import stat
from pathlib import Path

from exporter.errors import SettingsError

__all__ = ["is_readable", "is_trust_store", "text"]

_READING = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # opening a FIFO would wait for its writer otherwise


def text(path: Path, limit_bytes: int) -> str:
    """The text of a small file.

    Raises:
        SettingsError: in one line, if it cannot be read, is no regular file, is too large, or no UTF-8.
    """
    try:
        content = _content(path, limit_bytes + 1)
    except (OSError, ValueError) as error:
        message = f"{path}: cannot be read: {getattr(error, 'strerror', 'this is no path')}"
        raise SettingsError(message) from None
    if len(content) > limit_bytes:
        message = f"{path}: is larger than {limit_bytes} bytes"
        raise SettingsError(message)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = f"{path}: is not text in UTF-8"
    raise SettingsError(message)


def _content(path: Path, limit_bytes: int) -> bytes:
    with os.fdopen(os.open(path, _READING), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        return file.read(limit_bytes)


def is_readable(path: Path) -> bool:
    """Whether it is a regular file that this process may read."""
    try:
        _content(path, 0)
    except (OSError, ValueError):
        return False
    return True


def is_trust_store(path: Path) -> bool:
    """Whether the file has certificates in PEM."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        return False
    return True
