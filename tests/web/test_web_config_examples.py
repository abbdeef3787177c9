"""exporter-toolkit's examples of web configuration files, and all that is different here, in one list.

The names are those of the files in its ``web/testdata`` and ``docs``, or say what its ``web-configuration.md``
describes; the files are our own.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from exporter.errors import SettingsError
from exporter.web.suites import CURVES, SUITES, TLS13_SUITES
from exporter.web.web_config import load_web_config
from tests.web.certificates import write_pair

GOOD, BAD = True, False
UNVERIFIED = "Python's ssl takes no certificate that it has not verified"
TOO_OLD = "2.42 does not know the key"
AT_START = "it reads the file, and does not start a server"

HASH = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG"
COSTLY_HASH = HASH.replace("$10$", "$18$")
TLS = "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n"
OPTIONAL = TLS + "  client_auth_type: VerifyClientCertIfGiven\n"
REQUIRED = TLS + "  client_auth_type: RequireAndVerifyClientCert\n"
INLINE = "tls_server_config:\n  cert: {cert}\n  key: {key}\n"
HEADERS = "http_server_config:\n  headers:\n"
AES = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"

CERT_FILE, KEY_FILE = "tls_server_config.cert_file: ", "tls_server_config.key_file: "
CLIENT_AUTH = "tls_server_config.client_auth_type: "
CURVE_LIST = "tls_server_config.curve_preferences"
SUITE = "must be a suite that Go calls secure, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
NOT_VERIFIED = "not supported: Python's ssl takes verified certificates only; say RequireAndVerifyClientCert"
NO_FILE = "cannot be read (FileNotFoundError)"
BCRYPT = "must be a bcrypt hash of cost 4 to 18, such as `htpasswd -nBC 10 NAME` prints"
HTTP2_SUITES = (
    "must have TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 or TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 unless http2 is false"
)


@dataclass(frozen=True)
class Example:
    """One file.

    Attributes:
        name: in exporter-toolkit.
        accepted_there: by exporter-toolkit, when it starts.
        content: our own, of the same form.
        problems: why it is refused here; none for what is accepted.
        different: why it is not treated as there.
        promtool: why the tool does not say what exporter-toolkit would.
    """

    name: str
    accepted_there: bool
    content: str
    problems: tuple[str, ...] = ()
    different: str = ""
    promtool: str = ""


PUBLISHED = [
    Example(
        "docs/web-config.yml",
        GOOD,
        TLS + f"basic_auth_users:\n  alice: {HASH}\n  bob: {HASH}\nrate_limit:\n  interval: 1s\n  burst: 20\n",
        promtool=TOO_OLD,
    ),
    Example("web_config_empty.yml", GOOD, ""),
    Example("web_config_junk.yml", BAD, "nonsense\n", ("must be a mapping",)),
    Example(
        "web_config_junk_key.yml",
        BAD,
        "tls_server_config:\n  cert_filse: cert.pem\n",
        ("tls_server_config.cert_filse: unknown key",),
    ),
    Example("web_config_noAuth.good.yml", GOOD, OPTIONAL),
    Example("web_config_noAuth.good.blocking.yml", GOOD, REQUIRED),
    Example("web_config_noAuth_tlsInline.good.yml", GOOD, INLINE, promtool=TOO_OLD),
    Example(
        "web_config_noAuth_certPath_empty.bad.yml",
        BAD,
        TLS.replace("cert.pem", '""'),
        (CERT_FILE + "must be text",),
    ),
    Example(
        "web_config_noAuth_cert_empty.bad.yml",
        BAD,
        'tls_server_config:\n  cert: ""\n  key_file: key.pem\n',
        ("tls_server_config.cert: must be text",),
    ),
    Example("web_config_noAuth_keyPath_empty.bad.yml", BAD, TLS.replace("key.pem", '""'), (KEY_FILE + "must be text",)),
    Example(
        "web_config_noAuth_key_empty.bad.yml",
        BAD,
        'tls_server_config:\n  cert_file: cert.pem\n  key: ""\n',
        ("tls_server_config.key: must be text",),
    ),
    Example(
        "web_config_noAuth_certPath_keyPath_empty.bad.yml",
        BAD,
        'tls_server_config:\n  cert_file: ""\n  key_file: ""\n  client_auth_type: x\n',
        (
            CERT_FILE + "must be text",
            KEY_FILE + "must be text",
            CLIENT_AUTH + "must be NoClientCert or VerifyClientCertIfGiven or RequireAndVerifyClientCert",
        ),
    ),
    Example(
        "web_config_noAuth_certPath_invalid.bad.yml",
        BAD,
        TLS.replace("cert.pem", "somefile"),
        (CERT_FILE + NO_FILE,),
    ),
    Example(
        "web_config_noAuth_keyPath_invalid.bad.yml", BAD, TLS.replace("key.pem", "somefile"), (KEY_FILE + NO_FILE,)
    ),
    Example(
        "web_config_noAuth_certPath_keyPath_invalid.bad.yml",
        BAD,
        TLS.replace("cert.pem", "somefile").replace("key.pem", "somefile"),
        (CERT_FILE + NO_FILE, KEY_FILE + NO_FILE),
    ),
    Example(
        "web_config_noAuth.bad.yml",
        BAD,
        TLS + "  client_ca_file: /dev/null\n",
        (CLIENT_AUTH + "must be RequireAndVerifyClientCert for client_ca_file to have an effect",),
    ),
    Example(
        "web_config_auth_clientCAs_invalid.bad.yml",
        BAD,
        TLS + "  client_ca_file: somefile\n",
        (CLIENT_AUTH + "must be RequireAndVerifyClientCert for client_ca_file to have an effect",),
    ),
    Example("tls_config_noAuth.requireandverifyclientcert.good.yml", GOOD, REQUIRED + "  client_ca_file: client.pem\n"),
    Example(
        "tls_config_noAuth.requireanyclientcert.good.yml",
        GOOD,
        TLS + "  client_auth_type: RequireAnyClientCert\n  client_ca_file: ca.pem\n",
        (CLIENT_AUTH + NOT_VERIFIED,),
        UNVERIFIED,
    ),
    Example(
        "tls_config_noAuth.requireanyclientcertkeyinline.good.yml",
        GOOD,
        "tls_server_config:\n  cert_file: cert.pem\n  key: {key}\n  client_auth_type: RequireAnyClientCert\n",
        (CLIENT_AUTH + NOT_VERIFIED,),
        UNVERIFIED,
        TOO_OLD,
    ),
    Example(
        "web_config_auth_client_san.good.yaml",
        GOOD,
        REQUIRED + "  client_ca_file: client.pem\n  client_allowed_sans:\n    - one\n    - test3\n    - two\n",
        promtool=TOO_OLD,
    ),
    Example(  # it is the client that is bad
        "web_config_auth_client_san.bad.yaml",
        GOOD,
        REQUIRED + "  client_ca_file: client.pem\n  client_allowed_sans:\n    - bad\n",
        promtool=TOO_OLD,
    ),
    Example(
        "web_config_noAuth_allCiphers.good.yml, before Go 1.22",
        GOOD,
        OPTIONAL + f"  cipher_suites: [{', '.join([*SUITES, *TLS13_SUITES])}]\n",
    ),
    Example(
        "web_config_noAuth_allCiphers.good.yml",
        GOOD,
        OPTIONAL + f"  cipher_suites: [{', '.join([*(name for name in SUITES if 'ECDHE' in name), *TLS13_SUITES])}]\n",
    ),
    Example(
        "web_config_noAuth_someCiphers.good.yml",
        GOOD,
        OPTIONAL + f"  cipher_suites: [{AES}]\n  min_version: TLS12\n  max_version: TLS12\n",
    ),
    Example(
        "web_config_noAuth_someCiphers_noOrder.good.yml",
        GOOD,
        OPTIONAL + f"  cipher_suites: [{AES}]\n  prefer_server_cipher_suites: false\n  max_version: TLS12\n",
    ),
    Example(
        "web_config_noAuth_inventedCiphers.bad.yml",
        BAD,
        OPTIONAL + "  cipher_suites:\n  - TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA2048\n",
        ("tls_server_config.cipher_suites[0]: " + SUITE,),
    ),
    Example(
        "web_config_noAuth_noHTTP2.good.yml",
        GOOD,
        OPTIONAL
        + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n  max_version: TLS12\n"
        + "http_server_config:\n  http2: false\n",
    ),
    Example(
        "web_config_noAuth_noHTTP2Cipher.bad.yml",
        BAD,
        OPTIONAL + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]\n  max_version: TLS12\n",
        ("tls_server_config.cipher_suites: " + HTTP2_SUITES,),
        promtool=AT_START,
    ),
    Example(
        "web_config_noAuth_noHTTP2Cipher.bad.yml, before Go 1.22",
        BAD,
        OPTIONAL + "  cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]\n  max_version: TLS12\n",
        ("tls_server_config.cipher_suites: " + HTTP2_SUITES,),
        promtool=AT_START,
    ),
    Example("web_config_noAuth_allCurves.good.yml", GOOD, OPTIONAL + f"  curve_preferences: [{', '.join(CURVES)}]\n"),
    Example(
        "web_config_noAuth_someCurves.good.yml",
        GOOD,
        OPTIONAL + "  min_version: TLS13\n  curve_preferences: [CurveP521]\n",
    ),
    Example(
        "web_config_noAuth_inventedCurves.bad.yml",
        BAD,
        OPTIONAL + "  curve_preferences:\n    - CurveP257\n",
        ("tls_server_config.curve_preferences[0]: must be CurveP256 or CurveP384 or CurveP521 or X25519",),
    ),
    Example(
        "web_config_noAuth_wrongTLSVersion.bad.yml",
        BAD,
        OPTIONAL + "  min_version: TLS111\n",
        ("tls_server_config.min_version: must be TLS10 or TLS11 or TLS12 or TLS13",),
    ),
    Example(
        "web_config_headers.good.yml",
        GOOD,
        HEADERS
        + "    X-Frame-Options: deny\n    Strict-Transport-Security: max-age=31536000; includeSubDomains\n"
        + "    X-Content-Type-Options: nosniff\n    X-XSS-Protection: 1\n"
        + "    Content-Security-Policy: \"default-src 'self' *.example\"\n",
    ),
    Example(
        "web_config_headers_content_type_options.bad.yml",
        BAD,
        HEADERS + "    X-Content-Type-Options: sniff\n",
        ("http_server_config.headers.X-Content-Type-Options: must be nosniff",),
    ),
    Example(
        "web_config_headers_frame_options.bad.yml",
        BAD,
        HEADERS + "    X-Frame-Options: foo\n",
        ("http_server_config.headers.X-Frame-Options: must be deny or sameorigin",),
    ),
    Example(
        "web_config_headers_extra_header.bad.yml",
        BAD,
        HEADERS + "    Content-Type: foo\n",
        ("http_server_config.headers.Content-Type: unknown key",),
    ),
    Example("web_config_users.good.yml", GOOD, TLS + f"basic_auth_users:\n  alice: {HASH}\n  bob: {COSTLY_HASH}\n"),
    Example("web_config_users_noTLS.good.yml", GOOD, f"basic_auth_users:\n  alice: {HASH}\n  bob: {HASH}\n"),
    Example(
        "web_config_auth_user_list_invalid.bad.yml",
        BAD,
        TLS + "basic_auth_users:\n  john: doe\n",
        ("basic_auth_users.john: " + BCRYPT,),
    ),
    Example(
        "web_config_rate_limiter_nonblocking.yaml",
        GOOD,
        "rate_limit:\n  interval: 0\n  burst: 0\n",
        promtool=TOO_OLD,
    ),
    Example(
        "web_config_rate_limiter_one_second.yaml",
        GOOD,
        'rate_limit:\n  interval: "1s"\n  burst: 0\n',
        promtool=TOO_OLD,
    ),
]

DESCRIBED = [
    Example(
        "tls_server_config without a certificate",
        GOOD,
        "tls_server_config:\n  min_version: TLS13\n",
        (CERT_FILE + "required for TLS", KEY_FILE + "required for TLS"),
        "without TLS, which whoever writes this does not expect",
    ),
    Example(
        "http2: true, which is its default",
        GOOD,
        "http_server_config:\n  http2: true\n",
        ("http_server_config.http2: HTTP/2 is not supported: say false, or leave it out",),
        "HTTP/1.1 only is spoken",
    ),
    Example("min_version: TLS10", GOOD, TLS + "  min_version: TLS10\n"),
    Example("min_version: TLS11", GOOD, TLS + "  min_version: TLS11\n"),
    *(
        Example(
            f"max_version: {version}",
            GOOD,
            TLS + f"  min_version: TLS10\n  max_version: {version}\n",
            ("tls_server_config.max_version: must be TLS12 or TLS13",),
            "nothing older than TLS 1.2 is spoken",
        )
        for version in ("TLS10", "TLS11")
    ),
    Example(
        "max_version below min_version",
        GOOD,
        TLS + "  min_version: TLS13\n  max_version: TLS12\n",
        ("tls_server_config.max_version: must not be below min_version",),
        "no client could connect",
    ),
    *(
        Example(
            f"client_auth_type: {policy}",
            GOOD,
            TLS + f"  client_auth_type: {policy}\n",
            (CLIENT_AUTH + NOT_VERIFIED,),
            UNVERIFIED,
        )
        for policy in ("RequestClientCert", "RequireAnyClientCert", "RequireClientCert")
    ),
    Example(
        "client_allowed_sans with a client that need not be verified",
        BAD,
        OPTIONAL + "  client_ca_file: ca.pem\n  client_allowed_sans: [one]\n",
        ("tls_server_config.client_allowed_sans: needs client_auth_type RequireAndVerifyClientCert",),
        promtool=TOO_OLD,
    ),
    Example(
        "client_ca_file without a certificate",
        GOOD,
        REQUIRED + "  client_ca_file: key.pem\n",
        ("tls_server_config.client_ca_file: must hold a certificate in PEM",),
        "no client could connect",
    ),
    Example("client_ca", GOOD, REQUIRED + "  client_ca: {cert}\n", promtool=TOO_OLD),
    Example(
        "client_ca without a certificate",
        GOOD,
        REQUIRED + "  client_ca: canary\n",
        ("tls_server_config.client_ca: must hold a certificate in PEM",),
        "no client could connect",
        TOO_OLD,
    ),
    *(
        Example(
            f"{part} beside {part}_file",
            GOOD,
            f"{REQUIRED}  client_ca_file: ca.pem\n  {part}: canary\n",
            (f"tls_server_config.{part}: must not stand beside {part}_file",),
            "one of them would be passed over, and its documentation says not to",
            TOO_OLD,
        )
        for part in ("cert", "key", "client_ca")
    ),
    Example("cipher_suites: []", GOOD, TLS + "  cipher_suites: []\n"),
    Example(
        "cipher_suites of TLS 1.3 only", GOOD, TLS + "  min_version: TLS13\n  cipher_suites: [TLS_AES_128_GCM_SHA256]\n"
    ),
    Example(
        "cipher_suites of TLS 1.3 for TLS 1.2",
        GOOD,
        TLS + "  cipher_suites: [TLS_AES_128_GCM_SHA256]\n  max_version: TLS12\nhttp_server_config: {http2: false}\n",
        ("tls_server_config.cipher_suites: must have one of TLS 1.2 where max_version is TLS12",),
        "no client could connect",
    ),
    *(
        Example(
            f"cipher_suites: {name}, which Go calls insecure",
            BAD,
            TLS + f"  cipher_suites: [{name}]\n",
            ("tls_server_config.cipher_suites[0]: " + SUITE,),
        )
        for name in ("TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA256")
    ),
    Example(
        "client_allowed_sans: []",
        GOOD,
        REQUIRED + "  client_ca_file: ca.pem\n  client_allowed_sans: []\n",
        ("tls_server_config.client_allowed_sans: must be a list with at least one entry",),
        "no client could connect",
        TOO_OLD,
    ),
    Example("prefer_server_cipher_suites: true", GOOD, TLS + "  prefer_server_cipher_suites: true\n"),
    Example("curve_preferences: []", GOOD, TLS + "  curve_preferences: []\n"),
    *(Example(f"curve_preferences: {name}", GOOD, TLS + f"  curve_preferences: [{name}]\n") for name in CURVES),
    Example(
        "curve_preferences: some",
        GOOD,
        TLS + "  curve_preferences: [CurveP256, CurveP384]\n",
        (f"{CURVE_LIST}: must be one curve or all of {', '.join(CURVES)}: Python's ssl cannot set another list",),
        "Python before 3.15 can set one curve or leave OpenSSL's defaults",
    ),
    Example("headers that are blank", GOOD, HEADERS + "    Content-Security-Policy: ''\n    X-XSS-Protection:\n"),
    Example(
        "a header of two lines",
        GOOD,
        HEADERS + '    Content-Security-Policy: "x\\ny"\n',
        ("http_server_config.headers.Content-Security-Policy: must be one line of visible ASCII",),
        "no server can send it",
    ),
    Example(
        "a hash of a cost above 18",
        GOOD,
        f"basic_auth_users:\n  alice: {HASH.replace('$10$', '$19$')}\n",
        ("basic_auth_users.alice: " + BCRYPT,),
        "its documentation goes to 18, which takes many seconds; each step doubles that, for strangers too",
    ),
    Example(
        "rate_limit in nanoseconds",
        GOOD,
        "rate_limit:\n  interval: 5\n  burst: 1\n",
        ("rate_limit.interval: must be a duration such as 500ms or 1m30s, or 0 for no limit",),
        "a number without a unit is taken for seconds by whoever reads it",
        TOO_OLD,
    ),
    Example(
        "two documents",
        GOOD,
        "--- {}\n---\n{}\n",
        ("must be one YAML document in which each key occurs once; it is not in line 2",),
        "the second would be passed over",
    ),
    Example(
        "auth_excluded_paths, which was proposed and never taken up",
        BAD,
        "auth_excluded_paths: [/metrics]\n",
        ("auth_excluded_paths: not supported, nor by exporter-toolkit: probes never need a password, all else does",),
    ),
]

EXAMPLES = [pytest.param(example, id=example.name) for example in PUBLISHED + DESCRIBED]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory with a server's certificate, its key, and authorities of clients."""
    write_pair(tmp_path)
    (tmp_path / "client.pem").write_bytes((tmp_path / "ca.pem").read_bytes())
    return tmp_path


