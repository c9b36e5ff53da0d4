"""What each choice of the mapping may take in one organisation, as mirrored now."""

from collections.abc import Mapping
from dataclasses import dataclass

from tallystick.books.models import Charge
from tallystick.connections.models import Organisation
from tallystick.mapping.known import takes_lines
from tallystick.mapping.models import Direction
from tallystick.mapping.paying import takes_payments
from tallystick.mirror.models import Account, Currency, TaxRate

#: Classes of the accounts that goods and work usually go to; charges and rounding may go to all.
_CLASSES = {
    Direction.SALES: ("REVENUE", "LIABILITY"),
    Direction.PURCHASES: ("EXPENSE", "ASSET", "LIABILITY"),
}
_ROUNDING_ACCOUNT = "ROUNDING"
#: The class that tells a tax rate for sales from one for purchases.
_TAXED = {Direction.SALES: "REVENUE", Direction.PURCHASES: "EXPENSE"}


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything a person may choose from; only what is active in Xero."""

    #: By name. Those that fit either direction, or neither in particular, stand in both.
    tax_rates: Mapping[Direction, list[TaxRate]]
    #: By direction and charge; in the order of their codes.
    accounts: Mapping[tuple[Direction, str], list[Account]]
    #: Xero's own account for rounding, the one to suggest.
    rounding_account: Account | None
    #: Bank accounts and those that take payments; in the order of their names.
    payment_accounts: list[Account]
    #: ISO 4217; the books' own first.
    currencies: list[str]


def choices_of(organisation: Organisation) -> Choices:
    """Return what may be chosen."""
    accounts = list(
        Account.objects.filter(organisation=organisation, status="ACTIVE").order_by("code", "name")
    )
    rates = list(
        TaxRate.objects.filter(organisation=organisation, status="ACTIVE").order_by("name")
    )
    others = Currency.objects.filter(organisation=organisation, gone_at=None).exclude(
        code=organisation.currency
    )
    return Choices(
        tax_rates={
            direction: [rate for rate in rates if fits(rate, direction)] for direction in Direction
        },
        accounts={
            (direction, charge.value): [
                account for account in accounts if _is_offered(account, direction, charge)
            ]
            for direction in Direction
            for charge in Charge
        },
        rounding_account=next(
            (one for one in accounts if one.system_account == _ROUNDING_ACCOUNT), None
        ),
        payment_accounts=sorted(filter(takes_payments, accounts), key=lambda one: one.name),
        currencies=[
            *filter(None, [organisation.currency]),
            *others.order_by("code").values_list("code", flat=True),
        ],
    )


def is_taxed_in(rate: TaxRate, direction: Direction) -> bool:
    """Tell whether lines on the direction's usual accounts may bear the rate."""
    return _TAXED[direction] in rate.can_apply_to


def fits(rate: TaxRate, direction: Direction) -> bool:
    """Tell whether the rate is not for the other direction alone."""
    return is_taxed_in(rate, direction) or not any(is_taxed_in(rate, one) for one in Direction)


def _is_offered(account: Account, direction: Direction, charge: Charge) -> bool:
    if not account.code or not takes_lines(account):
        return False
    if charge == Charge.ROUNDING and account.system_account == _ROUNDING_ACCOUNT:
        return True
    is_usual = charge != Charge.GOODS or account.account_class in _CLASSES[direction]
    return is_usual and not account.system_account
