"""Log lines: one line each, readable by machines, without secrets."""

import io
import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.cli import logs

CANARY = "CANARY-c2VjcmV0"


def _caught() -> ValueError:
    try:
        int(CANARY)
    except ValueError as error:
        return error
    raise AssertionError


def logged(form: str, message: str, *args: object, level: int = logging.INFO, **extra: object) -> str:
    """What is written for one record."""
    stream = io.StringIO()
    logs.configure("debug", form, stream)
    logging.getLogger("exporter.test").log(level, message, *args, **extra)  # type: ignore[arg-type]
    return stream.getvalue()


def test_logfmt_line_has_time_level_component_message_and_fields() -> None:
    """A line in logfmt has the record's parts in a fixed order; what is not a plain word is quoted."""
    fields = {"tenant": "acme", "client": 'a "b"', "tries": 3, "last": True, "reason": None, "empty": ""}
    line = logged("logfmt", "Managed client %s", "unread", level=logging.WARNING, extra={"fields": fields})
    timestamp, rest = line.split(" ", 1)
    assert rest == (
        'level=warn component=exporter.test msg="Managed client unread" '
        'tenant=acme client="a \\"b\\"" tries=3 last=true reason=null empty=""\n'
    )
    assert timestamp.startswith("ts=2")
    assert timestamp.endswith("Z")


def test_json_line_has_the_same_names() -> None:
    """A line in JSON is one object with the same parts; what JSON has no notation for becomes text."""
    line = logged("json", "Read", extra={"fields": {"tries": 3, "kind": ValueError}})
    assert {name: value for name, value in json.loads(line).items() if name != "ts"} == {
        "level": "info",
        "component": "exporter.test",
        "msg": "Read",
        "tries": 3,
        "kind": "<class 'ValueError'>",
    }


@pytest.mark.parametrize("form", ["logfmt", "json"])
@given(text=st.text())
def test_no_text_breaks_out_of_its_line(form: str, text: str) -> None:
    """Whatever a message or field holds, there is one line of visible ASCII."""
    line = logged(form, "%s", text, extra={"fields": {"host": text}})
    assert line.endswith("\n")
    assert line[:-1].isascii()
    assert line[:-1].isprintable()


@pytest.mark.parametrize("form", ["logfmt", "json"])
def test_exception_is_told_by_type_and_place(form: str) -> None:
    """A logged exception shows neither its text nor a value."""
    line = logged(form, "Failed", exc_info=_caught())
    assert "ValueError at tests.cli.test_logs:" in line
    assert CANARY not in line
    assert line.count("\n") == 1


def test_exc_info_without_an_exception_adds_nothing() -> None:
    """Asking for the current exception where there is none is harmless."""
    assert sys.exc_info() == (None, None, None)
    assert "exception" not in logged("logfmt", "Fine", exc_info=True)


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {CANARY}",
        f"bearer  {CANARY}",
        f"authorization: Basic {CANARY}",
        f"client_secret={CANARY}&grant_type=client_credentials",
        f"CLIENT_SECRET='{CANARY}'",
        f'{{"client_secret": "{CANARY}", "access_token":"{CANARY}"}}',
        f"{{'authorization': 'Bearer {CANARY}'}}",
        f"b'Bearer {CANARY}'",
    ],
)
@pytest.mark.parametrize("form", ["logfmt", "json"])
def test_secrets_are_redacted_wherever_they_stand(form: str, text: str) -> None:
    """Should a secret get into a message or field after all, it does not get out."""
    line = logged(form, "%s", text, extra={"fields": {"text": text}})
    assert CANARY not in line
    assert "REDACTED" in line


@pytest.mark.parametrize("text", ["/run/client_secret: the file does not exist", "read client_id=abc", "msg=Listening"])
def test_other_texts_are_left_alone(text: str) -> None:
    """Naming a secret is not telling it."""
    assert logs.redacted(text) == text


@pytest.mark.parametrize("name", ["httpx", "httpcore", "httpcore.connection", "uvicorn.error", "asyncio"])
def test_libraries_stay_quiet_at_debug(name: str) -> None:
    """Libraries that write headers and URLs below WARNING are not heard there."""
    logging.getLogger(name).setLevel(logging.NOTSET)  # a listener that was tried before may have set another
    logs.configure("debug", "logfmt", io.StringIO())
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    assert logging.getLogger(name).isEnabledFor(logging.WARNING)


@pytest.mark.parametrize(("level", "heard"), [("debug", 4), ("info", 3), ("warn", 2), ("error", 1)])
def test_level_is_the_lowest_one_heard(level: str, heard: int) -> None:
    """Each level hears itself and what is worse, from the libraries as well."""
    stream = io.StringIO()
    logs.configure(level, "logfmt", stream)
    for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        logging.getLogger("exporter.test").log(number, "x")
    logging.getLogger("httpx").error("x")
    assert len(stream.getvalue().splitlines()) == heard + 1


def test_line_that_cannot_be_written_is_lost_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    """A closed stream must not make logging show the record's arguments elsewhere."""
    stream = io.StringIO()
    logs.configure("info", "logfmt", stream)
    stream.close()
    logging.getLogger("exporter.test").info("%s", CANARY)
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_unknown_level_keeps_its_name() -> None:
    """A level that a library made up is told by its name."""
    assert "level=critical" in logged("logfmt", "x", level=logging.CRITICAL)
