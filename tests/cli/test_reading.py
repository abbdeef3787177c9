"""How an exporter reads simulated tenants."""

import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from exporter.cli.reading import Reading
from exporter.errors import SettingsError
from exporter.settings.loading import exposed_secrets, load
from exporter.simulator.scenario import named_scenario

ONE = {"acme": "http://127.0.0.1:9854"}
TWO = {"production": "http://127.0.0.1:9854", "sandbox": "http://127.0.0.1:9855"}


def test_one_tenant_is_read_by_variables() -> None:
    """They are all that an exporter needs: which managed clients there are, it finds out."""
    with Reading(ONE, {}).given() as environ:
        assert list(environ) == ["SAIL_BASE_URL", "SAIL_CLIENT_ID", "SAIL_CLIENT_SECRET", "SAIL_TENANT_NAME"]
        [tenant] = load({}, environ).tenants
    assert (tenant.name, tenant.base_url) == ("acme", "http://127.0.0.1:9854")


def test_several_tenants_are_read_by_a_file() -> None:
    """With the secret beside it; both are gone afterwards."""
    with Reading(TWO, {}).given() as environ:
        configuration = load({}, environ)
        [file] = map(Path, environ.values())
        assert file.read_text(encoding="utf-8") == Reading(TWO, {}).configuration
        assert list(exposed_secrets(configuration)) == []
    assert {tenant.name: tenant.base_url for tenant in configuration.tenants} == TWO
    assert not file.parent.exists()


@pytest.mark.parametrize("name", ["health-event", "budget-high"])
def test_settings_of_a_scenario_need_a_file(name: str) -> None:
    """What it says holds for each tenant."""
    settings = named_scenario(name).exporter.settings
    with Reading(ONE, settings).given() as environ:
        [tenant] = load({}, environ).tenants
    assert tenant.collectors.health is (name == "health-event")
    assert len(tenant.managed_clients) == len(settings.get("managed_clients", []))  # type: ignore[arg-type]  # a list


def test_addresses_are_those_listened_on() -> None:
    """Reachable ones."""
    with ExitStack() as stack:
        socks = [stack.enter_context(socket.create_server((host, 0))) for host in ("127.0.0.1", "0.0.0.0")]  # noqa: S104 - on no network for long
        ports = [sock.getsockname()[1] for sock in socks]
        reading = Reading.of(["a", "b"], socks, named_scenario("health-event"))
    assert reading.base_urls == {"a": f"http://127.0.0.1:{ports[0]}", "b": f"http://127.0.0.1:{ports[1]}"}
    assert reading.settings == {"collectors": {"health": True}}
    assert Reading.of([], []).settings == {}


def test_nowhere_to_write_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that is read-only has no place for the file."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match=r"^no file can be written for .*: No such file or directory$"):
        Reading(TWO, {}).given().__enter__()
