"""Faults of the proxy between the exporter and the tenant: the neighbours of catalogue 2.1.

The tenant of these tests stands in for a proxy: of what is sent through one it sees the same, and the whole address.
"""

from tests.faults.behaviours import Answers, End, Says
from tests.faults.fault import ALL, Conditions, Fault
from tests.faults.good import PROXY_PASSWORD, json_answer
from tests.faults.upstream_connect import Gone

__all__ = ["ROWS"]

BEHIND = Conditions(
    settings=(
        "SAIL_BASE_URL=http://127.0.0.1:1",
        f"SAIL_PROXY_URL=http://user:{PROXY_PASSWORD}@127.0.0.1:{{tenant_port}}",
    )
)
WITHOUT = "knows no proxy"


def _proxy(row: str, name: str, says: Says, reason: str) -> Fault:
    return Fault(
        id=row, name=f"proxy: {name}", inject=Answers(says, at=("status",)), fails=ALL, reasons=(reason,), under=BEHIND,
        control=WITHOUT,
    )  # fmt: skip


ROWS = (
    _proxy("U30", "407", Says(json_answer({}, status="407 Proxy Authentication Required"), End.GO_ON), "connect"),
    _proxy("U30b", "502", Says(json_answer({}, status="502 Bad Gateway"), End.GO_ON), "http_5xx"),
    _proxy("U30c", "silence", Says(end=End.SILENCE), "deadline"),
    _proxy("U30d", "page of its own", Says(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>"), "content_type"),
    Fault(id="U30e", name="proxy: gone", inject=Gone(), fails=ALL, reasons=("connect",), under=BEHIND, control=WITHOUT),
)
