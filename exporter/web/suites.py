"""The only place that knows what OpenSSL calls the cipher suites and curves that Go's crypto/tls has names for."""

import ssl
from collections.abc import Sequence

from exporter.web.mapping import refuse

__all__ = ["CURVES", "SUITES", "TLS13_SUITES", "openssl_curves", "openssl_suites", "restrict"]

_AEAD = {"AES_128_GCM_SHA256": "AES128-GCM-SHA256", "AES_256_GCM_SHA384": "AES256-GCM-SHA384"}
_CBC = {"AES_128_CBC_SHA": "AES128-SHA", "AES_256_CBC_SHA": "AES256-SHA"}
_CHACHA = {"CHACHA20_POLY1305_SHA256": "CHACHA20-POLY1305"}

SUITES = {
    f"TLS_ECDHE_{key}_WITH_{suite}": f"ECDHE-{key}-{openssl}"
    for key in ("ECDSA", "RSA")
    for suite, openssl in (_AEAD | _CHACHA | _CBC).items()
} | {f"TLS_RSA_WITH_{suite}": openssl for suite, openssl in (_AEAD | _CBC).items()}
"""Those of TLS 1.2 that ``tls.CipherSuites`` of any Go lists, which are all that exporter-toolkit takes.

Go 1.22 and newer count ``TLS_RSA_WITH_...`` among the insecure ones.
"""

TLS13_SUITES = frozenset({"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"})
"""Those of TLS 1.3: there are no others, and neither Go nor Python's ``SSLContext.set_ciphers`` lets one choose."""

CURVES = {"CurveP256": "prime256v1", "CurveP384": "secp384r1", "CurveP521": "secp521r1", "X25519": "X25519"}
"""The curves that exporter-toolkit takes, which are among OpenSSL's defaults."""


def openssl_suites(names: Sequence[str]) -> tuple[str, ...]:
    """OpenSSL's names for suites of TLS 1.2, in the order given; those of TLS 1.3 are passed over, as in Go."""
    return tuple(SUITES[name] for name in names if name in SUITES)


def openssl_curves(names: Sequence[str]) -> tuple[str, ...]:
    """OpenSSL's names for curves; none for its defaults, of which the order is its own, as it is Go's in Go.

    Raises:
        UnfitError: the list is neither of one curve nor of all.
    """
    if set(names) == CURVES.keys():
        return ()
    if len(set(names)) > 1:
        refuse(f"must be one curve or all of {', '.join(CURVES)}: Python's ssl cannot set another list")
    return tuple(CURVES[name] for name in names[:1])


def restrict(context: ssl.SSLContext, suites: Sequence[str], curves: Sequence[str]) -> None:
    """Lets a context speak these suites and curves only; none stands for OpenSSL's own choice.

    Raises:
        UnfitError: this machine's OpenSSL, which may have been built or set up with fewer, has none of them.
    """
    try:
        if suites:
            context.set_ciphers(":".join(suites))
        for curve in curves:
            context.set_ecdh_curve(curve)
    except (ssl.SSLError, ValueError):
        refuse("must be what this machine's OpenSSL has", ".cipher_suites, .curve_preferences")
