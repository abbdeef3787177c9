"""Text becomes a value, or one sentence that says what it must be."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.settings import values
from exporter.settings.values import ListenAddress


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10s", 10.0), ("500ms", 0.5), ("1m", 60.0), ("1m30s", 90.0), ("1h2m3s4ms", 3723.004), ("0s", 0.0), ("007s", 7.0)],
)
def test_duration_is_the_sum_of_its_units(text: str, seconds: float) -> None:
    """A duration in Prometheus' notation is read as seconds."""
    assert values.duration_seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10",
        "s",
        "-10s",
        "+10s",
        "1.5s",
        "1e3s",
        "nan",
        "inf",
        "infs",
        " 10s",
        "10s ",
        "10 s",
        "10S",
        "1s1m",
        "٣s",
        "1d",
        "9999999s",
        "10s\n",
    ],
)
def test_anything_else_is_no_duration(text: str) -> None:
    """What lacks a unit, has a sign, a fraction, a space, foreign digits or a wrong order is refused."""
    with pytest.raises(ValueError, match="must be a duration such as 500ms, 10s or 1m30s"):
        values.duration_seconds(text)


@pytest.mark.parametrize(("text", "seconds"), [("1s", 1.0), ("2m", 120.0)])
def test_duration_may_be_either_bound(text: str, seconds: float) -> None:
    """Both ends of the range belong to it."""
    assert values.duration_within("1s", "2m")(text) == seconds


@pytest.mark.parametrize("text", ["0s", "999ms", "121s", "999999h"])
def test_duration_outside_its_bounds_is_refused(text: str) -> None:
    """Zero and what is far too long are refused with both bounds."""
    with pytest.raises(ValueError, match="must be a duration from 1s to 2m"):
        values.duration_within("1s", "2m")(text)


@pytest.mark.parametrize(("value", "count"), [("1", 1), ("100", 100), ("007", 7), (50, 50)])
def test_count_is_a_whole_number(value: object, count: int) -> None:
    """Digits, or a number as such, are read; both bounds belong to the range."""
    assert values.count_within(1, 100)(value) == count


@pytest.mark.parametrize("value", ["0", "101", "-1", "+1", "1_0", "1.0", "1e1", "", " 5", "5\n", "٣", "nan", True, 1.5])
def test_other_counts_are_refused(value: object) -> None:
    """What int() would take too easily, and what is out of bounds, is refused."""
    with pytest.raises(ValueError, match="must be a whole number from 1 to 100"):
        values.count_within(1, 100)(value)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (":9853", ("", 9853)),
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("[::1]:80", ("::1", 80)),
        ("[::]:65535", ("::", 65535)),
        ("localhost:9853", ("localhost", 9853)),
    ],
)
def test_listen_address_has_a_host_and_a_port(text: str, address: tuple[str, int]) -> None:
    """A listen address is read in exporters' usual notation, and written the same way."""
    assert values.listen_address(text) == ListenAddress(*address)
    assert str(values.listen_address(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "9853",
        "127.0.0.1",
        "::1:80",
        "[::1]",
        "[]:80",
        "[1.2.3.4]:80",
        "[::g]:80",
        "a b:80",
        ":65536",
        ":-1",
        ":٣",
        "http://127.0.0.1:80",
        ":80\n",
        "[fe80::1%eth0]:80",
        "x[::1]:80",
        "-x:80",
    ],
)
def test_other_listen_addresses_are_refused(text: str) -> None:
    """What is not HOST:PORT is refused."""
    with pytest.raises(ValueError, match="must be HOST:PORT, :PORT or"):
        values.listen_address(text)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://acme.api.identitynow.com", "https://acme.api.identitynow.com"),
        ("https://acme.api.identitynow.com/", "https://acme.api.identitynow.com"),
        ("HTTPS://ACME.API.identitynow.com", "https://acme.api.identitynow.com"),
        ("https://acme.example.:8443/", "https://acme.example.:8443"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://localhost:9854", "http://localhost:9854"),
        ("http://LOCALHOST:9854", "http://localhost:9854"),
        ("http://127.0.0.2", "http://127.0.0.2"),
        ("http://[::1]:9854/", "http://[::1]:9854"),
    ],
)
def test_base_url_is_an_origin(text: str, origin: str) -> None:
    """An origin is written in one way, without the slash that the vendor's examples end in."""
    assert values.base_url(text) == origin


