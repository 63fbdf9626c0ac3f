"""Time stamps of an authority (RFC 3161) over the hash of a log's entry: it cannot have been made later.

What is stamped is the 64 hex digits of the hash, as ASCII: whoever has them in a file can check the token
with ``openssl ts -verify -data FILE -in TOKEN -CAfile ROOTS``.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)


class TimeStampError(Exception):
    """An authority's answer is no time stamp, or not of what was asked; the text says why."""


@dataclass(frozen=True, slots=True)
class StampRequest:
    """A request to an authority, DER, and the number by which its answer is known to be to this request."""

    data: bytes
    nonce: int | None


def stamp_request(sha256: str) -> StampRequest:
    """The request for a time stamp.

    Args:
        sha256: The entry's hash, hex.
    """
    builder = TimestampRequestBuilder().data(sha256.encode("ascii")).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.build()
    return StampRequest(request.as_bytes(), request.nonce)


def stamped_at(token: bytes, sha256: str, roots: Sequence[bytes] = (), nonce: int | None = None) -> datetime:
    """When an authority has seen a hash, by its token.

    Args:
        token: The authority's response, DER.
        sha256: The entry's hash, hex.
        roots: Certificates that are trusted, DER. Without any, only that it is of this hash is looked at:
            whether its signature holds can't be said without somebody to trust.
        nonce: What the request had.

    Raises:
        TimeStampError: It is no token of this hash, was changed, or none of the roots vouches for it.
    """
    try:
        response = decode_timestamp_response(token)
        if response.status not in (0, 1):
            raise TimeStampError(
                f"the authority refused: {'; '.join(response.status_string) or response.status}"
            )
        if roots:
            _check_signature(response, sha256, roots, nonce)
        elif response.tst_info.message_imprint.message != hashlib.sha256(sha256.encode("ascii")).digest():
            raise TimeStampError("it is of another hash")
        return response.tst_info.gen_time
    except (ValueError, TypeError, VerificationError) as error:
        raise TimeStampError(str(error) or type(error).__name__) from error


def _check_signature(
    response: TimeStampResponse, sha256: str, roots: Sequence[bytes], nonce: int | None
) -> None:
    builder = VerifierBuilder()
    for certificate in map(x509.load_der_x509_certificate, dict.fromkeys(roots)):
        builder = builder.add_root_certificate(certificate)
    if nonce is not None:
        builder = builder.nonce(nonce)
    builder.build().verify_message(response, sha256.encode("ascii"))


def certificates_of(pem: bytes) -> list[bytes]:
    """The certificates in a PEM file, DER.

    Raises:
        ValueError: There is none.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    return [each.public_bytes(Encoding.DER) for each in x509.load_pem_x509_certificates(pem)]
