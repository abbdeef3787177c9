"""The only place that knows what ``tls_server_config`` may say, what contradicts what, and what deserves a warning."""

import os
import ssl
from collections.abc import Iterator, Mapping
from typing import Any

from exporter.web.mapping import UnfitError, boolean, entries, mapping, one_of, refuse, text, texts
from exporter.web.suites import CURVES, SUITES, TLS13_SUITES, openssl_curves, openssl_suites

__all__ = ["PEM", "cautions", "check_together", "key_of", "minimum_version", "read_tls_keys", "verify_mode"]

PEM = ("cert", "key", "client_ca")
"""What is in PEM, either in the key of that name or in the file that the key ``..._file`` names."""

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_OLD_VERSIONS = {"TLS10": ssl.TLSVersion.TLSv1, "TLS11": ssl.TLSVersion.TLSv1_1}
_CLIENT_AUTH = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
_UNVERIFIED = ("RequestClientCert", "RequireAnyClientCert", "RequireClientCert")
_HTTP2_SUITES = tuple(f"TLS_ECDHE_{key}_WITH_AES_128_GCM_SHA256" for key in ("ECDSA", "RSA"))


def _inline(value: object) -> str:
    if not hasattr(os, "memfd_create"):
        refuse("needs Linux: name a file instead")
    return text(value)


def _client_auth(value: object) -> ssl.VerifyMode:
    if value in _UNVERIFIED:
        refuse("not supported: Python's ssl takes verified certificates only; say RequireAndVerifyClientCert")
    return one_of(_CLIENT_AUTH)(value)


def _suite(value: object) -> str:
    if text(value) not in TLS13_SUITES | SUITES.keys():
        refuse("must be a suite that Go calls secure, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
    return text(value)


_curve = one_of({name: name for name in CURVES})

read_tls_keys = mapping(
    {
        **dict.fromkeys(PEM, _inline),
        **{f"{part}_file": text for part in PEM},
        "client_auth_type": _client_auth,
        "client_allowed_sans": texts,
        "min_version": one_of(_OLD_VERSIONS | _VERSIONS),
        "max_version": one_of(_VERSIONS),
        "cipher_suites": entries(_suite),
        "prefer_server_cipher_suites": boolean,
        "curve_preferences": lambda value: openssl_curves(entries(_curve)(value)),
    },
    unsupported={},
)
"""Reads the keys: cipher suites by their names in Go, curves by those in OpenSSL."""


def key_of(part: str, keys: Mapping[str, Any]) -> str:
    """The key that gives what is in PEM; "" when none does."""
    return next((key for key in (f"{part}_file", part) if key in keys), "")


def verify_mode(keys: Mapping[str, Any]) -> ssl.VerifyMode:
    """Whether clients are asked for a certificate."""
    mode: ssl.VerifyMode = keys.get("client_auth_type", ssl.CERT_NONE)
    return mode


def minimum_version(keys: Mapping[str, Any]) -> ssl.TLSVersion:
    """The oldest version that is spoken: 1.2 at least, and 1.3 where no suite is for 1.2."""
    suites = keys.get("cipher_suites", ())
    oldest = ssl.TLSVersion.TLSv1_3 if suites and not openssl_suites(suites) else ssl.TLSVersion.TLSv1_2
    asked: ssl.TLSVersion = keys.get("min_version", oldest)
    return max(oldest, asked)


def check_together(keys: Mapping[str, Any], *, http2: bool) -> None:
    """Looks for contradictions between keys that are right each by itself.

    Args:
        keys: as ``read_tls_keys`` gives them.
        http2: not switched off, which is spoken by other exporters that read the same file.

    Raises:
        UnfitError: with all contradictions.
    """
    lines = (*_missing_or_twice(keys), *_without_effect(keys), *_unspeakable(keys, http2=http2))
    if lines:
        raise UnfitError(*lines)


def _missing_or_twice(keys: Mapping[str, Any]) -> Iterator[str]:
    for part in PEM:
        if part != "client_ca" and not key_of(part, keys):
            yield f".{part}_file: required for TLS"
        if {part, f"{part}_file"} <= keys.keys():
            yield f".{part}: must not stand beside {part}_file"


def _without_effect(keys: Mapping[str, Any]) -> Iterator[str]:
    client_ca = key_of("client_ca", keys)
    if verify_mode(keys) is ssl.CERT_NONE and client_ca:
        yield f".client_auth_type: must be RequireAndVerifyClientCert for {client_ca} to have an effect"
    if verify_mode(keys) is not ssl.CERT_REQUIRED and "client_allowed_sans" in keys:
        yield ".client_allowed_sans: needs client_auth_type RequireAndVerifyClientCert"


def _unspeakable(keys: Mapping[str, Any], *, http2: bool) -> Iterator[str]:
    """What leaves nothing to speak: here, or, where HTTP/2 is, in Go, which does not start without its suites."""
    oldest_asked = keys.get("min_version", ssl.TLSVersion.TLSv1_2)
    newest = keys.get("max_version", ssl.TLSVersion.TLSv1_3)
    suites = keys.get("cipher_suites", ())
    if newest < oldest_asked:
        yield ".max_version: must not be below min_version"
    elif newest < minimum_version(keys):
        yield ".cipher_suites: must have one of TLS 1.2 where max_version is TLS12"
    elif http2 and suites and oldest_asked < ssl.TLSVersion.TLSv1_3 and set(_HTTP2_SUITES).isdisjoint(suites):
        yield f".cipher_suites: must have {' or '.join(_HTTP2_SUITES)} unless http2 is false"


def cautions(keys: Mapping[str, Any]) -> Iterator[str]:
    """What is accepted, and may not be what was meant."""
    if keys.get("min_version") in _OLD_VERSIONS.values():
        yield ".min_version: nothing older than TLS 1.2 is spoken"
    if any(suite.startswith("TLS_RSA_") for suite in keys.get("cipher_suites", ())):
        yield ".cipher_suites: TLS_RSA_... have no forward secrecy, and Go 1.22 and newer refuse them"
    if verify_mode(keys) is not ssl.CERT_NONE and not key_of("client_ca", keys):
        yield ".client_auth_type: without client_ca_file any authority that this system trusts will do"
