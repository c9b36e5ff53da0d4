"""Choosing what our codes mean in one organisation; each choice releases what waited for it."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from tallystick.act_refused import ActRefused
from tallystick.books.models import Charge, TaxCode
from tallystick.books.tax_codes import set_default_tax_code
from tallystick.connections.models import Organisation
from tallystick.connections.modules import Step, note_step
from tallystick.mapping.choices import Choices, choices_of
from tallystick.mapping.models import (
    AccountChoice,
    Direction,
    MappingDefaults,
    MethodAccount,
    Rounding,
    TaxMapping,
)
from tallystick.mapping.paying import method_key
from tallystick.mapping.signals import mended
from tallystick.mapping.wait_keys import WaitSort, any_of, wait_key
from tallystick.mirror.models import Account, TaxRate
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User

__all__ = [
    "Choices",
    "MappingRefused",
    "choices_of",
    "choose_account",
    "choose_default_tax_code",
    "choose_method_account",
    "choose_rounding",
    "choose_sales_account",
    "choose_tax_type",
]


class MappingRefused(ActRefused):
    """The choice does not fit the organisation."""

    code = "mapping_refused"


@transaction.atomic
def choose_tax_type(
    *,
    organisation: Organisation,
    tax_code: TaxCode,
    tax_type: str,
    actor: User,
    direction: Direction = Direction.SALES,
) -> None:
    """Map our tax code to a tax type of Xero's; an empty `tax_type` takes the mapping away."""
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    _own(organisation, tax_code)
    mapping: dict[str, Any] = {
        "organisation": organisation,
        "tax_code": tax_code,
        "direction": direction,
    }
    if not tax_type:
        TaxMapping.objects.filter(**mapping).delete()
        what = f"Took away the tax mapping of {tax_code.code} on {direction}"
        return _record(organisation, actor, what)
    offered = choices_of(organisation).tax_rates[direction]
    rate = next((one for one in offered if one.tax_type == tax_type), None)
    if rate is None:
        raise MappingRefused(
            f"{organisation.name} has no active tax rate {tax_type} for {direction}.",
            remedy="Choose one from the list.",
        )
    chosen = {"tax_type": tax_type, "chosen_rate": rate.effective_rate, **_as_chosen(rate)}
    TaxMapping.objects.update_or_create(**mapping, defaults=chosen)
    what = f"Mapped tax code {tax_code.code} to {rate.name} on {direction}"
    _record(organisation, actor, what)
    _announce(organisation, wait_key(WaitSort.TAX_MAPPING, tax_code.pk, direction))
    note_step(organisation, Step.TAX_MAPPING)


@transaction.atomic
def choose_account(
    *, organisation: Organisation, direction: Direction, charge: str, code: str, actor: User
) -> None:
    """Set the account of the direction's lines of this charge; an empty code takes the choice away.

    An empty charge: the default, for all lines without a choice of their own.
    """
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    choice: dict[str, Any] = {
        "organisation": organisation,
        "direction": direction,
        "charge": charge,
    }
    name = Charge(charge).label.lower() if charge else "lines without a choice of their own"
    if not code:
        AccountChoice.objects.filter(**choice).delete()
        what = f"Took away the account for {name} on {direction}"
        return _record(organisation, actor, what)
    offered = choices_of(organisation).accounts[direction, charge]
    account = next((one for one in offered if one.code == code), None)
    if account is None:
        raise MappingRefused(
            f"{organisation.name} has no active account {code} for {name} on {direction}.",
            remedy="Choose one from the list.",
        )
    AccountChoice.objects.update_or_create(**choice, defaults={"code": code, **_as_chosen(account)})
    _record(organisation, actor, f"Chose {account} for {name} on {direction}")
    # The default serves every charge without a choice of its own.
    key = wait_key(WaitSort.ACCOUNT, direction, charge)
    _announce(organisation, key if charge else any_of(WaitSort.ACCOUNT, direction))


def choose_sales_account(*, organisation: Organisation, code: str, actor: User) -> None:
    """Set the account of sales lines that name none."""
    choose_account(
        organisation=organisation,
        direction=Direction.SALES,
        charge=Charge.GOODS,
        code=code,
        actor=actor,
    )


@transaction.atomic
def choose_method_account(
    *, organisation: Organisation, method: str, account_id: UUID | None, actor: User
) -> None:
    """Set the account that payments by the method lie on, by Xero's id; None takes it away.

    An empty method: for all methods without an account of their own. Letter case is nothing.
    """
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    method = method.strip()
    name = f"payments by {method}" if method else "other payments"
    chosen = MethodAccount.objects.filter(organisation=organisation, method__iexact=method)
    if account_id is None:
        chosen.delete()
        return _record(organisation, actor, f"Took away the account for {name}")
    offered = choices_of(organisation).payment_accounts
    account = next((one for one in offered if one.xero_id == account_id), None)
    if account is None:
        raise MappingRefused(
            f"{organisation.name} has no such active account that takes payments.",
            remedy="Choose one from the list.",
        )
    values = {"account_id": account_id, **_as_chosen(account)}
    if not chosen.update(**values):
        MethodAccount.objects.create(organisation=organisation, method=method, **values)
    _record(organisation, actor, f"Chose {account} for {name}")
    _announce(organisation, method_key(method) if method else any_of(WaitSort.PAYMENT_METHOD))


@transaction.atomic
def choose_rounding(*, organisation: Organisation, rounding: Rounding, actor: User) -> None:
    """Set what becomes of documents whose source states another total than their lines make."""
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    _defaults(organisation, rounding=rounding)
    what = Rounding(rounding).label.lower()
    _record(organisation, actor, f'Chose "{what}" for totals that differ by cents')
    _announce(organisation, wait_key(WaitSort.ROUNDING))


@transaction.atomic
def choose_default_tax_code(
    *, organisation: Organisation, tax_code: TaxCode | None, actor: User
) -> None:
    """Set our tax code for lines of new documents that have none; None: such lines fail and say so.

    What was made without before goes out where the code makes no tax; else it is asked about.
    """
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    if tax_code:
        _own(organisation, tax_code)
    set_default_tax_code(workspace=organisation.workspace, tax_code=tax_code)
    _record(organisation, actor, f"Chose {tax_code or 'no tax code'} for lines without one")
    _announce(organisation, wait_key(WaitSort.DEFAULT_TAX_CODE))


def _as_chosen(record: Account | TaxRate) -> dict[str, Any]:
    """Return what is kept of the record, so that a change of it in Xero is seen."""
    return {"chosen_name": str(record), "chosen_at": Now()}


def _own(organisation: Organisation, tax_code: TaxCode) -> None:
    if tax_code.workspace_id != organisation.workspace_id:
        raise MappingRefused(
            f"{tax_code.code} belongs to another workspace.", remedy="Choose one of this workspace."
        )


def _defaults(organisation: Organisation, **values: object) -> None:
    MappingDefaults.objects.update_or_create(organisation=organisation, defaults=values)


def _record(organisation: Organisation, actor: User, message: str) -> None:
    audit.record(
        workspace=organisation.workspace,
        actor=actor,
        action="mapping.changed",
        subject=organisation,
        message=f"{message} in {organisation.name}.",
    )


def _announce(organisation: Organisation, key: str) -> None:
    mended.send(sender=Organisation, organisation_id=organisation.pk, keys=[key])