@pytest.mark.parametrize(
    "text", ["http://acme.api.identitynow.com", "http://10.0.0.1", "http://localhost.evil.example"]
)
def test_base_url_in_clear_is_for_loopback_only(text: str) -> None:
    """The credential never crosses a network in clear."""
    with pytest.raises(ValueError, match="must begin with https://"):
        values.base_url(text)


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "/",
        ":8443",
        "user@acme.example",
        "user:CANARY@acme.example",
        "acme.example/v1",
        "acme.example?a=CANARY",
        "acme.example#",
        "acme.example?",
        "acme.example:0",
        "acme.example:65536",
        "acme.example:",
        "acme.example:x",
        "[::1",
        "[::1]x",
        "[::g]",
        "[1.2.3.4]",
        "[fe80::1%25eth0]",
        "münchen.example",
        "acme.example\\@evil.example",
        "ac me.example",
        "acme.example\n",
        "acme\t.example",
        "acme..example",
        ".acme.example",
        "\u212aacme.example",
        "a" * 64 + ".example",
        "a." * 127 + "example",
        "acme.example//",
        "%61cme.example",
    ],
)
def test_base_url_with_more_than_an_origin_is_refused_without_quoting_it(rest: str) -> None:
    """User, path, query, fragment, port 0, zones and other scripts are refused; the sentence has nothing of the URL."""
    with pytest.raises(ValueError, match=r"^must be https://HOST or https://HOST:PORT") as caught:
        values.base_url(f"https://{rest}")
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "acme.example", "ftp://acme.example", "//acme.example", " https://acme.example"])
def test_base_url_needs_its_scheme(text: str) -> None:
    """Anything that is not https or http is refused."""
    with pytest.raises(ValueError, match=r"^must be https://HOST"):
        values.base_url(text)


@given(st.text(alphabet=string.printable + "é\u212a\u2028", max_size=40))
def test_no_text_makes_base_url_fail_otherwise(rest: str) -> None:
    """Whatever is set, it is an ASCII origin or a ValueError."""
    try:
        origin = values.base_url("https://" + rest)
    except ValueError:
        return
    assert origin.isascii()
    assert values.base_url(origin) == origin


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://acme.api.identitynow.com", "acme"),
        ("http://localhost:9854", "localhost"),
        ("http://127.0.0.1:9854", "127.0.0.1"),
        ("http://[::1]:9854", "::1"),
    ],
)
def test_tenant_is_named_by_its_host(url: str, name: str) -> None:
    """The first label names the tenant; an address is its own name."""
    assert values.host_label(url) == name


@pytest.mark.parametrize("read", [values.identifier, values.tenant_name])
@pytest.mark.parametrize("text", ["5678", "a", "A-b_c", "a" * 128, "2c91808a7813090a017814121e121518"])
def test_names_are_admitted_as_they_are(read: object, text: str) -> None:
    """Ids and tenant names of letters, digits, '-' and '_' pass unchanged."""
    assert read(text) == text  # type: ignore[operator]


@pytest.mark.parametrize("read", [values.identifier, values.tenant_name])
@pytest.mark.parametrize(
    "text", ["", "-a", "_a", ".", "..", "a/b", "a b", "a\n", "é", "a" * 129, "a%2e", "a?b", "a\x00"]
)
def test_other_names_are_refused(read: object, text: str) -> None:
    """Nothing that could change a path or a page passes as a name."""
    with pytest.raises(ValueError, match=r"^must have letters, digits"):
        read(text)  # type: ignore[operator]


def test_only_tenant_names_may_have_dots() -> None:
    """A dot is for tenants' names, since "acme.eu" is one, but not for ids."""
    assert values.tenant_name("acme.eu") == "acme.eu"
    with pytest.raises(ValueError, match=r"^must have letters"):
        values.identifier("acme.eu")


@pytest.mark.parametrize(("text", "truth"), [("true", True), ("false", False), ("True", True), ("FALSE", False)])
def test_truth_is_true_or_false(text: str, truth: bool) -> None:  # noqa: FBT001 - a column of the table
    """The two words are read, however they are capitalised."""
    assert values.truth(text) is truth


@pytest.mark.parametrize("text", ["", "yes", "no", "on", "OFF", "1", "0", "t", " true", "true\n"])
def test_other_words_are_neither_true_nor_false(text: str) -> None:
    """What some readers take for true and others for false is refused."""
    with pytest.raises(ValueError, match=r"^must be true or false$"):
        values.truth(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://proxy.example:3128",
        "https://proxy.example",
        "http://user@10.0.0.1:3128/",
        "http://user:p%40ss:w@proxy.example:3128",
        "http://user:canary@[::1]:3128",
    ],
)
def test_proxy_url_is_an_origin_with_or_without_a_user(text: str) -> None:
    """A proxy may be in clear, and may have a user and a password."""
    assert values.proxy_url(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "proxy.example:3128",
        "socks5://proxy.example:1080",
        "http://user:canary@proxy.example:3128/path",
        "http://user:canary@proxy.example:0",
        "http://user:canary@",
        "http://us er:canary@proxy.example",
        "http://user:can/ary@proxy.example",
        "http://user:canary@x@proxy.example",
        "http://user:canary@proxy.example?x",
        "http://proxy.example\n",
    ],
)
def test_other_proxy_urls_are_refused_without_quoting_them(text: str) -> None:
    """A path, another scheme or an unescaped character is refused; the sentence has nothing of the URL."""
    with pytest.raises(ValueError, match=r"^must be http://HOST:PORT or") as caught:
        values.proxy_url(text)
    assert "canary" not in str(caught.value)
