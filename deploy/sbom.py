"""The only place for the bill of materials: CycloneDX 1.6 JSON, told from the lock that every installation is made of.

::

    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) python -m deploy.sbom >dist/sailpoint-exporter.cdx.json

It is built for each release and not committed, since all of it but the release's time is in ``requirements.txt``. The
same lock, version and time give the same bytes. Asks no network.
"""

import os
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from exporter import __version__

__all__ = ["Locked", "bill_of_materials", "locked", "main"]

REPOSITORY = Path(__file__).parent.parent
_SOURCE = "https://github.com/sailpoint-exporter/sailpoint-exporter"

_ENTRY = re.compile(r"^([\w.-]+)==(\S+)(.*\n(?: .*\n)+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})\b")
_VIA = re.compile(r"#(?: via|  ) ([\w.-]+)")


@dataclass(frozen=True, slots=True)
class Locked:
    """One entry of the lock.

    Attributes:
        hashes: SHA-256, in hexadecimal, of each file that may be installed for it: one of them is.
        needed_by: names of what depends on it.
    """

    name: str
    version: str
    hashes: tuple[str, ...]
    needed_by: tuple[str, ...]


def locked(text: str) -> Iterator[Locked]:
    """Read a lock as ``uv pip compile --generate-hashes`` writes it, the origins that it notes included."""
    for name, version, rest in _ENTRY.findall(text):
        yield Locked(name, version, tuple(_HASH.findall(rest)), tuple(_VIA.findall(rest)))


def bill_of_materials(lock: str, epoch_seconds: int) -> str:
    """The document for this version of the exporter, as JSON.

    Args:
        lock: the text of the lock.
        epoch_seconds: the time of the release.
    """
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, f"{_SOURCE}/{__version__}/{epoch_seconds}\n{lock}"))
    bom.metadata.timestamp = datetime.fromtimestamp(epoch_seconds, UTC)
    bom.metadata.component = exporter = _exporter()
    entries = tuple(locked(lock))
    components = {exporter.name: exporter} | {entry.name: _library(entry) for entry in entries}
    python = _python()
    bom.components.update((python, *(components[entry.name] for entry in entries)))
    for name, component in components.items():
        needs = [components[entry.name] for entry in entries if name in entry.needed_by]
        bom.register_dependency(component, [*needs, python] if component is exporter else needs)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _exporter() -> Component:
    return Component(
        name="sailpoint-exporter",
        version=__version__,
        type=ComponentType.APPLICATION,
        bom_ref="sailpoint-exporter",
        purl=PackageURL("pypi", None, "sailpoint-exporter", __version__),
        licenses=[LicenseExpression("Apache-2.0")],
        external_references=[ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(_SOURCE))],
    )


def _library(entry: Locked) -> Component:
    purl = PackageURL("pypi", None, entry.name, entry.version)
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(purl.to_string()),
        comment="one of the files with these hashes",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=content) for content in entry.hashes],
    )
    return Component(
        name=entry.name,
        version=entry.version,
        type=ComponentType.LIBRARY,
        bom_ref=entry.name,
        purl=purl,
        external_references=[files],
    )


def _python() -> Component:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return Component(
        name="python",
        type=ComponentType.PLATFORM,
        bom_ref="python",
        description=f"of the place where the exporter is installed: {project['requires-python']}",
    )


def main() -> None:
    """Write the document of this checkout to standard output."""
    lock = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    sys.stdout.write(bill_of_materials(lock, int(os.environ["SOURCE_DATE_EPOCH"])))


if __name__ == "__main__":
    main()
