"""The environment's proxy: which variable tells it, whom NO_PROXY leaves out, and that nobody gets it unasked."""

from pathlib import Path

import pytest

from exporter.errors import SettingsError
from exporter.settings.configuration import TenantSettings
from exporter.settings.effective import MASK, effective
from exporter.settings.environment_proxy import environment_proxy
from exporter.settings.given import Given
from exporter.settings.loading import load
from tests.canaries import leaks

ACME = "https://acme.api.identitynow.com"
PASSWORD = "canary-p%40ss"
PROXY = f"http://user:{PASSWORD}@proxy.example:3128"
ENOUGH = {"SAIL_BASE_URL": ACME, "SAIL_CLIENT_ID": "an-id", "SAIL_CLIENT_SECRET": "canary-secret"}
ASKED = {"SAIL_PROXY_FROM_ENVIRONMENT": "true"}


def tenant(**environ: str) -> TenantSettings:
    """The one tenant of an environment."""
    return load({}, ENOUGH | environ).tenants[0]


def problems(environ: dict[str, str]) -> tuple[str, ...]:
    """The lines with which an environment is refused; none has the proxy's password."""
    with pytest.raises(SettingsError) as caught:
        load({}, ENOUGH | environ)
    assert leaks(f"{caught.value!r} {caught.value.problems}", [PASSWORD, "canary"]) == []
    return caught.value.problems


@pytest.mark.parametrize(
    ("base_url", "environ", "told_by"),
    [
        (ACME, {}, None),
        (ACME, {"HTTPS_PROXY": "http://a", "https_proxy": "http://b", "ALL_PROXY": "http://c"}, "https_proxy"),
        (ACME, {"HTTPS_PROXY": "http://a", "ALL_PROXY": "http://c"}, "HTTPS_PROXY"),
        (ACME, {"HTTP_PROXY": "http://a", "ALL_PROXY": "http://c", "all_proxy": "http://d"}, "all_proxy"),
        (ACME, {"HTTPS_PROXY": "http://a", "https_proxy": ""}, None),
        (ACME, {"HTTPS_PROXY": " ", "ALL_PROXY": "http://c"}, "ALL_PROXY"),
        (ACME, {"HTTP_PROXY": "http://a"}, None),
        ("http://127.0.0.1:9854", {"HTTP_PROXY": "http://a", "HTTPS_PROXY": "http://b"}, "HTTP_PROXY"),
        ("not a base url", {"ALL_PROXY": "http://a"}, None),
    ],
)
def test_the_variable_is_that_of_the_scheme(base_url: str, environ: dict[str, str], told_by: str | None) -> None:
    """Or the one for all; lower case comes first, and when empty turns the other off."""
    expected = Given(environ[told_by], told_by) if told_by else None
    assert environment_proxy(base_url, environ) == expected


