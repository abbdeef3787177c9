"""exporter.collect.plan: who is asked in a cycle."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.collect.plan import plan_cycle, plan_health, wants_list
from exporter.collect.snapshot import ManagedClient, Memory
from tests.collect.fakes import clients

FLEET = clients(5)


def _memories(*last_asked_cycles: int) -> dict[ManagedClient, Memory]:
    return {client: Memory(last_asked_cycle=cycle) for client, cycle in zip(FLEET, last_asked_cycles, strict=True)}


def test_who_was_asked_longest_ago_comes_first_and_the_rest_is_skipped() -> None:
    """The order is by last cycle, then by the fleet's own order."""
    plan = plan_cycle(FLEET, _memories(3, 1, 2, 1, 0), capacity=3)
    assert [client.id for client in plan.calls] == ["5", "2", "4"]
    assert [client.id for client in plan.skipped] == ["3", "1"]


def test_without_room_everybody_is_skipped() -> None:
    """A capacity of 0 leaves no call."""
    assert plan_cycle(FLEET, _memories(0, 0, 0, 0, 0), capacity=0).calls == ()


@given(st.lists(st.integers(0, 9), min_size=5, max_size=5), st.integers(1, 7))
def test_nobody_starves(cycles: list[int], capacity: int) -> None:
    """Whatever happened before, everybody is asked within ceil(fleet / capacity) cycles."""
    memories = _memories(*cycles)
    asked: set[ManagedClient] = set()
    for cycle in range(10, 10 + -(-len(FLEET) // capacity)):
        plan = plan_cycle(FLEET, memories, capacity)
        asked.update(plan.calls)
        memories |= {client: Memory(last_asked_cycle=cycle) for client in plan.calls}
        assert set(plan.calls) | set(plan.skipped) == set(FLEET)
    assert asked == set(FLEET)


def test_health_is_asked_for_in_turns_of_its_own() -> None:
    """The order is by the last cycle that asked for it, whoever was asked for a status."""
    memories = {
        client: Memory(last_asked_cycle=9 - int(client.id), last_health_cycle=int(client.id)) for client in FLEET
    }
    assert [client.id for client in plan_health(FLEET[::-1], memories, capacity=2)] == ["1", "2"]


def test_a_list_is_wanted_to_find_clients_or_when_they_are_too_many() -> None:
    """As many as the budget has room for need none."""
    assert wants_list((), 50, discovering=True)
    assert wants_list(FLEET, 4, discovering=False)
    assert not wants_list(FLEET, 5, discovering=False)
