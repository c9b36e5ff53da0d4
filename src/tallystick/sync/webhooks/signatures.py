"""Whether a delivery is Xero's: HMAC-SHA256 over its raw bytes, with every key that is live."""

import base64
import hashlib
import hmac
from collections.abc import Sequence


def signature_of(raw: bytes, key: str) -> bytes:
    """Return what Xero puts into `x-xero-signature`; the key is its text, though it looks like base64."""
    return base64.b64encode(hmac.new(key.encode(), raw, hashlib.sha256).digest())


def is_signed(raw: bytes, signature: str, keys: Sequence[str]) -> bool:
    """Tell whether one of the keys made the signature.

    Every key is tried and each compared in constant time, so that the time taken tells a stranger
    neither how much of a signature was right nor which key is in use.
    """
    given = signature.encode("utf-8", "replace")
    found = [hmac.compare_digest(signature_of(raw, key), given) for key in keys]
    return any(found)
