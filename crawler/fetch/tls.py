"""How a connection outside Scrapy is secured, where a site's seed says `tls`."""

import ssl


def tls_context(tls: str) -> ssl.SSLContext:
    """Return the context for a connection.

    Args:
        tls: ``verify``, or ``unverified`` for any certificate.
    """
    context = ssl.create_default_context()
    if tls == "unverified":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def certificate_problem(error: object) -> str | None:
    """What is wrong with a certificate, in OpenSSL's words; None for any other trouble."""
    return error.verify_message.rstrip(".") if isinstance(error, ssl.SSLCertVerificationError) else None
