"""What a person is told about one managed client."""

from dataclasses import replace

import pytest

from exporter.api.documents import ManagedClientStatus
from exporter.api.inventory import ListedManagedClient
from exporter.collect.snapshot import Held, Memory
from exporter.errors import Reason
from exporter.web.client_view import ClientView, Tone, client_view, human_seconds
from tests.web.fleets import EPOCH_SECONDS, ORDER, document, reading


def seen(outcome: ManagedClientStatus | Reason, failures: dict[Reason, int] | None = None) -> ClientView:
    """The view of a client that ended so, 20 s later."""
    return client_view(reading("1", outcome, failures=failures), EPOCH_SECONDS + 20)


@pytest.mark.parametrize(
    ("status", "age_seconds", "tone", "silent"),
    [
        ("NORMAL", 12.0, Tone.GOOD, False),
        ("NORMAL", 300.0, Tone.GOOD, False),
        ("NORMAL", 301.0, Tone.BAD, True),
        ("NORMAL", None, Tone.GOOD, False),
        ("WARNING", 12.0, Tone.WARN, False),
        ("UNDEFINED", None, Tone.WARN, False),
        ("NOT_CONFIGURED", None, Tone.WARN, False),
        ("CONFIGURING", 12.0, Tone.WARN, False),
        ("OTHER", 12.0, Tone.WARN, False),
        ("ERROR", 12.0, Tone.BAD, False),
        ("FAILED", 1_000.0, Tone.BAD, True),
    ],
)
def test_status_and_age_decide_how_bad_it_is(status: str, age_seconds: float | None, tone: Tone, silent: bool) -> None:  # noqa: FBT001 - a parameter of the table above
    """Anything but NORMAL is told apart, and a client that is silent for over five minutes is bad whatever it says."""
    view = seen(document(status, age_seconds=age_seconds))
    assert (view.status, view.tone, view.silent, view.reason) == (status, tone, silent, None)
    assert view.quiet == (tone is Tone.GOOD)


def test_a_client_that_was_not_read_has_a_reason_and_no_status() -> None:
    """Not read is a state of its own, with nothing old shown as new."""
    view = seen(Reason.DEADLINE, failures={Reason.CONNECT: 1, Reason.DEADLINE: 3, Reason.SKIPPED: 9})
    assert (view.status, view.tone, view.reason) == ("not read: deadline", Tone.UNREAD, Reason.DEADLINE)
    assert (view.age, view.version, view.jobs, view.last_read) == ("", "", "", "never")
    assert view.failures == "3 deadline, 1 connect"


def test_facts_come_from_the_document() -> None:
    """Host name, version, jobs by fate, and when it was read."""
    view = seen(document(hostname="va-1", va_version="va-610", jobs="INPROGRESS POLL FINISHED ABORTED"))
    assert (view.name, view.version, view.age, view.last_read) == ("va-1", "va-610", "12 s", "20 s ago")
    assert (view.jobs, view.failed_jobs, view.quiet) == ("2 running, 1 failed", True, False)


def test_the_version_may_stand_in_the_work_order() -> None:
    """Tenants say it in one place or the other."""
    status = replace(document(), work_order=replace(ORDER, va_version="va-611"))
    assert seen(status).version == "va-611"


def test_without_an_age_the_instant_of_the_last_report_counts() -> None:
    """The age is that at the time of reading."""
    status = replace(document(age_seconds=None), last_seen_epoch_seconds=EPOCH_SECONDS - 400)
    view = seen(status)
    assert (view.age, view.silent) == ("6 min", True)


def test_an_entry_of_the_list_stands_in_for_a_document_that_was_not_asked_for() -> None:
    """Status, age and name are those of the list, jobs those of the last document."""
    listed = ListedManagedClient("1", "WARNING", name="Berlin 1", va_version="va-610", since_last_seen_millis=130_000)
    memory = Memory("1533", EPOCH_SECONDS, details=Held(document(jobs="INPROGRESS"), EPOCH_SECONDS - 100))
    view = client_view(replace(reading("1", Reason.SKIPPED), listed=listed, memory=memory), EPOCH_SECONDS)
    assert (view.name, view.status, view.tone, view.age) == ("Berlin 1", "WARNING", Tone.WARN, "2 min")
    assert (view.version, view.jobs, view.reason) == ("va-610", "1 running", None)


def test_worst_comes_first() -> None:
    """Bad before not read before warning before good; among equals by id, numbers by their value."""
    readings = [
        reading("10"),
        reading("9"),
        reading("a", document("WARNING")),
        reading("b", Reason.DNS),
        reading("c", document("FAILED")),
        reading("d", document("FAILED", age_seconds=1_000)),
        reading("e", document(jobs="EXPIRED")),
    ]
    views = sorted((client_view(each, EPOCH_SECONDS) for each in readings), key=lambda view: view.urgency)
    assert [view.id for view in views] == ["d", "c", "b", "a", "e", "9", "10"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0.9, "0 s"),
        (119.9, "119 s"),
        (120, "2 min"),
        (7_199, "119 min"),
        (7_200, "2 h"),
        (172_799, "47 h"),
        (172_800, "2 d"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds: float, text: str) -> None:
    """One unit, of which there are at least two."""
    assert human_seconds(seconds) == text


def test_the_last_failure_is_told_with_its_time() -> None:
    """Also of a client that can be read again; without one nothing is said."""
    last = Held(Reason.RESET, EPOCH_SECONDS - 580)
    read = reading("1", Reason.SKIPPED, failures={Reason.RESET: 2})
    view = client_view(replace(read, memory=replace(read.memory, last_failure=last)), EPOCH_SECONDS + 20)
    assert view.failures == "reset 10 min ago; 2 reset"
