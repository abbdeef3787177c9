"""One managed client's status from the command line, against a simulated tenant in another process."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import Result, invoke

REPORT = {"status": "WARNING", "type": "VA", "timestamp": "2026-01-01T00:00:00Z", "body": {"hostname": "va-99"}}


def status(*args: str, stdin: str | None = None, **environ: str) -> Result:
    """The command, run in this process."""
    return invoke("status", *args, stdin=stdin, **environ)


def test_get_prints_what_the_exporter_understood(tenant: dict[str, str]) -> None:
    """The parsed document is JSON on stdout, under the exporter's names."""
    client_id, type_ = tenant["SAIL_MANAGED_CLIENTS"].split(",")[0].split(":")
    result = status("get", client_id, **tenant)
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (document["id"], document["type"]) == (client_id, type_)
    assert "since_seen_millis" in document


@pytest.mark.parametrize("args", [[], ["--type=VA"]])
def test_get_needs_no_list_of_managed_clients(tenant: dict[str, str], args: list[str]) -> None:
    """Whoever names a client need not have configured it."""
    environ = {name: text for name, text in tenant.items() if name != "SAIL_MANAGED_CLIENTS"}
    client_id = tenant["SAIL_MANAGED_CLIENTS"].split(":")[0]
    assert json.loads(status("get", client_id, *args, **environ).stdout)["id"] == client_id


def test_get_of_an_unknown_client_ends_with_status_1(tenant: dict[str, str]) -> None:
    """A failed call is one line that begins with its reason."""
    result = status("get", "unknown", **tenant)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("sailpoint-exporter: not_found: ")
    assert result.stderr.count("\n") == 1


def test_update_refuses_to_speak_in_the_clients_place_by_mistake(tenant: dict[str, str], tmp_path: Path) -> None:
    """Without ``--as-client`` nothing is sent, and the line says why."""
    file = tmp_path / "report.json"
    file.write_text(json.dumps(REPORT))
    result = status("update", "5678", f"--file={file}", **tenant)
    assert result.exit_code == 2
    assert "overwrites what the managed client itself reported" in result.stderr
    assert "--as-client" in result.stderr


def test_update_reports_and_prints_the_answer(tenant: dict[str, str], tmp_path: Path) -> None:
    """With ``--as-client`` the report is sent, the work order comes back, and the next reading has the report."""
    client_id = tenant["SAIL_MANAGED_CLIENTS"].split(":")[0]
    file = tmp_path / "report.json"
    file.write_text(json.dumps(REPORT))

    result = status("update", client_id, f"--file={file}", "--as-client", **tenant)

    assert result.exit_code == 0
    assert json.loads(result.stdout)["work_order"]["client_id"] == client_id
    assert json.loads(status("get", client_id, **tenant).stdout)["status"] == "WARNING"


@pytest.mark.parametrize("document", ["", "[]", "{", "null", "[" * 100_000])
def test_update_needs_a_json_object(tenant: dict[str, str], document: str) -> None:
    """What is no JSON object is refused before anything is sent; the document may come from stdin."""
    result = status("update", "5678", "--file=-", "--as-client", stdin=document, **tenant)
    assert result.exit_code == 2
    assert "--file: must hold a JSON object" in result.stderr


def test_several_tenants_ask_for_a_choice(tenant: dict[str, str], tmp_path: Path) -> None:
    """With a file of several tenants the name decides; without it, or with another, the names are told."""
    file, secret = tmp_path / "exporter.yml", tmp_path / "secret"
    secret.write_text(tenant["SAIL_CLIENT_SECRET"])
    one = f"base_url: {tenant['SAIL_BASE_URL']}, client_id: {tenant['SAIL_CLIENT_ID']}, client_secret_file: {secret}"
    file.write_text(f"tenants:\n- {{name: acme, {one}}}\n- {{name: acme-sb, {one}}}\n")
    client_id = tenant["SAIL_MANAGED_CLIENTS"].split(":", maxsplit=1)[0]
    asked = ["get", client_id, f"--config.file={file}"]
    assert status(*asked, "--tenant=acme-sb").exit_code == 0
    for choice in ([], ["--tenant=other"]):
        refused = status(*asked, *choice)
        assert refused.exit_code == 2
        assert "--tenant: must be one of acme, acme-sb" in refused.stderr
