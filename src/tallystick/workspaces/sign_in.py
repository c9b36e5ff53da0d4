"""Signing in with a password: how often it may be tried, by whom, and how much at once.

Every face that takes a password calls `sign_in`; it asks Django's backends, whichever are set.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.contrib.auth import authenticate

from tallystick.doors.clients import household
from tallystick.workspaces import allowances, hashing
from tallystick.workspaces.allowances import Allowance
from tallystick.workspaces.devices import Device
from tallystick.workspaces.models import User

log = structlog.get_logger(__name__)

_BUSY = timedelta(seconds=5)


@dataclass
class TooManyTries(Exception):
    """No password was looked at; the message says when to try again."""

    message: str
    wait: timedelta

    def __str__(self) -> str:
        return self.message


def sign_in(*, email: str, password: str, address: str, device: Device) -> User | None:
    """Return whoever has this e-mail address and password, None where they do not belong together.

    `address` is the client's. Tries are counted alike for accounts that exist and that do not.
    Raises TooManyTries.
    """
    email = email.strip().lower()
    known = device.knows(email)
    asked = _of_device(email, device) if known else _of_stranger(email, household(address))
    wait = allowances.take(asked)
    if wait is not None:
        log.warning("Too many wrong passwords")
        raise TooManyTries(_too_many(wait, known=known), wait)
    try:
        with (hashing.KNOWN if known else hashing.STRANGERS).place():
            user = authenticate(username=email, password=password)
    except hashing.Busy:
        allowances.give_back(asked)
        raise TooManyTries(
            "Many people are signing in at this moment. Try again in a few seconds.", _BUSY
        ) from None
    if not isinstance(user, User):
        log.warning("Wrong password")  # the line carries the address
        return None
    # The rest is shared with others, whose tries a right password must not renew.
    allowances.fill(asked[:1])
    if asked[1:]:
        allowances.give_back(asked[1:])
    return user


def _of_device(email: str, device: Device) -> Sequence[Allowance]:
    """Strangers cannot use this up, whatever they do and wherever they are."""
    name = f"password of {email} with {device.number}"
    return [Allowance(name, tries=10, refill=timedelta(minutes=1))]


def _of_stranger(email: str, home: str) -> Sequence[Allowance]:
    """Return the bounds of a guess, that for this account from here first.

    One address alone never empties the account's: it is refilled five times as fast. The pause of
    an account is a minute at most, so whoever attacks it from everywhere makes nobody wait longer.
    """
    return [
        Allowance(f"password of {email} from {home}", tries=10, refill=timedelta(minutes=5)),
        Allowance(f"password of {email}", tries=20, refill=timedelta(minutes=1)),
        Allowance(f"passwords from {home}", tries=40, refill=timedelta(seconds=30)),
    ]


def _too_many(wait: timedelta, *, known: bool) -> str:
    seconds = math.ceil(wait.total_seconds())
    spell = f"{seconds} seconds" if seconds < 90 else f"{math.ceil(seconds / 60)} minutes"
    elsewhere = "" if known else ", or use a browser in which you have signed in before"
    return f"Too many wrong passwords. Nothing is locked: try again in {spell}{elsewhere}."
