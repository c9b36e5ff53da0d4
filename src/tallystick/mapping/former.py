"""What was chosen for the books that were connected before, offered for those connected now.

Choices hang on one organisation, and another starts with none. Where a demo company was reset or
books were made anew, the same accounts and tax rates are there under other ids. A choice fits
where code, name and kind are the same; whatever is only alike is for a person to choose.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from tallystick.books.models import Charge, TaxCode
from tallystick.connections.models import Organisation
from tallystick.mapping.choices import choices_of
from tallystick.mapping.known import Known
from tallystick.mapping.models import (
    AccountChoice,
    Direction,
    FormerAnswer,
    MethodAccount,
    Rounding,
    TaxMapping,
)
from tallystick.mapping.services import (
    choose_account,
    choose_method_account,
    choose_rounding,
    choose_tax_type,
)
from tallystick.mapping.tax_words import plain
from tallystick.mirror.models import Account, TaxRate
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User

#: Makes the choice for the organisation connected now; takes who makes it as `actor`.
Make: TypeAlias = Callable[..., None]
_Found = TypeVar("_Found", TaxRate, Account)


@dataclass(frozen=True, slots=True)
class FormerChoice:
    """One choice made for the former books, and not for those connected now."""

    #: Such as `GST on sales`, and `GST on Income` as its value.
    what: str
    value: str
    #: None where it does not fit.
    make: Make | None = None
    #: A clause that begins with a small letter or a name; empty where it fits.
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be taken over from the former books, and what cannot."""

    former: Organisation
    fitting: tuple[FormerChoice, ...]
    others: tuple[FormerChoice, ...]

    @property
    def count(self) -> int:
        return len(self.fitting) + len(self.others)


def offered(organisation: Organisation) -> Offer | None:
    """Return what fits of the choices of the books bound last before that have any.

    None where nothing fits, before the lists are read, and once a person has answered: taken over
    or left what was offered of those books.
    """
    former = _former_with_choices(organisation)
    if former is None or organisation.read_at is None:
        return None
    if FormerAnswer.objects.filter(organisation=organisation, former=former).exists():
        return None
    found = list(_Comparison(former, organisation).all())
    fitting = tuple(one for one in found if one.make)
    others = tuple(one for one in found if not one.make)
    return Offer(former, fitting, others) if fitting else None


@transaction.atomic
def take_over(*, organisation: Organisation, actor: User) -> Offer | None:
    """Make each choice that fits, as if the person made it; what is chosen already stays.

    Return what was offered; None where nothing was, such as at a second press. Raises NotAllowed.
    """
    offer = _answered(organisation, actor)
    if offer:
        for choice in offer.fitting:
            if choice.make:
                choice.make(actor=actor)
        _record(organisation, actor, f"Took over {len(offer.fitting)} choices", offer.former)
    return offer


@transaction.atomic
def leave(*, organisation: Organisation, actor: User) -> Offer | None:
    """Offer the former books' choices no more; nothing is chosen. Returns and raises as above."""
    offer = _answered(organisation, actor)
    if offer:
        _record(organisation, actor, "Left the choices", offer.former)
    return offer


def _answered(organisation: Organisation, actor: User) -> Offer | None:
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    # One at a time, so that of two presses at once the second finds it answered.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    offer = offered(organisation)
    if offer:
        FormerAnswer.objects.create(organisation=organisation, former=offer.former)
    return offer


def _record(organisation: Organisation, actor: User, done: str, former: Organisation) -> None:
    audit.record(
        workspace=organisation.workspace,
        actor=actor,
        action="mapping.former",
        subject=organisation,
        message=f"{done} made for the former books, {former}, in {organisation}.",
    )


def _former_with_choices(organisation: Organisation) -> Organisation | None:
    theirs = {"organisation": OuterRef("pk")}
    chosen = (
        Q(Exists(TaxMapping.objects.filter(**theirs)))
        | Q(Exists(AccountChoice.objects.filter(**theirs)))
        | Q(Exists(MethodAccount.objects.filter(**theirs)))
    )
    others = Organisation.objects.filter(chosen, workspace=organisation.workspace_id)
    newest = others.order_by(F("bound_at").desc(nulls_last=True), "-pk")
    return newest.exclude(pk=organisation.pk).first()


