"""Faults of settings and of the files that they name, at the start and while the exporter runs. Catalogue 2.4, 2.5."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.faults.arena import Arena
from tests.faults.behaviours import Answers, End, Says
from tests.faults.fault import ALL, Conditions, Fault, Refusal
from tests.faults.good import CLIENT_SECRET, PROXY_PASSWORD, ROTATED_SECRET, json_answer

__all__ = ["ROWS"]

SETTINGS = ("SAIL_CLIENT_SECRET", "SAIL_CLIENT_SECRET_FILE={folder}/client_secret")
GOOD_FILE = (("client_secret", CLIENT_SECRET.encode()),)
MOUNTED = Conditions(settings=SETTINGS, files=GOOD_FILE, token_life_seconds=1)
ITS_OWN = "has no such setting"


@dataclass(frozen=True, slots=True)
class Becomes:
    """A file becomes something else: other bytes, None for missing, ``fifo`` or ``directory``."""

    content: bytes | str | None
    name: str = "client_secret"

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Replace it, and bring it back."""
        path, kept = arena.folder / self.name, arena.folder / "kept"
        path.rename(kept)
        match self.content:
            case bytes(content):
                path.write_bytes(content)
            case "fifo":
                os.mkfifo(path)
            case "directory":
                path.mkdir()
        yield
        if self.content == "directory":
            path.rmdir()
        kept.replace(path)


@dataclass(frozen=True, slots=True)
class Revoked:
    """The secret is refused, until the file has another."""

    status: str

    @asynccontextmanager
    async def during(self, arena: Arena) -> AsyncIterator[None]:
        """Refuse it; in the end change the file."""
        refusal = json_answer({"error": "invalid_client"}, status=self.status)
        async with Answers(Says(refusal, End.GO_ON), at=("token",)).during(arena):
            yield
        (arena.folder / "client_secret").write_text(ROTATED_SECRET)


def _becomes(row: str, name: str, content: bytes | str | None) -> Fault:
    """The secret read before stands in."""
    return Fault(
        id=row, name=f"secret file {name}, while running", inject=Becomes(content),
        requests=(9, 9), token_requests=(1, 3),
        under=MOUNTED, expires_seconds=1.2, logs="client_secret", control="reads the file itself or fails",
    )  # fmt: skip


def _revoked(row: str, status: str) -> Fault:
    return Fault(
        id=row, name=f"secret revoked ({status}), then rotated", inject=Revoked(status), fails=ALL,
        reasons=("token_rejected",), requests=(0, 0), token_requests=(1, 1), under=MOUNTED, expires_seconds=1.2,
        spoils=True, logs="level=error",
    )  # fmt: skip


def _file(row: str, name: str, content: bytes, says: str) -> Refusal:
    conditions = Conditions(settings=SETTINGS, files=(("client_secret", content),))
    return Refusal(id=row, name=f"secret file {name}, at the start", says=says, under=conditions, control=ITS_OWN)


def _given(row: str, name: str, *settings: str, says: str, exits: int = 2, control: str = ITS_OWN) -> Refusal:
    return Refusal(id=row, name=name, says=says, exits=exits, under=Conditions(settings=settings), control=control)


def _web(row: str, name: str, content: str, says: str = "web.yml") -> Refusal:
    conditions = Conditions(
        settings=("SAIL_WEB__CONFIG_FILE={folder}/web.yml",), files=(("web.yml", content.encode()),)
    )
    return Refusal(id=row, name=f"web configuration: {name}", says=says, under=conditions, control=ITS_OWN)


def _web_becomes(row: str, name: str, content: bytes | None) -> Fault:
    """The users and certificates read before stand in."""
    return Fault(
        id=row, name=f"web configuration {name}, while running", inject=Becomes(content, "web.yml"), requests=(9, 9),
        under=Conditions(users=True, secured=True), logs="web.yml", control=ITS_OWN,
    )  # fmt: skip


def _base(row: str, url: str) -> Refusal:
    return _given(row, f"base URL {url[:30]}", f"SAIL_BASE_URL={url}", says="SAIL_BASE_URL")


SECRET = CLIENT_SECRET.encode()
LINES = "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n"

