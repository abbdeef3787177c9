"""Faults of what the tenant answers as HTTP: status, framing, encoding, size. Catalogue 2.2."""

import gzip

from tests.faults.behaviours import Answers, End, InTurn, Says
from tests.faults.fault import ALL, ONE, Fault
from tests.faults.good import PAYLOAD_TEXT, json_answer, status_document

__all__ = ["ROWS"]

OK = b"HTTP/1.1 200 OK\r\n"
JSON = OK + b"Content-Type: application/json\r\n"
CHUNKED = JSON + b"Transfer-Encoding: chunked\r\n\r\n"
DOCUMENT = json_answer(status_document())
ERROR = {"detailCode": "403.1 Forbidden", "trackingId": "4f2c", "messages": [{"text": PAYLOAD_TEXT}]}
BOMB = gzip.compress(b" " * 20_000_000)
TWICE = gzip.compress(gzip.compress(b" " * 200_000_000, 9), 9)


def _one(row: str, name: str, answer: bytes, reason: str, end: End = End.CLOSE) -> Fault:
    """One client's answer is bad in a way that is its own: asked once in each scrape, and never again within one."""
    return Fault(id=row, name=name, inject=Answers(Says(answer, end)), fails=ONE, reasons=(reason,), requests=(9, 9))


def _status(row: str, status: str, reason: str, *headers: str) -> Fault:
    return _one(row, f"HTTP {status}", json_answer(ERROR, *headers, status=status), reason, End.GO_ON)


def _sized(row: str, name: str, headers: bytes, body: bytes, reason: str) -> Fault:
    return _one(row, name, JSON + headers + f"Content-Length: {len(body)}\r\n\r\n".encode() + body, reason)


def _throttled(row: str, retry_after: str | None, *, requests: tuple[int, int] = (1, 3)) -> Fault:
    headers = () if retry_after is None else (f"Retry-After: {retry_after}",)
    told = "without Retry-After" if retry_after is None else f"Retry-After: {retry_after or 'empty'}"
    return Fault(
        id=row, name=f"HTTP 429, {told}", fails=ALL, reasons=("rate_limited", "backoff"), requests=requests,
        inject=Answers(Says(json_answer(ERROR, *headers, status="429 Too Many Requests"), End.GO_ON), at=("status",)),
        recovers_seconds=5.2,
    )  # fmt: skip


