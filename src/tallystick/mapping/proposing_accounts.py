"""Which account a choice most probably is: by name and kind for lines, by name for payments."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tallystick.books.models import Charge
from tallystick.english import listed, with_article
from tallystick.mapping.choices import Choices
from tallystick.mapping.models import Direction
from tallystick.mapping.proposing import Proposal
from tallystick.mapping.tax_words import plain
from tallystick.mirror.models import Account


class _Rule(NamedTuple):
    """Of which types or classes the account is, and what it is called: the surest names first."""

    kinds: frozenset[str]
    names: tuple[str, ...]
    #: The only account of one of these types is meant whatever it is called.
    alone: frozenset[str] = frozenset()


_INCOME = frozenset({"REVENUE", "SALES"})
_COSTS = frozenset({"DIRECTCOSTS", "EXPENSE"})
_CARRIAGE = r"\b(freight|carriage|cartage)\b"
_PARCELS = r"\b(shipping|postage|courier|delivery|deliveries)\b"
#: Account types are of Xero's list: REVENUE and SALES for what is sold, DIRECTCOSTS for what is
#: bought to be sold. What customers pay for carriage is income, never the cost of carriage.
_RULES = {
    (Direction.SALES, Charge.GOODS): _Rule(
        _INCOME,
        (r"^(sales|revenue|income|turnover)$", r"^(sales|trading|service) (income|revenue)$"),
        _INCOME,
    ),
    (Direction.PURCHASES, Charge.GOODS): _Rule(
        _COSTS, (r"^purchases?$", r"^cost of (goods sold|sales)$"), frozenset({"DIRECTCOSTS"})
    ),
    (Direction.SALES, Charge.FREIGHT): _Rule(_INCOME, (_CARRIAGE, _PARCELS)),
    (Direction.SALES, Charge.SHIPPING): _Rule(_INCOME, (_PARCELS, _CARRIAGE)),
    (Direction.PURCHASES, Charge.FREIGHT): _Rule(_COSTS, (_CARRIAGE, _PARCELS)),
    (Direction.PURCHASES, Charge.SHIPPING): _Rule(_COSTS, (_PARCELS, _CARRIAGE)),
    (Direction.SALES, Charge.DISCOUNT): _Rule(
        _INCOME | _COSTS, (r"\bdiscounts?\b(?!.*\breceived\b)",)
    ),
    (Direction.PURCHASES, Charge.DISCOUNT): _Rule(
        _INCOME | _COSTS | {"OTHERINCOME"}, (r"\bdiscounts?\b(?!.*\b(given|allowed)\b)",)
    ),
}
#: Bank accounts that customers do not usually pay into.
_ASIDE = re.compile(
    r"\b(savings?|deposits?|reserve|loan|credit card|visa|mastercard)\b", re.IGNORECASE
)


def propose_account(direction: Direction, charge: str, choices: Choices) -> Proposal | None:
    """Return the account of the direction's lines of this charge; None where nothing speaks for one.

    Lines without an account of their own charge go to the default, so only the default's lack
    gets a reason.
    """
    offered = choices.accounts[direction, charge]
    if charge == Charge.ROUNDING:
        own = choices.rounding_account
        return Proposal(own.code, "Xero's own account for it") if own in offered else None
    rule = _RULES[direction, Charge(charge)]
    of_kind = [one for one in offered if one.type in rule.kinds]
    for name in rule.names:
        named = [one for one in of_kind if re.search(name, one.name.strip(), re.IGNORECASE)]
        if len(named) == 1:
            return Proposal(named[0].code, f"called {named[0].name}, {_kind(named[0])}")
        if named:
            return Proposal("", f"No proposal: {_told(named)} fit equally well. Choose one.")
    alone = [one for one in of_kind if one.type in rule.alone]
    if len(alone) == 1:
        return Proposal(alone[0].code, f"the only one of its kind, {_kind(alone[0])}")
    if charge != Charge.GOODS:
        return None
    return Proposal("", "No proposal: no account is plainly this one by its name. Choose one.")


def propose_method_account(method: str, choices: Choices) -> Proposal | None:
    """Return the account that payments by the method lie on; empty: those by all other methods.

    A method gets the one account that bears its name; all others the one bank account for
    everyday use.
    """
    accounts = choices.payment_accounts
    if method.strip():
        words = re.compile(rf"\b{re.escape(plain(method))}\b")
        named = [one for one in accounts if words.search(plain(one.name))]
        if len(named) == 1:
            return Proposal(str(named[0].xero_id), f"called {named[0].name}")
        if named:
            return Proposal("", f"No proposal: {_told(named)} fit equally well. Choose one.")
        return None
    own = choices.currencies[:1]
    banks = [one for one in accounts if one.type == "BANK" and one.currency in ("", *own)]
    everyday = [one for one in banks if not _ASIDE.search(one.name)]
    if len(everyday) == 1:
        aside = [one for one in banks if one not in everyday]
        besides = f" besides {_told(aside)}" if aside else ""
        return Proposal(str(everyday[0].xero_id), f"the only bank account{besides}")
    if not everyday:
        return None
    return Proposal("", f"No proposal: {_told(everyday)} are all bank accounts. Choose one.")


def _kind(account: Account) -> str:
    word = {"DIRECTCOSTS": "direct costs"}.get(account.type, account.type.lower())
    return f"{with_article(word)} account"


def _told(accounts: Sequence[Account]) -> str:
    return listed([str(one) for one in accounts])
