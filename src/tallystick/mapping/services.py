"""Choosing what our codes mean in one organisation; each choice releases what waited for it."""

from dataclasses import dataclass

from django.db import transaction

from tallystick.books.models import TaxCode
from tallystick.connections.models import Organisation
from tallystick.mapping.models import Account, MappingDefaults, TaxMapping, TaxRate
from tallystick.mapping.signals import mended
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User


class MappingRefused(Exception):
    """The choice does not fit the organisation; the message says why and what does."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may choose from on the mapping page."""

    tax_rates: list[TaxRate]
    sales_accounts: list[Account]


def choices_of(organisation: Organisation) -> Choices:
    """Return active tax rates and the active accounts that take sales lines, by name and code."""
    active = Account.objects.filter(organisation=organisation, status="ACTIVE").exclude(code="")
    return Choices(
        tax_rates=list(
            TaxRate.objects.filter(organisation=organisation, status="ACTIVE").order_by("name")
        ),
        sales_accounts=list(
            active.filter(account_class__in=["REVENUE", "LIABILITY"], system_account="")
            .exclude(type="BANK")
            .order_by("code")
        ),
    )


@transaction.atomic
def choose_tax_type(
    *, organisation: Organisation, tax_code: TaxCode, tax_type: str, actor: User
) -> None:
    """Map our tax code to a tax type of Xero's; an empty `tax_type` takes the mapping away."""
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    if tax_code.workspace_id != organisation.workspace_id:
        raise MappingRefused(f"{tax_code.code} belongs to another workspace.")
    mapping = TaxMapping.objects.filter(organisation=organisation, tax_code=tax_code)
    if not tax_type:
        mapping.delete()
        _record(organisation, actor, f"Took away the tax mapping of {tax_code.code}")
        return
    rate = TaxRate.objects.filter(
        organisation=organisation, tax_type=tax_type, status="ACTIVE"
    ).first()
    if rate is None:
        raise MappingRefused(
            f"{organisation.name} has no active tax rate {tax_type}. Choose one from the list."
        )
    if not mapping.update(tax_type=tax_type):
        TaxMapping.objects.create(organisation=organisation, tax_code=tax_code, tax_type=tax_type)
    _record(organisation, actor, f"Mapped tax code {tax_code.code} to {rate.name}")
    _announce(organisation, f"tax:{tax_code.pk}")


@transaction.atomic
def choose_sales_account(*, organisation: Organisation, code: str, actor: User) -> None:
    """Set the account of sales lines that name none."""
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    account = Account.objects.filter(organisation=organisation, code=code, status="ACTIVE").first()
    if account is None:
        raise MappingRefused(
            f"{organisation.name} has no active account {code}. Choose one from the list."
        )
    _defaults(organisation, sales_account_code=code)
    _record(organisation, actor, f"Chose {account} as default sales account")
    _announce(organisation, "account")


@transaction.atomic
def choose_default_tax_code(
    *, organisation: Organisation, tax_code: TaxCode | None, actor: User
) -> None:
    """Set our tax code for lines that have none; None: such lines fail and say so."""
    require(actor, organisation.workspace, Permission.MANAGE_SYNC)
    if tax_code and tax_code.workspace_id != organisation.workspace_id:
        raise MappingRefused(f"{tax_code.code} belongs to another workspace.")
    _defaults(organisation, tax_code=tax_code)
    _record(organisation, actor, f"Chose {tax_code or 'no tax code'} for lines without one")
    _announce(organisation, "tax-default")


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
