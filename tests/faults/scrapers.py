"""Faults of those who ask the exporter. Catalogue 2.6. While they last, everybody else is served as ever."""

from tests.faults.behaviours import Answers, Late
from tests.faults.fault import ALL, Conditions, Fault
from tests.faults.upstream_connect import Gone
from tests.faults.visits import SCRAPE, Asks, Both, Crowd, Leavers, Visitors

__all__ = ["ROWS"]

SECURED = Conditions(secured=True)
NO_TLS = "has no TLS"
PAGES_OF_THE_PROCESS = ("/-/healthy", "/-/ready", "/healthz", "/readyz", "/")


def _get(path: str, *headers: str, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *headers]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def _table(row: str, name: str, *requests: tuple[bytes, int], **others: object) -> Fault:
    return Fault(id=row, name=name, inject=Asks(requests), **others)  # type: ignore[arg-type] # a row's other facts


def _header(name: str, *values: str) -> tuple[tuple[bytes, int], ...]:
    return tuple((_get("/metrics", f"{name}: {value}"), 200) for value in values)


def _auth(value: str) -> tuple[bytes, int]:
    return _get("/metrics", f"Authorization: {value}"), 401


ROWS = (
    Fault(id="S01", name="200 silent connections", inject=Visitors(200), within_seconds=0.3),
    Fault(id="S02", name="200 connections that drip", inject=Visitors(200, SCRAPE, 0.5), within_seconds=0.3),
    Fault(
        id="S03", name="20 silent TLS clients", inject=Visitors(20), within_seconds=0.3, under=SECURED, control=NO_TLS
    ),
    Fault(
        id="S03b", name="20 TLS clients that talk nonsense", inject=Visitors(20, b"\x16\x03\x01\xff\xff" + 100 * b"x"),
        under=SECURED, control=NO_TLS,
    ),
    Fault(
        id="S03c", name="plain HTTP to the TLS port", inject=Visitors(20, SCRAPE), under=SECURED, control=NO_TLS,
    ),
    _table("S04", "request line of 64 KB", (_get("/metrics?" + 65536 * "x"), 414)),
    _table("S04b", "100 headers of 60 KB", (_get("/metrics", *(f"X-{n}: {60_000 * 'x'}" for n in range(100))), 431)),
    _table("S04c", "header of 17 KB", (_get("/metrics", f"X-Long: {17_000 * 'x'}"), 431)),
    _table("S04d", "GET with a body", (_get("/metrics", "Content-Length: 5") + b"12345", 413)),
    _table(
        "S04e", "no request",
        (b"\x00\xff\r\n\r\n", 400), (b"GET\r\n\r\n", 400), (b"GET /metrics\r\n\r\n", 400), (b"SSH-2.0-x\r\n\r\n", 400),
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400), (b"GET /metrics HTTP/1.1\r\n: x\r\n\r\n", 400),
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400),
    ),
    Fault(id="S05", name="50 scrapes at once", inject=Crowd(50)),
    Fault(
        id="K03", name="probes while the tenant is away", fails=ALL, reasons=("connect",),
        inject=Both(Gone(), Asks(tuple((_get(path), 200) for path in PAGES_OF_THE_PROCESS))),
        control="collects for every path",
    ),
    Fault(
        id="S05b", name="120 scrapes of a slow tenant", grants_seconds=3.0,
        inject=Both(Answers(Late(0.5), at=("status",)), Crowd(120, (200, 503))),
    ),
    Fault(
        id="S06", name="400 connects at once", inject=Crowd(400, collections=0, request=_get("/-/healthy")),
        control="collects for every path",
    ),
    Fault(id="S07", name="50 scrapers that hang up", inject=Leavers(50)),
    Fault(
        id="S07b", name="50 scrapers of a slow tenant that hang up", grants_seconds=3.0,
        inject=Both(Answers(Late(0.5), at=("status",)), Leavers(50)),
    ),
    Fault(id="S08", name="50 scrapers that stay", inject=Visitors(50, SCRAPE, closed_seconds=None)),
    Fault(id="S08b", name="1,000 pipelined scrapes", inject=Visitors(1, 1000 * SCRAPE, closed_seconds=None)),
    _table(
        "S09", "methods", (_get("/metrics", method="HEAD"), 200),
        *((_get("/metrics", method=method), 405) for method in ("POST", "PUT", "TRACE", "OPTIONS", "FOO", "DELETE")),
    ),
    _table(
        "S10", "paths", *((_get(path), 404) for path in (
            "//metrics", "/metrics/", "/metrics/..", "/%6detrics", "/metrics%0A", "/metrics%2f", "/probe?target=http://x",
            "/../etc/passwd", "/nowhere", "/METRICS",
        )),
    ),
    _table(
        "S12", "names", (_get("/metrics?name[]=up"), 200), (_get("/metrics?" + 400 * "name[]=x&"), 200),
        (_get("/metrics?name[]=%ff%fe"), 400), (_get("/metrics?name[]="), 400), (_get("/metrics?%00=%00"), 200),
        control="knows no parameters",
    ),
    _table(
        "S14", "ids", *((_get(f"/metrics?client_id={each}"), 400) for each in (
            "unknown", "..", "http://x", "%0a", "5001/../x", 3000 * "9",
        )), (_get("/metrics?client_id=5001"), 200), control="knows no parameters",
    ),
    _table("S20", "encodings", *_header(
        "Accept-Encoding", "gzip", "identity;q=0", "br", "*", "gzip;q=abc", ",,,", 2000 * "gzip,", "\xff",
    )),
    _table("S20b", "accepted types", *_header(
        "Accept", "application/openmetrics-text; version=abc", "text/plain; version=1.x", "*/*;q=nan", ",;=", "\xff",
        "application/openmetrics-text; version=" + 5000 * "9", "application/vnd.google.protobuf", 3000 * "a/b,",
    )),
    _table("S20c", "scrape timeouts", *_header(
        "X-Prometheus-Scrape-Timeout-Seconds", "nan", "inf", "-1", "0", "1e9", "1_0", "", "\xb2", 5000 * "9", "abc",
    )),
    _table("S21", "foreign host", *((_get("/metrics").replace(b"Host: x", host), 200) for host in (
        b"Host: evil.example", b"Host: 127.0.0.1:1", b"Host: ",
    ))),
    Fault(
        id="S23", name="many scrapers within the interval", inject=Crowd(20, collections=0), requests=(0, 0),
        under=Conditions(settings=("SAIL_SCRAPE__MIN_INTERVAL=60s",)),
    ),
    _table(
        "S15", "passwords", *map(_auth, (
            "Basic", "Basic ====", "Basic !!!", "Basic eA==", "Basic eDp5", "Bearer x", "Basic " + 4000 * "A", "\xff",
            "Basic OmE6", "Basic AAA6AAA=",
        )),
        (_get("/-/healthy"), 200), control="has no passwords",
        under=Conditions(users=True),
    ),
)  # fmt: skip
