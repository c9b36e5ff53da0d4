"""The signing key, its public half, and JSON web tokens under it (RS256)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


class BadToken(Exception):
    """Not a token of ours: unreadable, or its signature does not hold."""


class SigningKey:
    def __init__(self, pem: str) -> None:
        # It is our own key from our own state; checking its primes takes longer than a start.
        key = serialization.load_pem_private_key(
            pem.encode(), password=None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("the sandbox signs with RSA keys only")
        self._key = key
        self.key_id = hashlib.sha256(pem.encode()).hexdigest()[:32].upper()

    def sign(self, claims: dict[str, Any]) -> str:
        head = {"alg": "RS256", "kid": self.key_id, "typ": "JWT"}
        text = f"{_encode(json.dumps(head).encode())}.{_encode(json.dumps(claims).encode())}"
        signature = self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{_encode(signature)}"

    def claims(self, token: str) -> dict[str, Any]:
        """Return what a token of ours says, expired or not; raises BadToken."""
        try:
            text, _, signature = token.rpartition(".")
            self._key.public_key().verify(
                _decode(signature), text.encode("ascii"), padding.PKCS1v15(), hashes.SHA256()
            )
            claims = json.loads(_decode(text.partition(".")[2]))
        except (InvalidSignature, ValueError, binascii.Error) as error:
            raise BadToken from error
        return dict(claims)

    def jwks(self) -> dict[str, Any]:
        numbers = self._key.public_key().public_numbers()
        size = (numbers.n.bit_length() + 7) // 8
        modulus = _encode(numbers.n.to_bytes(size, "big"))
        exponent = _encode(numbers.e.to_bytes(3, "big"))
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.key_id}
        return {"keys": [key | {"n": modulus, "e": exponent}]}


@lru_cache(maxsize=1)
def new_key_pem() -> str:
    """A fresh key as PEM; one a process, because making it takes longer than all other set-up."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
