"""Faults of the token endpoint, and of what it hands out. Catalogue 2.4."""

from tests.faults.behaviours import Answers, End, InTurn, Late, Says
from tests.faults.fault import ALL, Conditions, Fault
from tests.faults.good import PAYLOAD_TEXT, json_answer, token_document
from tests.faults.tenant import Misbehaviour

__all__ = ["ROWS"]

EXPIRED = Conditions(token_life_seconds=1)
DUE = Conditions(token_life_seconds=10)
"""Worth renewing from the fifth second on."""

REFUSED = {"error": "invalid_client", "error_description": PAYLOAD_TEXT}


def _token(  # noqa: PLR0913 - the facts of a row
    row: str,
    name: str,
    misbehaviour: Misbehaviour,
    reason: str,
    *,
    posts: tuple[int, int] = (1, 1),
    recovers: float = 1.3,
) -> Fault:
    """Nobody can be read, nobody is asked, and one token request leaves however many wait."""
    return Fault(
        id=row, name=f"token endpoint: {name}", inject=Answers(misbehaviour, at=("token",)), fails=ALL,
        reasons=(reason,),
        requests=(0, 0), token_requests=posts, under=EXPIRED, expires_seconds=1.2, recovers_seconds=recovers,
    )  # fmt: skip


def _unusable(row: str, name: str, answer: bytes) -> Fault:
    return _token(row, name, Says(answer, End.CLOSE), "token")


def _document(row: str, name: str, **fields: object) -> Fault:
    return _unusable(row, name, json_answer(token_document(**fields)))


def _taken(row: str, name: str, answer: bytes) -> Fault:
    """An odd token that is one."""
    return Fault(
        id=row, name=f"token endpoint: {name}", inject=Answers(Says(answer, End.GO_ON), at=("token",)), requests=(9, 9),
        token_requests=(1, 3), under=EXPIRED, expires_seconds=1.2, spoils=True,
    )  # fmt: skip


def _life(row: str, expires_in: object) -> Fault:
    return _taken(row, f"expires_in {str(expires_in)[:12]!r}", json_answer(token_document(expires_in=expires_in)))


def _spelt(row: str, expires_in: str) -> Fault:
    document = f'{{"access_token":"{token_document()["access_token"]}","expires_in":{expires_in}}}'
    return _taken(row, f"expires_in {expires_in[:12]}", json_answer(document.encode()))


def _while_due(row: str, name: str, misbehaviour: Misbehaviour) -> Fault:
    """The token in use is good for a while yet."""
    return Fault(
        id=row, name=f"token endpoint: {name}, token still good", inject=Answers(misbehaviour, at=("token",)),
        requests=(9, 9), token_requests=(1, 2), under=DUE, expires_seconds=5.2,
        shows=(r"sailpoint_exporter_token_refresh_failures_total\{[^}]*\} [0-9]+\.0",),
    )  # fmt: skip


def _refused(row: str, status: str) -> Fault:
    return _token(row, status, Says(json_answer(REFUSED, status=status), End.GO_ON), "token_rejected")


def _error(status: str, *headers: str) -> Says:
    return Says(json_answer(REFUSED, *headers, status=status), End.GO_ON)


HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"
PLAIN = json_answer(token_document())

ROWS = (
    _while_due("A01", "500", _error("500 No")),
    _while_due("A01b", "429", _error("429 Too Many Requests", "Retry-After: 60")),
    _while_due("A01c", "silence", Says(end=End.SILENCE)),
    _while_due("A01d", "401", _error("401 Unauthorized")),
    _token("A02", "500", _error("500 No"), "token", posts=(1, 2), recovers=2.2),
    _token("A02b", "503", _error("503 No"), "token", posts=(1, 2), recovers=2.2),
    _token("A02c", "silence", Says(end=End.SILENCE), "deadline", recovers=10.0),
    _token("A02d", "drips", Says(PLAIN, piece_bytes=1, pause_seconds=0.1), "deadline", recovers=10.0),
    _token("A02e", "reset", Says(end=End.RESET), "token", posts=(1, 2), recovers=2.2),
    _token("A02f", "close", Says(), "token", posts=(1, 2), recovers=2.2),
    _unusable("A04", "HTML", HTML),
    _unusable("A04b", "no token in it", json_answer({"detailCode": "500"})),
    _document("A04c", "token is a number", access_token=5),
    _document("A04d", "token is empty", access_token=""),
    _document("A04e", "token of 20,000 characters", access_token=20_000 * "t"),
    _unusable("A04f", "answer of 100 KB", json_answer({"access_token": "t", "more": 100_000 * "x"})),
    _unusable("A04g", "array", json_answer([])),
    _unusable("A04h", "gzip", PLAIN.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")),
    _unusable("A04i", "204", b"HTTP/1.1 204 No Content\r\n\r\n"),
    _life("A05", "3600"),
    _life("A05b", 3600.0),
    _life("A05c", None),
    _life("A05d", "abc"),
    _life("A05e", -5),
    _life("A05f", 0),
    _life("A05g", [1]),
    _spelt("A05h", "true"),
    _life("A05i", 1e308),
    _spelt("A05j", "NaN"),
    _spelt("A05k", "1e999"),
    _spelt("A05l", "1" + 400 * "0"),
    _spelt("A05m", "null"),
    _document("A06", "token with a line break", access_token="abc\r\nX-Evil: 1"),
    _document("A06b", "token beyond ASCII", access_token="tökén"),
    _document("A06c", "token with NUL", access_token="a\0b"),
    _document("A07", "token_type mac", token_type="mac"),
    _taken("A07b", "token_type absent", json_answer(token_document(token_type=None))),
    _taken("A07c", "token_type in capitals", json_answer(token_document(token_type="BEARER"))),
    _document("A07d", "token_type is a number", token_type=7),
    Fault(
        id="A16", name="token endpoint: 429", inject=Answers(_error("429 No", "Retry-After: 2"), at=("token",)),
        fails=ALL,
        reasons=("rate_limited", "backoff"), requests=(0, 0), token_requests=(1, 1), under=EXPIRED, expires_seconds=1.2,
        recovers_seconds=2.2,
    ),
    _token("A17", "307", _error("307 Go", "Location: /elsewhere"), "redirect", posts=(1, 2), recovers=2.2),
    _token("A17b", "308 elsewhere",
        _error("308 Go", "Location: http://127.0.0.2:1/"), "redirect", posts=(1, 2), recovers=2.2),
    Fault(
        id="A18", name="token endpoint: a second late", inject=Answers(Late(1.0), at=("token",)), requests=(9, 9),
        token_requests=(1, 3), under=EXPIRED, expires_seconds=1.2,
    ),
    Fault(
        id="A18b", name="token endpoint: fails once", inject=Answers(InTurn((_error("500 No"),)), at=("token",)),
        fails=ALL, reasons=("token",), requests=(0, 9), under=EXPIRED, expires_seconds=1.2, recovers_seconds=1.3,
    ),
)  # fmt: skip