def write(directory: Path, example: Example) -> Path:
    """The file, with what it has inline."""
    path = directory / "web.yml"
    content = example.content
    for part in ("cert", "key"):
        block = (directory / f"{part}.pem").read_text().strip().replace("\n", "\n    ")
        content = content.replace(f"{{{part}}}", f"|\n    {block}")
    path.write_text(content)
    return path


def problems(path: Path) -> tuple[str, ...]:
    """Why a file is refused."""
    try:
        load_web_config(path)
    except SettingsError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_treated_as_there_or_it_is_said_why_not(directory: Path, example: Example) -> None:
    """Each example is accepted, or refused with lines that name key and rule, as there; differences have a reason."""
    path = write(directory, example)
    assert problems(path) == tuple(f"{path}: {line}" for line in example.problems)
    assert (example.accepted_there is not bool(example.problems)) is not bool(example.different)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize(
    "example", [pytest.param(each, id=each.name) for each in PUBLISHED + DESCRIBED if not each.promtool]
)
def test_promtool_agrees_about_what_is_accepted_there(directory: Path, example: Example) -> None:
    """What the list says of exporter-toolkit is what Prometheus' own tool says."""
    command = ["promtool", "check", "web-config", write(directory, example).name]
    done = subprocess.run(command, cwd=directory, capture_output=True, check=False, timeout=30)
    assert (done.returncode == 0) is example.accepted_there, done.stderr
