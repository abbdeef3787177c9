"""The only place for the form of log lines: one line each on stderr, logfmt or JSON, without secrets.

A record's fields are its ``extra={"fields": {...}}``.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TextIO

from exporter.cli.tracebacks import describe

__all__ = ["LineFormatter", "configure", "redacted"]

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}
_LEVEL_NAMES = {number: name for name, number in _LEVELS.items()}

_CHATTY = ("asyncio", "httpcore", "httpx", "uvicorn")
"""Below WARNING these write URLs and the headers of answers, cookies included."""

_BARE = re.compile(r"[!#-<>-\[\]-~]+")
"""What logfmt leaves unquoted: visible ASCII without the double quote, '=' and the backslash."""

_QUOTE = r"\\*[\"']"
_SECRETS = re.compile(
    rf"(?P<name>\bBearer\s+|\bAuthorization{_QUOTE}?:\s*{_QUOTE}?\w+\s+"
    rf"|\b(?:client_secret|access_token)(?:{_QUOTE}\s*:\s*{_QUOTE}|={_QUOTE}?))[^\s&\"'\\,;}}]+",
    re.IGNORECASE,
)

_Fields = Mapping[str, object]


def configure(level: str, form: str, stream: TextIO | None = None) -> None:
    """Log to ``stream`` (stderr) from ``level`` on, in the form ``logfmt`` or ``json``."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(LineFormatter(_FORMS[form]))
    logging.basicConfig(level=_LEVELS[level], handlers=[handler], force=True)
    logging.raiseExceptions = False  # a line that cannot be written would be shown with its arguments
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(_LEVELS[level], logging.WARNING))


class LineFormatter(logging.Formatter):
    """Turns a record into one line."""

    def __init__(self, form: Callable[[_Fields], str]) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """The line, after a last look for what must not be in it."""
        return redacted(self._form(_fields(record)))


def redacted(text: str) -> str:
    """The text without what follows the names of secrets: the second line of defence, behind never logging any."""
    return _SECRETS.sub(r"\g<name>REDACTED", text)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    moment = datetime.fromtimestamp(record.created, UTC)
    fields: dict[str, object] = {
        "ts": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": _LEVEL_NAMES.get(record.levelno, record.levelname.lower()),
        "component": record.name,
        "msg": record.getMessage(),
    }
    fields |= getattr(record, "fields", {})
    if record.exc_info and record.exc_info[1]:
        fields["exception"] = describe(record.exc_info[1])
    return fields


def _logfmt(fields: _Fields) -> str:
    return " ".join(f"{key}={_logfmt_value(value)}" for key, value in fields.items())


def _logfmt_value(value: object) -> str:
    text = json.dumps(value) if value is None or isinstance(value, bool) else str(value)
    return text if _BARE.fullmatch(text) else json.dumps(text)


def _json(fields: _Fields) -> str:
    return json.dumps(fields, default=str)


_FORMS: Mapping[str, Callable[[_Fields], str]] = {"logfmt": _logfmt, "json": _json}