ROWS = (
    _one(
        "H01",
        "login page",
        OK + b"Content-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
        "content_type",
    ),
    _one("H01b", "no content type", OK + b"Content-Length: 2\r\n\r\n{}", "content_type"),
    _one("H01c", "two content types", JSON + b"Content-Type: text/html\r\nContent-Length: 2\r\n\r\n{}", "content_type"),
    _sized("H02", "HTML called JSON", b"", b"<html>", "json"),
    _sized("H04", "error document with 200", b"", b'{"detailCode":"500.0","messages":[]}', "schema"),
    _one("H05", "HTTP 204", b"HTTP/1.1 204 No Content\r\n\r\n", "http_other", End.GO_ON),
    _sized("H05b", "empty body", b"", b"", "json"),
    _one("H05c", "HTTP 206", DOCUMENT.replace(b"200 OK", b"206 Partial Content"), "http_other", End.GO_ON),
    _one("H05d", "HTTP 304", b"HTTP/1.1 304 Not Modified\r\n\r\n", "redirect", End.GO_ON),
    _sized("H06", "gzip that was not asked for", b"Content-Encoding: gzip\r\n", gzip.compress(b"{}"), "encoding"),
    _sized("H06b", "gzip bomb of 20 MB", b"Content-Encoding: gzip\r\n", BOMB, "encoding"),
    _sized("H06c", "gzip bomb in gzip, of 200 MB", b"Content-Encoding: gzip, gzip\r\n", TWICE, "encoding"),
    _sized("H06d", "unknown encoding", b"Content-Encoding: foo\r\n", b"{}", "encoding"),
    _sized(
        "H06e",
        "two encodings in two lines",
        b"Content-Encoding: identity\r\nContent-Encoding: br\r\n",
        b"{}",
        "encoding",
    ),
    _sized("H08", "gzip cut off", b"Content-Encoding: gzip\r\n", BOMB[:99], "encoding"),
    Fault(
        id="H09",
        name="chunks without end",
        fails=ONE,
        reasons=("too_large",),
        requests=(9, 9),
        inject=Answers(Says(CHUNKED, then=b"2000\r\n" + 8192 * b" " + b"\r\n")),
    ),
    _one("H09b", "10 GB announced", JSON + b"Content-Length: 10000000000\r\n\r\n", "too_large", End.SILENCE),
    _sized("H09c", "one byte more than 1 MiB", b"", b"[" + b" " * (1024 * 1024 - 1) + b"]", "too_large"),
    _one("H10", "200 KB of header", JSON + b"X-Long: " + 200_000 * b"x" + b"\r\n\r\n", "protocol"),
    _one("H10b", "3,000 headers", JSON + 3000 * b"X-Many: x\r\n" + b"Content-Length: 2\r\n\r\n{}", "protocol"),
    _one("H10c", "header with NUL", JSON + b"X-Bad: a\0b\r\nContent-Length: 2\r\n\r\n{}", "protocol"),
    _one("H10d", "two lengths", JSON + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", "protocol"),
    _one("H10e", "negative length", JSON + b"Content-Length: -1\r\n\r\n", "protocol"),
    _one("H10f", "length of 5,000 digits", JSON + b"Content-Length: " + 5000 * b"9" + b"\r\n\r\n", "protocol"),
    _one("H10g", "chunk of no size", CHUNKED + b"ZZ\r\n{}\r\n", "protocol"),
    _one("H10h", "chunk of 2^64", CHUNKED + b"FFFFFFFFFFFFFFFF\r\n{}", "protocol"),
    _one("H11", "no framing", JSON + b"\r\n{}", "unframed"),
    _one("H11b", "HTTP/1.0", b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{}", "unframed"),
    _one("H11c", "another protocol", b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "protocol"),
    _one("H11d", "random bytes", bytes(range(256)), "protocol"),
    _one("H11e", "HTTP/0.9", b"<html>no status line</html>\r\n\r\n", "protocol"),
    _one("H12", "status 999", DOCUMENT.replace(b"200 OK", b"999 Odd"), "http_other", End.GO_ON),
    _one("H12b", "status 600", DOCUMENT.replace(b"200 OK", b"600 Odd"), "http_other", End.GO_ON),
    _one("H12c", "status 1000", DOCUMENT.replace(b"200 OK", b"1000 Odd"), "protocol"),
    _status("H14", "307 Temporary Redirect", "redirect", "Location: /managed-clients/v1/5002/status"),
    _status("H14b", "302 Found", "redirect", "Location: http://["),
    _status("H15", "400 Bad Request", "http_400"),
    Fault(
        id="H16",
        name="HTTP 401 once",
        requests=(10, 10),
        token_requests=(1, 1),
        inject=Answers(InTurn((Says(json_answer(ERROR, status="401 Unauthorized"), End.GO_ON),))),
    ),
    Fault(
        id="H17",
        name="HTTP 401 always",
        fails=ALL,
        reasons=("unauthorized",),
        token_requests=(1, 1),
        requests=(12, 14),
        inject=Answers(Says(json_answer(ERROR, status="401 Unauthorized"), End.GO_ON), at=("status",)),
    ),
    Fault(
        id="H18",
        name="HTTP 403",
        fails=ONE,
        reasons=("forbidden",),
        requests=(9, 9),
        token_requests=(0, 0),
        inject=Answers(Says(json_answer(ERROR, status="403 Forbidden"), End.GO_ON)),
        logs="idn:managed-client-status:read",
    ),
    _status("H19", "404 Not Found", "not_found"),
    _status("H19b", "418 Teapot", "http_4xx"),
    _throttled("H20", "5"),
    _status("H23", "500 Internal Server Error", "http_5xx"),
    _status("H23b", "502 Bad Gateway", "http_5xx"),
    _status("H23c", "503 Service Unavailable", "http_5xx"),
    _status("H23d", "504 Gateway Timeout", "http_5xx"),
    Fault(
        id="H23e",
        name="HTTP 503 with Retry-After",
        fails=ALL,
        reasons=("http_5xx", "backoff"),
        requests=(1, 3),
        recovers_seconds=3.2,
        inject=Answers(
            Says(json_answer(ERROR, "Retry-After: 3", status="503 Service Unavailable"), End.GO_ON), at=("status",)
        ),
    ),
    _one(
        "H23f",
        "error whose body never ends",
        b"HTTP/1.1 500 No\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
        "http_5xx",
        End.SILENCE,
    ),
    _one(
        "H25",
        "500 cookies",
        DOCUMENT.replace(b"\r\n\r\n", b"\r\n" + 90 * b"Set-Cookie: a=b\r\n" + b"\r\n", 1).replace(b"200 OK", b"500 No"),
        "http_5xx",
        End.GO_ON,
    ),
    _one(
        "H27",
        "switches protocols",
        b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
        "protocol",
        End.SILENCE,
    ),
)