@pytest.mark.parametrize(
    ("no_proxy", "goes_direct"),
    [
        ("*", True),
        ("acme.api.identitynow.com", True),
        (".identitynow.com", True),
        ("localhost, IDENTITYNOW.com", True),
        ("acme.api.identitynow.com:443", False),
        ("example.com,127.0.0.1", False),
        ("now.com", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_no_proxy_leaves_hosts_and_domains_out(name: str, no_proxy: str, goes_direct: bool) -> None:  # noqa: FBT001 - a table's
    """As Python's urllib reads it: whole labels, any case, a port only where the base URL has it."""
    found = environment_proxy(ACME, {"HTTPS_PROXY": PROXY, name: no_proxy})
    assert (found is None) is goes_direct


def test_the_scheme_may_be_left_out() -> None:
    """Many write HOST:PORT only."""
    assert tenant(**ASKED, HTTPS_PROXY="proxy.example:3128").proxy_url == "http://proxy.example:3128"


@pytest.mark.parametrize("switch", [{}, {"SAIL_PROXY_FROM_ENVIRONMENT": "false"}])
def test_the_environment_s_proxy_is_ignored_unless_asked_for(switch: dict[str, str]) -> None:
    """Whatever the variables say, even if it could not be used."""
    settings = tenant(**switch, HTTPS_PROXY=PROXY, ALL_PROXY="socks5://canary")
    assert (settings.proxy_url, settings.proxy_origin) == (None, "SAIL_PROXY_URL")


def test_the_environment_s_proxy_is_used_when_asked_for() -> None:
    """With its password, which no representation shows, and with the variable that told it."""
    settings = tenant(**ASKED, HTTPS_PROXY=PROXY)
    assert (settings.proxy_url, settings.proxy_origin) == (PROXY, "HTTPS_PROXY")
    assert leaks(repr(settings), [PASSWORD]) == []


def test_without_any_the_way_is_direct() -> None:
    """Asking for what is not there is no mistake: the same settings serve machines with and without a proxy."""
    settings = tenant(**ASKED)
    assert (settings.proxy_url, settings.proxy_origin) == (None, "the environment")


def test_two_proxies_are_one_too_many(tmp_path: Path) -> None:
    """A proxy of the tenant's own beside the environment's is a contradiction, told by both names."""
    (tmp_path / "proxy").write_text(PROXY)
    why = "gives a proxy as well; only one of them may"
    assert problems(ASKED | {"SAIL_PROXY_URL": PROXY}) == (
        f"SAIL_PROXY_FROM_ENVIRONMENT: is true, but SAIL_PROXY_URL {why}",
    )
    assert problems(ASKED | {"SAIL_PROXY_URL_FILE": str(tmp_path / "proxy"), "HTTPS_PROXY": PROXY}) == (
        f"SAIL_PROXY_FROM_ENVIRONMENT: is true, but SAIL_PROXY_URL_FILE {why}",
    )


@pytest.mark.parametrize("proxy_url", [f"socks5h://user:{PASSWORD}@proxy.example", f"http://{PASSWORD}/path", PASSWORD])
def test_a_proxy_that_is_not_spoken_with_is_refused_by_its_variable(proxy_url: str) -> None:
    """In one line that says what it must be, and quotes nothing."""
    (problem,) = problems(ASKED | {"all_proxy": proxy_url})
    assert problem.startswith("all_proxy: must be http://HOST:PORT or https://HOST:PORT, with USER:PASSWORD@ ")
    assert problem.endswith("; SOCKS is not spoken")


def test_the_settings_that_hold_mask_it() -> None:
    """As ``config`` shows them: masked, with the variable that told it."""
    shown = {name: (value, origin) for name, value, origin in effective({}, ENOUGH | ASKED | {"https_proxy": PROXY})}
    assert shown["SAIL_PROXY_URL"] == (MASK, "https_proxy")
    assert shown["SAIL_PROXY_FROM_ENVIRONMENT"] == ("true", "SAIL_PROXY_FROM_ENVIRONMENT")


def test_each_tenant_of_a_file_asks_for_itself(tmp_path: Path) -> None:
    """And a tenant that lacks its base URL is told so, and nothing else."""
    for name in ("id", "secret"):
        (tmp_path / name).write_text("canary")
    credential = "client_id_file: id, client_secret_file: secret"
    (tmp_path / "config.yml").write_text(f"""
tenants:
  - {{base_url: 'https://a.example', {credential}}}
  - {{base_url: 'https://b.example', {credential}, proxy_from_environment: true}}
  - {{base_url: 'https://c.example', {credential}, proxy_from_environment: "TRUE"}}
""")
    environ = {"SAIL_CONFIG_FILE": str(tmp_path / "config.yml"), "HTTPS_PROXY": PROXY, "NO_PROXY": "c.example"}
    assert [it.proxy_url for it in load({}, environ).tenants] == [None, PROXY, None]
    (tmp_path / "config.yml").write_text(f"tenants: [{{proxy_from_environment: true, {credential}}}]")
    with pytest.raises(SettingsError, match="base_url: required") as caught:
        load({}, environ)
    assert len(caught.value.problems) == 1
