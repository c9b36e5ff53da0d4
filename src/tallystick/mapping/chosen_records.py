"""How what is chosen of Xero's lists stands there now: in use, called otherwise, or of no use.

Judged from our copies alone, so that a person hears of it before a document meets it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from tallystick.books.models import Charge
from tallystick.connections.models import Organisation
from tallystick.mapping.choices import fits
from tallystick.mapping.known import Known, is_in_use, takes_lines
from tallystick.mapping.models import AccountChoice, Direction, MethodAccount, TaxMapping
from tallystick.mapping.paying import method_key, takes_payments
from tallystick.mapping.problems import ACCOUNTS, PAYMENT_METHODS, TAX_MAPPING
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.mirror.models import Account, TaxRate

ACCOUNT, TAX_RATE = "account", "tax rate"


class Trouble(StrEnum):
    """Why what is chosen can be used no more."""

    ARCHIVED = "archived"
    DELETED = "deleted"
    REMOVED = "removed"
    UNFIT = "unfit"
    OTHER_RATE = "other_rate"


#: What Xero did, and what is said of it where it stands.
_DONE: Mapping[Trouble, tuple[str, str]] = MappingProxyType(
    {
        Trouble.ARCHIVED: ("Xero archived {what}", "archived in Xero"),
        Trouble.DELETED: ("Xero deleted {what}", "deleted in Xero"),
        Trouble.REMOVED: ("Xero has no {what} any more", "no longer in Xero"),
        Trouble.UNFIT: ("Xero does not take {what} there any more", "of no use there in Xero"),
        Trouble.OTHER_RATE: ("Xero computes {what} otherwise now", "computed otherwise in Xero"),
    }
)


@dataclass(frozen=True, slots=True)
class ChosenRecord:
    """One choice, and how the account or tax rate that is chosen stands in Xero now."""

    #: The wait key of what is chosen, by which pages and records know the choice.
    key: str
    #: What it is chosen for, such as `GST15 on sales`.
    use: str
    noun: str
    #: Code, tax type or id, as the choice holds it.
    value: str
    #: As Xero calls it; where it is gone, as it called it.
    name: str
    screen: str
    choice: TaxMapping | AccountChoice | MethodAccount
    trouble: Trouble | None = None
    #: Such as `from 15% to 12.5%`.
    changed: str = ""
    #: What it was called when it was chosen, where it is called otherwise now.
    was_called: str = ""

    @property
    def what(self) -> str:
        """Such as `account 200 Sales`."""
        return f"{self.noun} {self.name}"

    @property
    def happened(self) -> str:
        """What Xero did, a clause: `Xero archived account 200 Sales`; empty where it is in use."""
        if self.trouble is None:
            return ""
        if self.changed:
            return f"Xero changed {self.what} {self.changed}"
        return happened_to(self.what, self.trouble)

    @property
    def standing(self) -> str:
        """Such as `archived in Xero`; empty where it is in use."""
        return _DONE[self.trouble][1] if self.trouble else ""


def chosen_records(organisation: Organisation, known: Known | None = None) -> list[ChosenRecord]:
    """Return every choice of the organisation's mapping, in the order in which pages show them."""
    known = known or Known(organisation)
    return [*_rates(known), *_accounts(known), *_method_accounts(known)]


def happened_to(what: str, trouble: Trouble) -> str:
    """Return what Xero did: `Xero archived account 200 Sales`."""
    return _DONE[trouble][0].format(what=what)


def account_trouble(account: Account | None) -> Trouble | None:
    """Return why lines cannot go to the account."""
    return _gone(account) or (None if account and takes_lines(account) else Trouble.UNFIT)


def take_note(records: Iterable[ChosenRecord]) -> None:
    """Keep what the records are called now: a person has been told."""
    for one in records:
        if one.was_called and one.trouble is None:
            type(one.choice)._default_manager.filter(pk=one.choice.pk).update(chosen_name=one.name)


def _gone(record: Account | TaxRate | None) -> Trouble | None:
    if record is None:
        return Trouble.REMOVED
    if is_in_use(record):
        return None
    return Trouble.DELETED if record.status == "DELETED" else Trouble.ARCHIVED


def _rates(known: Known) -> Iterator[ChosenRecord]:
    found = TaxMapping.objects.filter(organisation=known.organisation)
    for one in found.select_related("tax_code").order_by("tax_code__code", "direction"):
        rate = known.tax_rates.get(one.tax_type)
        direction = Direction(one.direction)
        trouble = _gone(rate)
        changed = ""
        if trouble is None and rate and not fits(rate, direction):
            trouble = Trouble.UNFIT
        elif trouble is None and rate and _makes_other_tax(one, rate):
            trouble = Trouble.OTHER_RATE
            changed = f"from {_percent(one.chosen_rate)} to {_percent(rate.effective_rate)}"
        yield ChosenRecord(
            key=wait_key(WaitSort.TAX_MAPPING, one.tax_code_id, direction),
            use=f"{one.tax_code.code} on {direction}",
            noun=TAX_RATE,
            value=one.tax_type,
            name=str(rate or one.chosen_name or one.tax_type),
            screen=TAX_MAPPING,
            choice=one,
            trouble=trouble,
            changed=changed,
            was_called=_was_called(one, rate),
        )


def _makes_other_tax(chosen: TaxMapping, rate: TaxRate) -> bool:
    """Tell whether the rate was changed since, and does not make our code's tax any more."""
    return chosen.chosen_rate not in (None, rate.effective_rate) and (
        rate.effective_rate != chosen.tax_code.rate
    )


def _accounts(known: Known) -> Iterator[ChosenRecord]:
    places = [(charge, direction) for charge in Charge for direction in Direction]
    found = {
        (one.charge, one.direction): one
        for one in AccountChoice.objects.filter(organisation=known.organisation)
    }
    for charge, direction in places:
        if (one := found.get((charge, direction))) is None:
            continue
        account = known.accounts.get(one.code)
        name = Charge(charge).label.lower() if charge else "the default"
        yield ChosenRecord(
            key=wait_key(WaitSort.ACCOUNT, direction, charge),
            use=f"{name} on {direction}",
            noun=ACCOUNT,
            value=one.code,
            name=str(account or one.chosen_name or one.code),
            screen=ACCOUNTS,
            choice=one,
            trouble=account_trouble(account),
            was_called=_was_called(one, account),
        )


def _method_accounts(known: Known) -> Iterator[ChosenRecord]:
    for one in MethodAccount.objects.filter(organisation=known.organisation).order_by("method"):
        account = known.accounts_by_id.get(one.account_id)
        trouble = _gone(account)
        if trouble is None and account and not takes_payments(account):
            trouble = Trouble.UNFIT
        yield ChosenRecord(
            key=method_key(one.method),
            use=f"payments by {one.method}" if one.method else "all other payments",
            noun=ACCOUNT,
            value=str(one.account_id),
            name=str(account or one.chosen_name or "of payments"),
            screen=PAYMENT_METHODS,
            choice=one,
            trouble=trouble,
            was_called=_was_called(one, account),
        )


def _was_called(
    chosen: TaxMapping | AccountChoice | MethodAccount, now: Account | TaxRate | None
) -> str:
    then = chosen.chosen_name
    return then if now and then not in ("", str(now)) else ""


def _percent(rate: Decimal | None) -> str:
    return f"{rate or Decimal():.4f}".rstrip("0").rstrip(".") + "%"
