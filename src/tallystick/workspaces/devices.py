"""Browsers that have signed in before, told by a signed cookie that names nobody.

The way of OWASP's "Slow Down Online Guessing Attacks with Device Cookies": strangers who guess an
account's password do not use up the tries of a browser that its person signed in with.
"""

import secrets
from dataclasses import dataclass

from django.core import signing
from django.utils.crypto import salted_hmac

COOKIE = "tallystick_device"
#: Browsers keep no cookie longer (RFC 6265bis, section 5.5).
COOKIE_SECONDS = 400 * 24 * 3600
_SALT = "tallystick.devices"
_MOST_PEOPLE = 8


@dataclass(frozen=True)
class Device:
    """A browser's own number, and marks of the accounts that have signed in with it."""

    number: str = ""
    accounts: tuple[str, ...] = ()

    @classmethod
    def read(cls, cookie: str) -> "Device":
        """Return what the cookie says if we wrote it, else a device that knows nobody."""
        try:
            number, accounts = signing.loads(cookie, salt=_SALT, max_age=COOKIE_SECONDS)
        except (signing.BadSignature, ValueError, TypeError):
            return cls()
        return cls(number, tuple(accounts))

    def knows(self, email: str) -> bool:
        return bool(self.number) and _mark(email) in self.accounts

    def remembering(self, email: str) -> "Device":
        """Return the device as it is after this account has signed in with it."""
        mark = _mark(email)
        others = [one for one in self.accounts if one != mark][: _MOST_PEOPLE - 1]
        return Device(self.number or secrets.token_urlsafe(12), (mark, *others))

    def cookie(self) -> str:
        return signing.dumps([self.number, self.accounts], salt=_SALT)


def _mark(email: str) -> str:
    return salted_hmac(_SALT, email.strip().lower(), algorithm="sha256").hexdigest()[:16]