class _Comparison:
    """The choices of one organisation, each held against the lists of another."""

    def __init__(self, former: Organisation, organisation: Organisation) -> None:
        self._organisation = organisation
        self._before, self._now = Known(former), Known(organisation)
        self._offered = choices_of(organisation)

    def all(self) -> Iterator[FormerChoice]:
        """Yield those that the organisation has none of its own for."""
        before, now = self._before, self._now
        for (pk, direction), tax_type in sorted(before.tax_types.items()):
            if (pk, direction) not in now.tax_types:
                yield self._tax_type(before.tax_codes[pk], Direction(direction), tax_type)
        for (direction, charge), code in sorted(before.account_choices.items()):
            if (direction, charge) not in now.account_choices:
                yield self._account(Direction(direction), charge, code)
        methods = MethodAccount.objects.filter(organisation=before.organisation)
        for chosen in methods.order_by("method"):
            if chosen.method.casefold() not in now.method_accounts:
                yield self._method(chosen)
        if before.defaults.rounding == Rounding.LINE and now.defaults.pk is None:
            make = self._by(choose_rounding, rounding=Rounding.LINE)
            yield FormerChoice("Cents of difference", Rounding.LINE.label.lower(), make)

    def _tax_type(self, code: TaxCode, direction: Direction, tax_type: str) -> FormerChoice:
        rate = self._before.tax_rates.get(tax_type)
        return _judged(
            f"{code.code} on {direction}",
            str(rate or tax_type),
            self._same_rate(rate, direction),
            lambda same: self._by(
                choose_tax_type, tax_code=code, direction=direction, tax_type=same.tax_type
            ),
        )

    def _account(self, direction: Direction, charge: str, code: str) -> FormerChoice:
        account = self._before.accounts.get(code)
        name = Charge(charge).label if charge else "Default account"
        return _judged(
            f"{name} on {direction}",
            str(account or code),
            self._same_account(account, self._offered.accounts[direction, charge]),
            lambda same: self._by(
                choose_account, direction=direction, charge=charge, code=same.code
            ),
        )

    def _method(self, chosen: MethodAccount) -> FormerChoice:
        account = self._before.accounts_by_id.get(chosen.account_id)
        return _judged(
            f"Payments by {chosen.method}" if chosen.method else "Other payments",
            str(account or "an account"),
            self._same_account(account, self._offered.payment_accounts),
            lambda same: self._by(
                choose_method_account, method=chosen.method, account_id=same.xero_id
            ),
        )

    def _same_rate(self, rate: TaxRate | None, direction: Direction) -> TaxRate | str:
        """Return the rate of the same name and percentage, or why there is none to be chosen.

        The tax type alone tells nothing: OUTPUT2 is 20% in British books and 15% in those of New
        Zealand, and TAX001 is whatever was added first.
        """
        if rate is None:
            return "it was gone from the former books"
        same = [
            one
            for one in self._offered.tax_rates[direction]
            if (plain(one.name), one.effective_rate) == (plain(rate.name), rate.effective_rate)
        ]
        same.sort(key=lambda one: one.tax_type != rate.tax_type)
        if same and (len(same) == 1 or same[0].tax_type == rate.tax_type):
            return same[0]
        return f"these books have no rate in use that is called so, on {direction}, of {_percent(rate)}"

    def _same_account(self, account: Account | None, offered: Sequence[Account]) -> Account | str:
        """Return the account of the same code, name and kind, or why there is none to be chosen."""
        if account is None:
            return "it was gone from the former books"
        same = self._called(account)
        if same is None:
            return "these books have no account with this " + ("code" if account.code else "name")
        if same.status != "ACTIVE":
            return f"{same} is archived in these books"
        if plain(same.name) != plain(account.name):
            return f"{same.code} is {same.name} in these books"
        if _kind(same) != _kind(account):
            return f"{same} is {_kind(same)} in these books, not {_kind(account)}"
        return same if same in offered else f"{same} cannot be used for that in these books"

    def _called(self, account: Account) -> Account | None:
        """Return the account of the same code; of the same name, for bank accounts without one."""
        if account.code:
            return self._now.accounts.get(account.code)
        alike = (
            one
            for one in self._now.accounts_by_id.values()
            if not one.code and plain(one.name) == plain(account.name)
        )
        # One that is archived may bear the name too.
        return min(alike, key=lambda one: one.status != "ACTIVE", default=None)

    def _by(self, choose: Make, **given: object) -> Make:
        return partial(choose, organisation=self._organisation, **given)


def _judged(
    what: str, value: str, found: _Found | str, make: Callable[[_Found], Make]
) -> FormerChoice:
    if isinstance(found, str):
        return FormerChoice(what, value, why_not=found)
    return FormerChoice(what, value, make(found))


def _kind(account: Account) -> str:
    if account.type == "BANK":
        return f"a bank account in {account.currency}" if account.currency else "a bank account"
    return f"of class {account.account_class.lower()}"


def _percent(rate: TaxRate) -> str:
    return f"{rate.effective_rate.normalize():f}%"
