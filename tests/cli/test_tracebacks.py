"""Unexpected exceptions are told by type and place, whatever secret their texts hold."""

import subprocess
import sys

import pytest

from exporter.cli.tracebacks import describe

CANARY = "CANARY-c2VjcmV0"


class LeakyError(Exception):
    """An exception whose every text is the canary."""

    def __str__(self) -> str:
        return CANARY


def fail(depth: int) -> None:
    """Raise from some calls below."""
    secret = CANARY
    if depth:
        fail(depth - 1)
    raise LeakyError(secret)


def caught(depth: int = 0) -> LeakyError:
    """An exception that has come through some calls, with a cause, a context and a note."""
    try:
        try:
            try:
                fail(depth)
            except LeakyError:
                int(CANARY)
        except ValueError as cause:
            raise LeakyError(CANARY) from cause
    except LeakyError as error:
        error.add_note(CANARY)
        return error
    raise AssertionError


def test_description_has_types_and_places_of_the_whole_chain() -> None:
    """The exception, its cause and what that interrupted are told in turn, innermost place first."""
    line = describe(caught(depth=1))
    outer, cause, context = line.split("; ")
    assert outer.startswith(f"LeakyError at {__name__}:")
    assert cause.startswith(f"ValueError at {__name__}:")
    assert " fail < " in context
    assert context.endswith(" caught")
    assert CANARY not in line


def test_description_has_the_members_of_a_group() -> None:
    """A group of exceptions is told member by member."""
    line = describe(ExceptionGroup(CANARY, [caught(), KeyError(CANARY)]))
    assert line.startswith("ExceptionGroup at ?; LeakyError at ")
    assert "; KeyError at ?" in line
    assert CANARY not in line


def test_description_of_a_recursion_is_short() -> None:
    """Of hundreds of places the innermost few are told."""
    assert describe(caught(depth=500)).count(" < ") < 20


def test_description_of_a_circle_ends() -> None:
    """Exceptions that are each other's context are told once."""
    first, second = KeyError(CANARY), ValueError(CANARY)
    first.__context__, second.__context__ = second, first
    assert describe(first) == "KeyError at ?; ValueError at ?"


SCRIPTS = {
    "main": "raise ValueError(CANARY)",
    "thread": "import threading; t = threading.Thread(target=int, args=(CANARY,)); t.start(); t.join()",
    "unraisable": "class D:\n  def __del__(self): raise ValueError(CANARY)\nd = D(); del d",
    "nothing": "import sys, threading; threading.excepthook(threading.ExceptHookArgs((KeyError, None, None, None)))",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_installed_hooks_tell_one_line_without_the_text(name: str) -> None:
    """Whoever raises, and wherever nobody catches, stderr has one line and no text of the exception."""
    prologue = f"from exporter.cli import tracebacks\ntracebacks.install()\nCANARY = {CANARY!r}\n"
    done = subprocess.run([sys.executable, "-c", prologue + SCRIPTS[name]], capture_output=True, text=True, check=False)
    assert done.returncode == (1 if name == "main" else 0)
    (line,) = done.stderr.splitlines()
    assert line.startswith("sailpoint-exporter: internal error: ")
    assert CANARY not in line
