"""Faults of what the tenant says: documents that are JSON, and not what was promised. Catalogue 2.3."""

import json

from tests.faults.behaviours import Answers, End, InTurn, Says
from tests.faults.fault import NONE, ONE, Conditions, Fault
from tests.faults.good import json_answer, status_document

__all__ = ["ROWS"]

DISCOVERING = Conditions(settings=("SAIL_MANAGED_CLIENTS",))
NO_DISCOVERY = "is told its clients"

HOSTILE = 'a\n\r"\\\0\u2028\u202e{}#é\U0001f4a9 # EOF\n'
HOSTILE_CLUSTER = {"id": HOSTILE, "name": HOSTILE, "clientIds": [HOSTILE, None, 5]}
GOOD = [{"id": "5001"}, {"id": "5002"}, {"id": "5003"}]
ELSEWHERE = ("../oauth/token", "a?b", "..", "%2e%2e", "")
MANY_FIELDS: dict[str, object] = {f"x{n}": n for n in range(1000)}
MANY_TYPES = [{"type": f"T{n}", "state": "X"} for n in range(10_000)]
MANY_PROCESSES = {f"p{n}": {"version": "1"} for n in range(1000)}
JOB = {"id": "j", "type": "VA_UPGRADE", "state": "PENDING"}


def _bad(row: str, name: str, body: bytes | object, reason: str) -> Fault:
    """The document costs its client, and nobody else."""
    return Fault(
        id=row,
        name=name,
        inject=Answers(Says(json_answer(body), End.GO_ON)),
        fails=ONE,
        reasons=(reason,),
        requests=(9, 9),
    )


def _odd(
    row: str, name: str, document: object, reads: float | None = 22.0, *shows: str, lacks: tuple[str, ...] = ()
) -> Fault:
    """The document is taken, without what is unusable in it."""
    return Fault(
        id=row, name=name, inject=Answers(Says(json_answer(document), End.GO_ON)), reads=reads, requests=(9, 9),
        shows=shows, lacks=lacks,
    )  # fmt: skip


def _age(row: str, spelt: str, reads: float | None) -> Fault:
    usual = json.dumps(status_document())
    return _odd(row, f"age {spelt[:20]}", usual.replace("22000", spelt).encode(), reads)


def _list(row: str, name: str, answer: bytes, at: str = "clients", **others: object) -> Fault:
    """The list is bad; those who were known stay known."""
    return Fault(
        id=row, name=f"list of {at}: {name}", inject=Answers(Says(answer, End.GO_ON), at=(at,)), under=DISCOVERING,
        requests=(9, 9), control=NO_DISCOVERY, **others,  # type: ignore[arg-type] # a row's other facts
    )  # fmt: skip


def _clients(*ids: object) -> bytes:
    return json_answer([{"id": each, "name": "n", "clusterId": "c1", "type": "VA"} for each in ids])


def _of_the_moment(nth: int) -> Says:
    return Says(json_answer(status_document(etag=f"uuid-{nth}", stacktrace=f"uuid-{nth}")), End.GO_ON)


UNEXPECTED = r"sailpoint_exporter_unexpected_payload_total\{[^}]*\} [1-9]"

