"""exporter.collect.memory: what outlives a snapshot."""

from exporter.collect.memory import Memories, after
from exporter.collect.snapshot import Memory
from exporter.errors import Reason
from tests.collect.fakes import clients, document


def test_a_success_is_remembered_with_its_time_and_cluster() -> None:
    """The wall clock and the cluster id of the document are kept."""
    assert after(Memory(), document(cluster_id="c9"), 17.0) == Memory("c9", 17.0)


def test_a_document_without_cluster_keeps_the_known_one() -> None:
    """One odd answer must not move the client's series to another label."""
    assert after(Memory(cluster_id="c9"), document(cluster_id=None), 17.0).cluster_id == "c9"


def test_failures_are_counted_by_reason_and_change_nothing_else() -> None:
    """The last success stays what it was."""
    memory = Memory("c9", 17.0)
    for reason in (Reason.DNS, Reason.DNS, Reason.JSON):
        memory = after(memory, reason, 20.0)
    assert memory.failures == {Reason.DNS: 2, Reason.JSON: 1}
    assert (memory.cluster_id, memory.last_success_epoch_seconds) == ("c9", 17.0)


def test_unexpected_fields_are_counted() -> None:
    """The drift canary adds up over documents."""
    memory = after(Memory(), document(unexpected=("status", "type")), 1.0)
    assert after(memory, document(unexpected=("status",)), 2.0).unexpected == {"status": 2, "type": 1}


def test_memories_are_kept_for_each_client() -> None:
    """One client's cycle does not touch another's memory."""
    one, other = clients(2)
    memories = Memories((one, other))
    memories.asked(one, 4)
    assert (
        memories.ended(one, Reason.RESET, 1.0)
        == memories[one]
        == Memory(failures={Reason.RESET: 1}, last_asked_cycle=4)
    )
    assert memories.of_each[other] == Memory()
