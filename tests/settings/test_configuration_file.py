"""A configuration file gives settings by its keys, or tells each problem by its place, without a secret."""

from pathlib import Path

import pytest

from exporter.settings.configuration_file import read
from exporter.settings.given import Given
from exporter.settings.setting import spelled
from exporter.settings.table import SETTINGS


def given(file: Path, text: str) -> dict[str, object]:
    """The values that a file without problems gives, by their places."""
    file.write_text(text)
    layer, problems = read(str(file))
    assert problems == ()
    return {spelled(place): given.value for place, given in layer.items() if place[-1] != 0}


def problems(file: Path, text: str) -> list[str]:
    """What is wrong with a file, without its name."""
    file.write_text(text)
    found = read(str(file))[1]
    assert all(problem.isprintable() and "canary" not in problem for problem in found)
    return [problem.removeprefix(str(file)) for problem in found]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where to write a configuration file."""
    return tmp_path / "config.yml"


def test_value_knows_its_place(file: Path) -> None:
    """Each value has the place in the file that it was given at; a tenant has an entry too."""
    file.write_text("tenants:\n  - discovery: {types: [CCG, VA]}\nlog: {level: debug}\n")
    assert read(str(file))[0] == {
        ("tenants", 0): Given({}, f"{file}: tenants[0]"),
        ("tenants", 0, "discovery", "types"): Given(["CCG", "VA"], f"{file}: tenants[0].discovery.types"),
        ("log", "level"): Given("debug", f"{file}: log.level"),
    }


@pytest.mark.parametrize("setting", [setting for setting in SETTINGS if setting.key], ids=lambda it: it.environment)
def test_every_setting_has_a_key(file: Path, setting: object) -> None:
    """Whatever a variable can say, a file can say, if need be by naming another file."""
    *sections, key = setting.key.split(".")  # type: ignore[attr-defined]
    text = f"{key}_file: x" if setting.secret else f"{key}: x"  # type: ignore[attr-defined]
    (file.parent / "x").write_text("x")
    for section in reversed(sections):
        text = f"{section.removesuffix('[]')}: {'[{' if section.endswith('[]') else '{'}{text}"
        text += "}]" if section.endswith("[]") else "}"
    assert [place for place in given(file, text) if place.endswith(key)]


def test_what_has_no_value_is_not_given(file: Path) -> None:
    """A key, section or whole file left empty leaves what other sources say."""
    assert given(file, "") == {}
    assert given(file, "tenants:\nweb: {config_file: null, listen_address: ''}\nlog:\nscrape: {}\n") == {}


def test_paths_start_where_the_file_is(file: Path) -> None:
    """Relative paths mean the same wherever the exporter is started; absolute ones are as they are."""
    (file.parent / "proxy").write_text("http://proxy.example:3128\n")
    values = given(
        file,
        "tenants: [{client_id_file: id, client_secret_file: /run/secret, ca_file: ca.pem, proxy_url_file: proxy}]\n"
        "web: {config_file: web.yml}",
    )
    assert values == {
        "tenants[0].client_id": file.parent / "id",
        "tenants[0].client_secret": Path("/run/secret"),
        "tenants[0].ca_file": str(file.parent / "ca.pem"),
        "tenants[0].proxy_url": "http://proxy.example:3128",
        "web.config_file": str(file.parent / "web.yml"),
    }


@pytest.mark.parametrize("key", ["client_secret", "proxy_url"])
def test_secret_in_the_file_itself_is_refused(file: Path, key: str) -> None:
    """Configuration is copied, shown and kept in repositories, secrets are not."""
    assert problems(file, f"tenants: [{{{key}: canary}}]") == [
        f": tenants[0].{key}: may not be in this file; name a file that has it with {key}_file"
    ]


def test_value_and_file_together_are_refused(file: Path) -> None:
    """It would not be clear which of the two is meant."""
    only_one = "only one of client_id and client_id_file may be set"
    assert problems(file, "tenants: [{client_id: a, client_id_file: b}]") == [
        f": tenants[0].client_id_file: {only_one}"
    ]
    assert problems(file, "tenants: [{client_id_file: b, client_id: a}]") == [f": tenants[0].client_id: {only_one}"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tenats: []", ":1: tenats: there is no such key; did you mean tenants?"),
        ("log: {lvel: debug}", ":1: log.lvel: there is no such key; did you mean level?"),
        ("tenants:\n- base_ulr: x", ":2: tenants[0].base_ulr: there is no such key; did you mean base_url?"),
        (
            "tenants:\n- discovery:\n    enable: x",
            ":3: tenants[0].discovery.enable: there is no such key; did you mean enabled?",
        ),
        ("scrape: {client_secret_canary: x}", None),
        ("log: {level:canary}", ":1: log: there is no such key; there are level, format"),
        ("log: {canary}", ":1: log: there is no such key; there are level, format"),
        ("canary: x", ":1: there is no such key; there are tenants, scrape, web, log"),
        ("? [canary]\n: x", ":1: there is no such key; there are tenants, scrape, web, log"),
        ("base_url: x", None),
    ],
)
def test_unknown_key_is_told_with_the_nearest_one(file: Path, text: str, problem: str | None) -> None:
    """A misspelling is told with its line; a key like none of ours is not repeated, since it may be anything."""
    (found,) = problems(file, text)
    assert problem is None or found == problem
    assert "there is no such key" in found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- canary", ": must be a mapping, with the keys tenants, scrape, web, log"),
        ("canary", ": must be a mapping, with the keys tenants, scrape, web, log"),
        ("log: canary", ": log: must be a mapping, with the keys level, format"),
        ("tenants: {name: canary}", ": tenants: must be a list with an entry for each tenant, or be left out"),
        ("tenants: []", ": tenants: must be a list with an entry for each tenant, or be left out"),
        ("log: {level: [canary]}", ": log.level: must be one value"),
        ("log: {level: {canary: x}}", ": log.level: must be one value"),
        ("tenants: [{managed_clients: {id: canary}}]", ": tenants[0].managed_clients: must be a list"),
        ("tenants: [{client_secret_file: [canary]}]", ": tenants[0].client_secret_file: must be one value"),
        ("log: {level: info}\nlog: {level: canary}", ":2: the same key is in line 1 already"),
        ("tenants: [{managed_clients: [{id: 0123}]}]", ":1: YAML may read this as something else than text: quote it"),
        ("tenants: [null]", ":1: an entry of the list is empty"),
        ("a: *x", ":1: aliases are not supported: write the value out"),
    ],
)
def test_other_shapes_are_refused_by_their_place(file: Path, text: str, problem: str) -> None:
    """Where a mapping, a list or a single value belongs, nothing else is taken, and nothing of it is quoted."""
    assert problems(file, text)[:1] == [problem]


def test_tenant_must_be_a_mapping(file: Path) -> None:
    """An entry of the tenants without keys is told with those that there are."""
    (problem,) = problems(file, "tenants: [canary]")
    assert problem.startswith(": tenants[0]: must be a mapping, with the keys base_url, client_id, ")


def test_all_problems_are_told_at_once(file: Path) -> None:
    """Those of the text and those of names and shapes are told together."""
    text = "log: {level: OFF, fromat: json}\nweb: canary\ntenants: [{client_secret: canary}]"
    assert len(problems(file, text)) == 4


def test_missing_file_is_one_line(tmp_path: Path) -> None:
    """A file that cannot be read is told by its path and the reason."""
    assert read(str(tmp_path / "nowhere.yml")) == (
        {},
        (f"{tmp_path}/nowhere.yml: cannot be read: No such file or directory",),
    )


def test_missing_file_of_a_value_is_one_line(file: Path) -> None:
    """So is a file that a key names."""
    file.write_text("tenants: [{proxy_url_file: nowhere}]")
    assert read(str(file))[1] == (f"{file.parent}/nowhere: cannot be read: No such file or directory",)


def test_huge_file_is_refused(file: Path) -> None:
    """More than a mebibyte is no configuration."""
    assert problems(file, "#" * (1024 * 1024 + 1)) == [": is larger than 1048576 bytes"]
