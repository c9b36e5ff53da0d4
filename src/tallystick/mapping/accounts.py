"""The account of a line: the line itself, its item, its kind of charge, the workspace's default.

The first that names an account decides. One that is dead is told, not passed over: money on
another account than somebody asked for is found by nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tallystick.books.models import Charge
from tallystick.mapping.known import Known, Place, takes_lines
from tallystick.mapping.models import Direction
from tallystick.mapping.problems import ACCOUNTS, XERO, MappingCode, Problem, Unresolved
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.mirror.models import Account

LINE = "the line"
ITEM = "the item"
DEFAULT = "the workspace default"


@dataclass(frozen=True, slots=True)
class ChosenAccount:
    """The account that a line goes to, and the level that named it."""

    account: Account
    level: str


def account_of(known: Known, place: Place) -> ChosenAccount:
    """Return the line's account. Raises Unresolved."""
    level, code = next(_named(known, place), ("", ""))
    if not code:
        raise Unresolved([_nothing_chosen(place)])
    account = known.accounts.get(code)
    if account and account.status == "ACTIVE" and takes_lines(account):
        return ChosenAccount(account, level)
    raise Unresolved([_dead(known, place, level, code, account)])


def _dead(known: Known, place: Place, level: str, code: str, account: Account | None) -> Problem:
    """Return why the account that is named cannot be used."""
    why = f"{_why_not(account)} in {known.organisation}"
    message = f"{place.head}account {code} on {place.name} {why}."
    if level in (LINE, ITEM):
        return Problem(
            MappingCode.ACCOUNT,
            message,
            f"Name another account on {level}, or mend it in Xero; then press Retry.",
            XERO,
            wait_key(WaitSort.XERO_ACCOUNT, code),
        )
    return Problem(
        MappingCode.ACCOUNT,
        message,
        "Choose another under Settings, Accounts, or mend it in Xero and press Retry.",
        ACCOUNTS,
        wait_key(WaitSort.ACCOUNT, place.direction, place.line.charge if level != DEFAULT else ""),
    )


def _named(known: Known, place: Place) -> Iterator[tuple[str, str]]:
    """Yield each level that names an account, with its code."""
    line, item, direction = place.line, place.item, place.direction
    if line.account_code:
        yield LINE, line.account_code
    if item and direction == Direction.SALES and item.account_code:
        yield ITEM, item.account_code
    if item and direction == Direction.PURCHASES and item.purchase_account_code:
        yield ITEM, item.purchase_account_code
    if line.charge and (code := known.account_choices.get((direction, line.charge))):
        yield Charge(line.charge).label.lower(), code
    if code := known.account_choices.get((direction, Charge.GOODS)):
        yield DEFAULT, code


def _nothing_chosen(place: Place) -> Problem:
    line = place.line
    what = Charge(line.charge).label.lower() if line.charge else place.direction.value
    return Problem(
        MappingCode.NO_ACCOUNT,
        f"{place.head}no account is chosen for {what}.",
        f"Choose the account for {what} under Settings, Accounts.",
        ACCOUNTS,
        wait_key(WaitSort.ACCOUNT, place.direction, line.charge),
    )


def _why_not(account: Account | None) -> str:
    if account is None:
        return "does not exist"
    return "is archived" if account.status != "ACTIVE" else "cannot stand on invoice lines"