ROWS: tuple[Fault | Refusal, ...] = (
    _becomes("A15", "missing", None),
    _becomes("A15b", "empty", b""),
    _becomes("A15c", "with a blank", SECRET + b" x"),
    _becomes("A15d", "of 1 MB", 1_000_000 * b"x"),
    _becomes("A15e", "a FIFO", "fifo"),
    _becomes("A15f", "a directory", "directory"),
    _becomes("A15g", "of NUL", b"\0\0\0"),
    _revoked("A03", "401 Unauthorized"),
    _revoked("A03b", "400 Bad Request"),
    _revoked("A14", "403 Forbidden"),
    _file("A15s", "empty", b"", "client_secret: is empty"),
    _file("A15t", "with a blank", SECRET + b" x", "client_secret: holds"),
    _file("A15u", "of 1 MB", 1_000_000 * b"x", "client_secret: is larger"),
    _file("A15v", "not ASCII", "kölnCANARY".encode(), "client_secret: holds"),
    _given("A15w", "secret file missing, at the start", *SETTINGS, says="client_secret: does not exist"),
    _given("A15x", "secret file is a directory", SETTINGS[0],
        "SAIL_CLIENT_SECRET_FILE={folder}", says="not a regular file"),
    _given("C01", "no base URL", "SAIL_BASE_URL", says="SAIL_BASE_URL", control=""),
    _given("C01b", "no client id", "SAIL_CLIENT_ID", says="SAIL_CLIENT_ID", control="notices later"),
    _given("C01c", "no secret", "SAIL_CLIENT_SECRET", says="SAIL_CLIENT_SECRET", control="notices later"),
    _given("C01d", "a problem beside a secret", "SAIL_RATE_BUDGET=many", says="SAIL_RATE_BUDGET"),
    _given("C01e", "empty secret", "SAIL_CLIENT_SECRET=", says="SAIL_CLIENT_SECRET"),
    _base("C02", "http://acme.api.identitynow.com"),
    _base("C02b", f"https://user:{PROXY_PASSWORD}@acme.api.identitynow.com"),
    _base("C02c", "https://acme.api.identitynow.com/path"),
    _base("C02d", "https://acme.api.identitynow.com?x=y"),
    _base("C02e", "https://acme.api.identitynow.com#x"),
    _base("C02f", "https://acme.api.identitynow.com:0"),
    _base("C02g", "https://"),
    _base("C02h", "ftp://acme.api.identitynow.com"),
    _given("C04", "a client twice", "SAIL_MANAGED_CLIENTS=5001,5002,5001", says="SAIL_MANAGED_CLIENTS.*same"),
    _given("C04b", "an id that leads elsewhere", "SAIL_MANAGED_CLIENTS=../oauth/token", says="SAIL_MANAGED_CLIENTS"),
    _given("C05", "no clients, no discovery", "SAIL_MANAGED_CLIENTS", "SAIL_DISCOVERY__ENABLED=false", says="SAIL_"),
    _given("C07", "misspelt setting", "SAIL_CLIENT_SECRETT=x", says="SAIL_CLIENT_SECRET\\b"),
    *(
        _given(f"C09{letter}", f"interval {value}", f"SAIL_SCRAPE__MAX_DURATION={value}", says="MAX_DURATION")
        for letter, value in zip("abcdef", ("0", "-1s", "nan", "inf", "1e9", "0s"), strict=True)
    ),
    _given("C03", "proxy that is none", f"SAIL_PROXY_URL=socks5://u:{PROXY_PASSWORD}@127.0.0.1", says="SAIL_PROXY_URL"),
    _given("C06", "file of authorities is missing", "SAIL_CA_FILE={folder}/none.pem", says="SAIL_CA_FILE"),
    _given("C06b", "file of authorities is none", "SAIL_CA_FILE={folder}/output.txt", says="PEM"),
    _given("C08b", "address of another machine", "SAIL_WEB__LISTEN_ADDRESS=192.0.2.1:9853",
        says="192.0.2.1", exits=1, control=""),
    _given("C10", "configuration file is missing", "SAIL_CONFIG_FILE={folder}/none.yml", says="none.yml"),
    _web("C12", "unknown key", "tls_server_confg: {}"),
    _web("C12b", "missing certificate", LINES, "cert_file"),
    _web("C12c", "TLS 1.1", LINES.replace("}", ", min_version: TLS11}"), "min_version|web.yml"),
    _web("C12d", "no YAML", "{[", "web.yml"),
    _web("C12e", "hash that is none", "basic_auth_users: {prometheus: CANARYplain}"),
    _web("C12f", "objects that execute", "!!python/object/apply:os.system ['true']"),
    _web_becomes("C12g", "missing", None),
    _web_becomes("C12h", "no YAML", b"{["),
    _web_becomes("C12i", "with an unknown key", b"tls_server_confg: {}"),
    _web_becomes("C12j", "without the users' hashes", b"basic_auth_users: {prometheus: CANARYplain}"),
    Fault(
        id="C11", name="secret file that everybody may read", inject=Becomes(SECRET), requests=(9, 9), under=MOUNTED,
        expires_seconds=1.2,
    ),
    Fault(
        id="A15y", name="secret file with a line break and a byte order mark",
        inject=Becomes(b"\xef\xbb\xbf" + SECRET + b"\r\n"),
        requests=(9, 9), under=MOUNTED, expires_seconds=1.2,
    ),
)  # fmt: skip
