"""The only place for the fifth judge: a real Prometheus, to which the pages of all rows are served as they came."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from tests.faults.harness import Outcome
from tests.faults.judges import samples
from tests.faults.place import Place
from tests.faults.scraper import Answer, ask

__all__ = ["PROMETHEUS", "judged"]

PROMETHEUS = shutil.which("prometheus") or ""
PATIENCE_SECONDS = 90.0
PAGES_IN_A_SECOND = 25  # what leaves a small machine room for the rest

CONFIGURATION = """\
global: {{scrape_interval: {interval}s, scrape_timeout: {interval}s}}
scrape_configs:
  - job_name: pages
    static_configs: [{{targets: [{targets}]}}]
    relabel_configs:
      - {{source_labels: [__address__], target_label: __metrics_path__, regex: "(.*)", replacement: "/$1"}}
      - {{source_labels: [__address__], target_label: instance}}
      - {{target_label: __address__, replacement: "127.0.0.1:{port}"}}
"""


async def judged(outcomes: Sequence[Outcome]) -> list[str]:
    """What Prometheus finds wrong with the first two pages of each fault: not up, or other samples than it has."""
    pages = {
        f"{outcome.program.name}-{outcome.row.id}-{number}": page
        for outcome in outcomes
        for number, page in enumerate(outcome.pages[1:3])
        if page.status == 200
    }
    with tempfile.TemporaryDirectory() as folder:
        server = await asyncio.start_server(lambda *streams: _serve(pages, *streams), "127.0.0.1", 0)
        async with server:
            return await _scraped(Path(folder), pages, server.sockets[0].getsockname()[1])


async def _serve(pages: Mapping[str, Answer], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (OSError, asyncio.IncompleteReadError):
        writer.transport.abort()  # Prometheus has thought better of it
        return
    page = pages[head.split(b" ")[1].decode().strip("/")]
    lines = ("HTTP/1.1 200 OK", f"Content-Type: {page.headers['content-type']}", f"Content-Length: {len(page.body)}")
    writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode() + page.body)
    await writer.drain()
    writer.close()


async def _scraped(folder: Path, pages: Mapping[str, Answer], port: int) -> list[str]:
    configuration = folder / "prometheus.yml"
    targets = ", ".join(f'"{name}"' for name in pages)
    interval = max(2, len(pages) // PAGES_IN_A_SECOND)
    configuration.write_text(CONFIGURATION.format(targets=targets, port=port, interval=interval))
    own_port = Place().free_port()
    options = (
        f"--config.file={configuration}",
        f"--storage.tsdb.path={folder}",
        f"--web.listen-address=127.0.0.1:{own_port}",
    )
    process = await asyncio.create_subprocess_exec(
        PROMETHEUS, *options, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        return await _complaints(pages, own_port)
    finally:
        process.terminate()
        await process.wait()


async def _complaints(pages: Mapping[str, Answer], port: int) -> list[str]:
    expected = {name: float(len(samples(page))) for name, page in pages.items()}
    up, scraped = {}, dict[str, float]()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while scraped.keys() != pages.keys():
            await asyncio.sleep(1.0)
            up, scraped = await _values("up", port), await _values("scrape_samples_scraped", port)
    down = [f"Prometheus: {name} is down" for name in sorted(pages) if up.get(name) != 1]
    other = [
        f"Prometheus: {name} has {scraped[name]:.0f} samples, not {expected[name]:.0f}"
        for name in sorted(pages)
        if scraped[name] != expected[name]
    ]
    return down + other


async def _values(expression: str, port: int) -> dict[str, float]:
    request = f"GET /api/v1/query?query={quote(expression)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await ask(Place(), port, request.encode())
    if answer.status != 200:
        return {}
    body = answer.body if "content-length" in answer.headers else _dechunked(answer.body)
    return {each["metric"]["instance"]: float(each["value"][1]) for each in json.loads(body)["data"]["result"]}


def _dechunked(body: bytes) -> bytes:
    joined = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size or b"0", 16)
        joined, body = joined + body[:length], body[length + 2 :]
    return joined
