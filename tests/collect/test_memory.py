"""exporter.collect.memory: what outlives a snapshot."""

from exporter.api.inventory import HealthIndicators
from exporter.collect.memory import Memories, after
from exporter.collect.snapshot import Held, ManagedClient, Memory
from exporter.errors import Reason
from tests.collect.fakes import clients, document, entry


def test_a_success_is_remembered_with_its_time_and_cluster() -> None:
    """The wall clock and the cluster id of the document are kept."""
    said = document(cluster_id="c9")
    assert after(Memory(), said, 17.0) == Memory("c9", 17.0, details=Held(said, 17.0))


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


def test_the_last_failure_is_kept_until_the_next() -> None:
    """Through successes, so that people see what it was; being skipped is none."""
    memory = after(Memory(), Reason.DNS, 20.0)
    memory = after(memory, document(), 21.0)
    memory = after(memory, Reason.SKIPPED, 22.0)
    assert memory.last_failure == Held(Reason.DNS, 20.0)


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
        == Memory(failures={Reason.RESET: 1}, last_asked_cycle=4, last_failure=Held(Reason.RESET, 1.0))
    )
    assert memories.of_each[other] == Memory()


def test_what_the_list_says_counts_as_read_but_has_no_details() -> None:
    """Time, cluster and drift are kept as for a document; the details stay those of the last document."""
    (client,) = clients(1)
    memories = Memories((client,))
    before = memories.ended(client, document(), 1.0)
    memory = memories.listed(client, entry("1", cluster_id="c9", unexpected=("status",)), 17.0)
    assert (memory.cluster_id, memory.last_success_epoch_seconds, memory.unexpected) == ("c9", 17.0, {"status": 1})
    assert memory.details == before.details


def test_health_is_held_until_it_is_read_again() -> None:
    """A failure to read it moves the client back in line, and keeps what is known."""
    (client,) = clients(1)
    memories, health = Memories((client,)), HealthIndicators("NORMAL")
    memories.health(client, health, 4, 17.0)
    memories.health(client, None, 5, 18.0)
    assert (memories[client].health, memories[client].last_health_cycle) == (Held(health, 17.0), 5)


def test_who_leaves_is_forgotten_and_who_comes_back_is_new() -> None:
    """Counters included: a client that left the tenant leaves the page."""
    stays, leaves = clients(2)
    memories = Memories((stays, leaves))
    for client in (stays, leaves):
        memories.ended(client, Reason.RESET, 1.0)
    new = ManagedClient("9", "CCG")
    memories.keep((stays, new))
    assert set(memories.of_each) == {stays, new}
    memories.keep((stays, leaves))
    assert (memories[stays].failures, memories[leaves]) == ({Reason.RESET: 1}, Memory())
