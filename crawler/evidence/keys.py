"""The key that packages are signed with, and the signature of a package.

An anonymous signature of WACZ Signing and Verification 0.1.0 (https://specs.webrecorder.net/wacz-auth/0.1.0/):
ECDSA over the curve P-384 with SHA-256 of the text ``sha256:…``; its two numbers stand one after the other,
as IEEE P1363 has it and a browser makes it.
"""

import base64
import os
from pathlib import Path
from typing import Final

from crawler.errors import KhabarError, UsageError

KEY_BYTES: Final = 48
"""Of each of the two numbers of a signature: 384 bits."""


def key_path(data_dir: Path) -> Path:
    """Where the key of an archive lies."""
    return data_dir / "keys" / "evidence.pem"


def new_key(path: Path) -> str:
    """Make a key, readable by this user alone; return its public part (DER, Base64).

    Raises:
        UsageError: There is a key already.
        KhabarError: It cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
    except FileExistsError:
        raise UsageError(
            f"{path}: there is a key already; packages that it signed could not be told to be yours without "
            "it. Move it away first"
        ) from None
    except OSError as error:
        raise KhabarError(f"{path}: the key cannot be written: {error.strerror}") from None
    return SigningKey(path).public_key


class SigningKey:
    """A key that signs.

    Args:
        path: The file that holds it.

    Raises:
        KhabarError: The file cannot be read, or holds no key of the curve P-384.
    """

    def __init__(self, path: Path) -> None:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(path.read_bytes(), None)
        except OSError as error:
            raise KhabarError(f"{path}: the key cannot be read: {error.strerror}") from None
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise KhabarError(f"{path}: no key without a password; khabar keys new makes one") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp384r1":
            raise KhabarError(f"{path}: the key is not of the curve P-384; khabar keys new makes one")
        self._key = key

    @property
    def public_key(self) -> str:
        """The public part: SubjectPublicKeyInfo, DER in Base64."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def sign(self, text: str) -> str:
        """The signature of a text, in Base64."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256

        numbers = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(SHA256())))
        return base64.b64encode(b"".join(number.to_bytes(KEY_BYTES, "big") for number in numbers)).decode()