ROWS = (
    _bad("D01", "bytes that are not UTF-8", b'{"status":"NORMAL","body":{"hostname":"\xff\xfe"}}', "json"),
    _bad("D01b", "byte order mark", b'\xef\xbb\xbf{"status":"NORMAL","body":{}}', "json"),
    _bad("D01c", "UTF-16", json.dumps(status_document()).encode("utf-16"), "json"),
    _bad("D01d", "half of a surrogate pair", b'{"status":"NORMAL","body":{"hostname":"\\ud800"}}', "json"),
    _bad("D02", "100,000 brackets", 100_000 * b"[", "json"),
    _bad("D02b", "objects in objects, 5,000 deep", 5000 * b'{"body":' + b"1" + 5000 * b"}", "json"),
    _odd("D02c", "a key twice", json.dumps(status_document()).replace("{", '{"status":"X",', 1).encode()),
    _odd("D03", "hostile host name", status_document(hostname=HOSTILE), lacks=("\0", "\u202e\n")),
    _odd("D03b", "host name is an object", status_document(hostname={"a": 1})),
    _odd("D04", "host name of 900 KB", status_document(hostname=900_000 * "h"), 22.0, 'h…"'),
    _odd("D04b", "stack trace of 900 KB",
        status_document(stacktrace=900_000 * "s"), 22.0, "stacktrace{[^}]*} 1", lacks=("sssss",)),
    _odd("D05", "100,000 jobs", status_document(body={"jobs": 100_000 * [{}]}), 22.0),
    _odd("D05b", "10,000 jobs of types of their own", status_document(body={"jobs": MANY_TYPES})),
    _odd("D05c", "1,000 processes",
        status_document(body={"jobs": [JOB | {"managedProcessConfiguration": MANY_PROCESSES}]})),
    _age("D06", '"14708"', 14.708),
    _age("D06b", '"\uff11\uff12"', None),
    _age("D06c", '"1_000"', None),
    _age("D06d", '" 5 "', None),
    _age("D06e", "true", None),
    _age("D06f", "{}", None),
    _age("D07", "NaN", None),
    _age("D07b", "Infinity", None),
    _age("D07c", "1e999", None),
    _age("D07d", '"nan"', None),
    _age("D08", "1" + 400 * "0", None),
    _bad("D08b", "age of 5,000 digits", json.dumps(status_document()).replace("22000", 5000 * "9").encode(), "json"),
    _age("D08c", '"' + 5000 * "9" + '"', None),
    _age("D09", "-5000", -5.0),
    _age("D11", "null", None),
    _odd("D11b", "status is null", status_document() | {"status": None}, 22.0, '"5002"[^}]*status="UNDEFINED"[^}]*} 1'),
    _odd("D11c", "body is null", {"status": "NORMAL", "type": "VA", "body": None}, None, UNEXPECTED),
    _odd("D11d", "body is an array", {"status": "NORMAL", "type": "VA", "body": []}, None, UNEXPECTED),
    _odd("D11e", "everything is null", status_document() | {"type": None, "timestamp": None}, 22.0, UNEXPECTED),
    _odd("D12", "unknown status",
        status_document() | {"status": "DEGRADED"}, 22.0, '"5002"[^}]*status="OTHER"[^}]*} 1', lacks=("DEGRADED",)),
    _odd("D12b", "status of 100 KB", status_document() | {"status": 100_000 * "S"}, 22.0, lacks=("SSSS",)),
    _odd("D12c", "status is a number", status_document() | {"status": 7}, 22.0, UNEXPECTED),
    _odd("D13", "1,000 unknown fields", status_document(**MANY_FIELDS)),
    _odd("D15", "another client's document", status_document(id="5001", clusterId="c9"), 22.0),
    Fault(
        id="D18", name="labels that change all the time", requests=(9, 9), lacks=("uuid-",),
        inject=Answers(InTurn(tuple(map(_of_the_moment, range(3))))),
    ),
    _bad("D20", "null", b"null", "schema"),
    _bad("D20b", "array", [], "schema"),
    _bad("D20c", "text", b'"text"', "schema"),
    _bad("D20d", "number", b"5", "schema"),
    _bad("D20e", "empty object", {}, "schema"),
    _list("D30", "HTTP 500", json_answer({}, status="500 No")),
    _list("D30b", "HTTP 403", json_answer({}, status="403 Forbidden")),
    _list("D30c", "HTML", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"),
    _list("D30d", "object", json_answer({})),
    _list("D30e", "5 MB", json_answer([{"id": "5001", "more": 5_000_000 * "x"}])),
    _list("D16", "each client twice", _clients("5001", "5002", "5003", "5001", "5002", "5003")),
    _list("D31", "entries that are none", json_answer([None, 5, [], {}, {"id": None}, *GOOD])),
    _list(
        "D31b", "ids that lead elsewhere", _clients("5001", "5002", "5003", *ELSEWHERE), fails=ELSEWHERE[:-1],
        reasons=("schema",),
    ),
    _list("D32", "HTTP 500", json_answer({}, status="500 No"), at="clusters"),
    _list("D32b", "hostile names", json_answer([HOSTILE_CLUSTER]), at="clusters"),
    _list("D32c", "each cluster twice", json_answer(2 * [{"id": "c1", "name": "x"}]), at="clusters"),
    Fault(
        id="D33", name="list of clients: never answers", under=DISCOVERING, control=NO_DISCOVERY, fails=NONE,
        inject=Answers(Says(end=End.SILENCE), at=("clients",)),
    ),
    Fault(
        id="D33b", name="list of clusters: never answers", under=DISCOVERING, control=NO_DISCOVERY, fails=NONE,
        inject=Answers(Says(end=End.SILENCE), at=("clusters",)),
    ),
)  # fmt: skip
