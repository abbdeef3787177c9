"""How the simulated tenant writes numbers, instants and nulls."""

from exporter.simulator.handwriting import Handwriting, draw


def test_a_draw_is_always_the_same_and_depends_on_all_of_its_salt() -> None:
    """What looks random can be repeated by anyone."""
    assert draw(7, "heartbeat") == draw(7, "heartbeat")
    assert len({draw(client, number) for client in range(30) for number in range(30)}) == 900


def test_twelve_writers_in_a_row_show_every_habit() -> None:
    """The demo already has all oddities."""
    twelve = [Handwriting.of(index) for index in range(12)]
    assert {write.bare_numbers for write in twelve} == {True, False}
    assert {write.drops_nulls for write in twelve} == {True, False}
    assert {write.timespec for write in twelve} == {"seconds", "milliseconds", "microseconds"}


def test_a_number_is_in_quotes_or_bare_or_null() -> None:
    """The samples show 14708 and "14708" for fields that are documented as strings."""
    quoting, bare = Handwriting(), Handwriting(bare_numbers=True)
    assert quoting.number(14708) == "14708"
    assert bare.number(14708) == 14708
    assert quoting.number(None) is None


def test_an_instant_ends_in_z_whatever_its_fraction() -> None:
    """ISO fractions vary between writers."""
    assert Handwriting(timespec="seconds").instant(1755000000.25) == "2025-08-12T12:00:00Z"
    assert Handwriting(timespec="milliseconds").instant(1755000000.25) == "2025-08-12T12:00:00.250Z"
    assert Handwriting(timespec="microseconds").instant(1755000000.0) == "2025-08-12T12:00:00.000000Z"
    assert Handwriting().instant(None) is None


def test_nulls_are_written_or_left_out() -> None:
    """Missing and null mean the same; empty and false do not."""
    document = {"state": None, "stacktrace": "", "localDev": False}
    assert Handwriting().page(document) == document
    assert Handwriting(drops_nulls=True).page(document) == {"stacktrace": "", "localDev": False}
