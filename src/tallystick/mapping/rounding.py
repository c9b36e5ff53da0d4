"""The cents by which a source's total differs from the sum of its lines: a line, or a question."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from tallystick.books.models import Charge, Document, TaxBasis
from tallystick.mapping.accounts import ChosenAccount
from tallystick.mapping.known import Known, takes_lines
from tallystick.mapping.models import Direction, Rounding
from tallystick.mapping.problems import ACCOUNTS, MappingCode, Problem, Unresolved
from tallystick.mapping.taxes import NO_TAX, UNTAXED, ChosenTax
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.mirror.models import Account, TaxRate

_LEVEL = Charge.ROUNDING.label.lower()


class ChosenRounding(NamedTuple):
    """What a rounding line goes to."""

    account: ChosenAccount
    tax: ChosenTax


def rounding_of(known: Known, document: Document) -> ChosenRounding:
    """Return what the document's rounding line goes to.

    Raises Unresolved; where the workspace has not chosen to add such lines, that is a question.
    """
    if known.defaults.rounding != Rounding.LINE:
        raise Unresolved([_question(document)])
    direction = Direction.of(document.kind)
    code = known.account_choices.get((direction, Charge.ROUNDING))
    account = known.accounts.get(code or "")
    if code is None:
        raise _refused(document, direction, "no account is chosen for rounding")
    if account is None or account.status != "ACTIVE" or not takes_lines(account):
        why = f"the rounding account {code} cannot be used any more in {known.organisation}"
        raise _refused(document, direction, why)
    chosen = ChosenAccount(account, _LEVEL)
    if document.tax_basis == TaxBasis.NONE:
        return ChosenRounding(chosen, UNTAXED)
    rate = next(_rates_of_zero(known, account), None)
    if rate is None:
        why = f"{known.organisation} has no tax rate of 0 % for the rounding account {account}"
        raise _refused(document, direction, why)
    return ChosenRounding(chosen, ChosenTax(rate.tax_type, rate.name, Decimal(0), _LEVEL))


def _rates_of_zero(known: Known, account: Account) -> Iterator[TaxRate]:
    """Yield the live rates that make no tax on the account, the plainest first."""
    for tax_type in (NO_TAX, account.tax_type, *sorted(known.tax_rates)):
        rate = known.tax_rates.get(tax_type)
        is_live = rate and rate.status == "ACTIVE" and account.account_class in rate.can_apply_to
        if rate and is_live and not rate.effective_rate:
            yield rate


def _question(document: Document) -> Problem:
    return Problem(
        MappingCode.ROUNDING,
        f"{document} was not sent: its source says {document.total:,} {document.currency}, "
        f"which is {document.rounding:+} beside the sum of its lines.",
        "Choose under Settings, Accounts, that a rounding line is added; or edit the document so "
        "that its lines make its total.",
        ACCOUNTS,
        wait_key(WaitSort.ROUNDING),
        is_question=True,
    )


def _refused(document: Document, direction: Direction, why: str) -> Unresolved:
    problem = Problem(
        MappingCode.ROUNDING_ACCOUNT,
        f"{document} was not sent: it needs a rounding line of {document.rounding} "
        f"{document.currency}, but {why}.",
        "Choose the account for rounding under Settings, Accounts.",
        ACCOUNTS,
        wait_key(WaitSort.ACCOUNT, direction, Charge.ROUNDING),
    )
    return Unresolved([problem])
