"""Scripts of faults."""

import pytest

from exporter.simulator.fault_script import FaultScript, Forever
from exporter.simulator.faults import FORBIDDEN, NOT_FOUND, UNAUTHORIZED

READ = "getManagedClientStatus"


def script() -> FaultScript:
    """An empty script."""
    return FaultScript(frozenset({READ, "getManagedClients"}))


def test_faults_happen_in_order_and_once() -> None:
    """Each call takes the next fault of its operation; then nothing goes wrong."""
    faults = script()
    faults.add(READ, UNAUTHORIZED, FORBIDDEN)
    faults.add(READ, NOT_FOUND)
    assert [faults.next(READ, "1") for _ in range(4)] == [UNAUTHORIZED, FORBIDDEN, NOT_FOUND, None]


def test_another_operation_is_not_touched() -> None:
    """A fault waits for its own operation."""
    faults = script()
    faults.add(READ, UNAUTHORIZED)
    assert faults.next("getManagedClients", None) is None


def test_a_fault_can_wait_for_one_id() -> None:
    """A fault for one id is met by that id only, and before those for any."""
    faults = script()
    faults.add(READ, UNAUTHORIZED)
    faults.add(READ, NOT_FOUND, only_id="2")
    assert [faults.next(READ, some_id) for some_id in ("2", "2", "2")] == [NOT_FOUND, UNAUTHORIZED, None]


def test_forever_is_until_the_script_is_cleared() -> None:
    """A standing fault meets every call, until all is healed."""
    faults = script()
    faults.add(READ, FORBIDDEN, Forever(UNAUTHORIZED))
    assert [faults.next(READ, "1") for _ in range(4)] == [FORBIDDEN, UNAUTHORIZED, UNAUTHORIZED, UNAUTHORIZED]
    faults.clear()
    assert faults.next(READ, "1") is None


def test_one_operation_can_be_healed() -> None:
    """The others' faults wait, those that stand go on."""
    faults = script()
    for operation in (READ, "getManagedClients"):
        faults.add(operation, Forever(UNAUTHORIZED), only_id="1")
        faults.add(operation, FORBIDDEN)
        faults.next(operation, "1")
    faults.clear(READ)
    assert [faults.next(READ, some_id) for some_id in ("1", "2")] == [None, None]
    assert [faults.next("getManagedClients", some_id) for some_id in ("1", "2")] == [UNAUTHORIZED, FORBIDDEN]


def test_what_never_happened_is_pending() -> None:
    """A test can see whether its faults were met; a standing one was when it happened once."""
    faults = script()
    faults.add(READ, FORBIDDEN, Forever(UNAUTHORIZED))
    pending = [faults.pending]
    for _ in range(2):
        faults.next(READ, "1")
        pending.append(faults.pending)
    forbidden, unauthorized = (READ, FORBIDDEN), (READ, Forever(UNAUTHORIZED))
    assert pending == [(forbidden, unauthorized), (unauthorized,), ()]


def test_a_misspelt_operation_is_refused() -> None:
    """A fault that could never happen is an error of the script."""
    with pytest.raises(ValueError, match="unknown operation 'getStatus'; known are getManagedClient"):
        script().add("getStatus", UNAUTHORIZED)
