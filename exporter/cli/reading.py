"""The only place that says how an exporter reads simulated tenants: by variables, or by a configuration file."""

import contextlib
import json
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from exporter.cli.addresses import bound, reachable
from exporter.errors import SettingsError
from exporter.settings.table import CONFIG_FILE

if TYPE_CHECKING:
    from exporter.simulator.scenario_parts import Scenario

__all__ = ["Reading"]

_SECRET_FILE = "client_secret"  # noqa: S105 - a file's name


@dataclass(frozen=True, slots=True)
class Reading:
    """What an exporter must be told.

    Attributes:
        base_urls: of the tenants, by name.
        settings: of each of them, by their keys in a configuration file.
    """

    base_urls: Mapping[str, str]
    settings: Mapping[str, object]

    @classmethod
    def of(cls, names: Iterable[str], socks: Iterable[socket.socket], scenario: "Scenario | None" = None) -> "Reading":
        """How the tenants of these names are read that listen there, as the scenario has it."""
        base_urls = {name: f"http://{reachable(bound(sock))}" for name, sock in zip(names, socks, strict=True)}
        return cls(base_urls, scenario.exporter.settings if scenario else {})

    @property
    def environment(self) -> dict[str, str] | None:
        """The variables; None where they do not suffice. Which managed clients there are, the exporter finds out."""
        from exporter.simulator.app import DEMO_CREDENTIAL  # noqa: PLC0415 - imports starlette

        if self.settings or len(self.base_urls) > 1:
            return None
        [(name, base_url)] = self.base_urls.items()
        return {
            "SAIL_BASE_URL": base_url,
            "SAIL_CLIENT_ID": DEMO_CREDENTIAL.client_id,
            "SAIL_CLIENT_SECRET": DEMO_CREDENTIAL.client_secret,
            "SAIL_TENANT_NAME": name,
        }

    @property
    def configuration(self) -> str:
        """The text of a configuration file that has the credential's secret beside it, in ``client_secret``."""
        from exporter.simulator.app import DEMO_CREDENTIAL  # noqa: PLC0415 - imports starlette

        credential = {"client_id": DEMO_CREDENTIAL.client_id, "client_secret_file": _SECRET_FILE}
        tenants = ({"name": name, "base_url": url} | credential for name, url in self.base_urls.items())
        return "tenants:\n" + "".join(_yaml_item({**tenant, **self.settings}) for tenant in tenants)

    @contextlib.contextmanager
    def given(self) -> Iterator[dict[str, str]]:
        """The variables, if need be of a file that is there for as long as the block.

        Raises:
            SettingsError: there is nowhere to write the file.
        """
        if self.environment is not None:
            yield self.environment
            return
        with _directory() as directory:
            yield {CONFIG_FILE.environment: str(self._written(directory))}

    def _written(self, directory: Path) -> Path:
        from exporter.simulator.app import DEMO_CREDENTIAL  # noqa: PLC0415 - imports starlette

        secret, file = directory / _SECRET_FILE, directory / "tenants.yaml"
        secret.touch(mode=0o600)
        secret.write_text(DEMO_CREDENTIAL.client_secret, encoding="utf-8")
        file.write_text(self.configuration, encoding="utf-8")
        return file


@contextlib.contextmanager
def _directory() -> Iterator[Path]:
    try:
        directory = TemporaryDirectory()
    except OSError as error:
        message = f"no file can be written for the configuration of the simulated tenants: {error.strerror}"
        raise SettingsError(message) from None
    with directory as name:
        yield Path(name)


def _yaml_item(mapping: Mapping[str, object]) -> str:
    """An item of a list; what is JSON is YAML as well."""
    lines = [f"{key}: {json.dumps(value)}" for key, value in mapping.items()]
    return "  - " + "\n    ".join(lines) + "\n"
