"""The form of findings."""

import json

import pytest

from exporter.cli.check_report import JsonReport, TextReport
from exporter.doctor import Finding, Result, Step
from exporter.errors import Reason

FINDING = Finding(Step.STATUS, Result.PROBLEM, "so it is", "do this", "5678", Reason.FORBIDDEN, 0.0124)


def test_row_has_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """Result, step, duration, whom it is about, what is so, and the remedy below."""
    report = TextReport()
    report.add("acme", FINDING)
    report.add("acme", Finding(Step.CLOCK, Result.SKIPPED, "nobody told"))
    report.end()
    assert capsys.readouterr().out.splitlines() == [
        "",
        "acme",
        "problem   status              12 ms  5678: so it is",
        "                                     -> do this",
        "skipped   clock                   -  nobody told",
        "",
        "1 problem, 0 warnings",
    ]


def test_terminal_is_not_given_orders(capsys: pytest.CaptureFixture[str]) -> None:
    """A tenant's name is whatever the other side says it is."""
    TextReport().add("", Finding(Step.OAUTH_INFO, Result.OK, "tenant \x1b[2J\nacme"))
    assert "tenant ?[2J?acme\n" in capsys.readouterr().out


def test_progress_is_for_terminals(capsys: pytest.CaptureFixture[str]) -> None:
    """Elsewhere a count would only be in the way, and a document is written at its end."""
    TextReport().progress(1, 2)
    JsonReport(60.0).progress(1, 2)
    assert capsys.readouterr() == ("", "")


def test_document_has_the_words_of_the_sets(capsys: pytest.CaptureFixture[str]) -> None:
    """Steps, results and reasons are written as the words they are."""
    report = JsonReport(60.0)
    report.add("acme", FINDING)
    report.end()
    document = json.loads(capsys.readouterr().out)
    assert document["findings"] == [
        {
            "tenant": "acme",
            "step": "status",
            "subject": "5678",
            "result": "problem",
            "detail": "so it is",
            "remedy": "do this",
            "reason": "forbidden",
            "duration_seconds": 0.0124,
        }
    ]
