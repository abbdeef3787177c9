"""Names of suites and curves, in Go and in OpenSSL."""

import ssl

import pytest

from exporter.web.mapping import UnfitError
from exporter.web.suites import CURVES, SUITES, TLS13_SUITES, openssl_curves, openssl_suites, restrict


def test_openssl_has_every_suite() -> None:
    """No name stands for a suite that OpenSSL does not know, and two names never for one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    restrict(context, tuple(SUITES.values()), ())
    spoken = [cipher["name"] for cipher in context.get_ciphers() if cipher["name"] not in TLS13_SUITES]
    assert spoken == list(SUITES.values())


def test_suites_keep_their_order() -> None:
    """The order of the file is the order of preference; suites of TLS 1.3 cannot be chosen."""
    names = ("TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256")
    assert openssl_suites(names) == ("AES256-SHA", "ECDHE-RSA-CHACHA20-POLY1305")


def test_a_list_of_curves_is_one_or_all() -> None:
    """What Python's ssl cannot set is refused, not approximated."""
    assert openssl_curves(("CurveP384", "CurveP384")) == ("secp384r1",)
    assert openssl_curves(tuple(reversed(CURVES))) == openssl_curves(()) == ()
    with pytest.raises(UnfitError, match="must be one curve or all of CurveP256, CurveP384, CurveP521, X25519"):
        openssl_curves(("CurveP256", "CurveP384"))


@pytest.mark.parametrize(("suites", "curves"), [(("ABSENT",), ()), ((), ("absent",))])
def test_an_openssl_with_less_is_told(suites: tuple[str, ...], curves: tuple[str, ...]) -> None:
    """Where OpenSSL was built or set up without what the file asks for, one line says so."""
    with pytest.raises(UnfitError, match="must be what this machine's OpenSSL has"):
        restrict(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), suites, curves)
