"""exporter.collect.changes: one line per change of state."""

import logging
from typing import Any

import pytest

from exporter.collect.changes import Change, Changes, changes
from exporter.errors import Reason
from tests.collect.fakes import clients

ONE, OTHER = clients(2)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """The records logged by the module, as (level, fields)."""
    caplog.set_level(logging.INFO, "exporter.collect.changes")
    return lambda: [(record.levelname, record.fields) for record in caplog.records]  # type: ignore[attr-defined]


def test_clients_that_change_alike_are_one_change() -> None:
    """A tenant's outage is one line, not one for each client."""
    assert changes({}, {ONE: Reason.DNS, OTHER: Reason.DNS}) == (Change(Reason.DNS, (ONE, OTHER)),)


def test_a_first_success_is_no_change() -> None:
    """A client is taken for readable until it is not."""
    assert changes({}, {ONE: None}) == ()


def test_each_change_is_logged_once_with_reason_and_detail(lines: Any) -> None:
    """Failing, still failing, failing otherwise, and readable again: three lines."""
    log = Changes("acme")
    for state in (Reason.DNS, Reason.DNS, Reason.TLS, None, None):
        log.note({ONE: state}, {Reason.TLS: "certificate expired"})
    about = {"tenant": "acme", "clients": 1, "client_ids": "1"}
    assert lines() == [
        ("WARNING", about | {"reason": "dns", "detail": ""}),
        ("WARNING", about | {"reason": "tls", "detail": "certificate expired"}),
        ("INFO", about),
    ]


def test_a_client_that_was_not_asked_keeps_its_state(lines: Any) -> None:
    """Leaving a client out of a cycle is no change."""
    log = Changes("acme")
    log.note({ONE: Reason.DNS}, {})
    log.note({OTHER: None}, {})
    log.note({ONE: Reason.DNS}, {})
    assert len(lines()) == 1


def test_a_line_names_five_clients_and_counts_the_rest(lines: Any) -> None:
    """500 ids on one line help nobody."""
    Changes("acme").note(dict.fromkeys(clients(7), Reason.CONNECT), {})
    assert [(fields["clients"], fields["client_ids"]) for _, fields in lines()] == [(7, "1,2,3,4,5,...")]


def test_who_has_left_is_forgotten(lines: Any) -> None:
    """A client that comes back failing is a change again."""
    log = Changes("acme")
    log.note({ONE: Reason.DNS, OTHER: Reason.DNS}, {})
    log.keep((OTHER,))
    log.note({ONE: Reason.DNS, OTHER: Reason.DNS}, {})
    assert [fields["client_ids"] for _, fields in lines()] == ["1,2", "1"]
