"""Keeps our copy of an organisation's lists and own facts fresh."""

from datetime import timedelta
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.mirror.models import Account, Currency, TaxRate, TrackingCategory
from tallystick.mirror.signals import lists_read
from tallystick.mirror.timezones import iana_name

#: The organisation's own facts, and its four lists.
Lists: TypeAlias = tuple[
    xero.Organisation,
    list[xero.Account],
    list[xero.TaxRate],
    list[xero.Currency],
    list[xero.TrackingCategory],
]
#: How long a copy is believed before it is read again.
MAX_AGE = timedelta(hours=1)

_CLASSES = {
    "ASSET": "can_apply_to_assets",
    "EQUITY": "can_apply_to_equity",
    "EXPENSE": "can_apply_to_expenses",
    "LIABILITY": "can_apply_to_liabilities",
    "REVENUE": "can_apply_to_revenue",
}


def is_stale(organisation: Organisation) -> bool:
    """Tell whether the copy is missing or older than `MAX_AGE`."""
    # By the database's clock, for the machines' own need not agree.
    fresh = Organisation.objects.filter(pk=organisation.pk, read_at__gt=Now() - MAX_AGE)
    return not fresh.exists()


def read(client: xero.XeroClient) -> Lists:
    """Ask for the organisation and its four lists, in five calls."""
    return (
        client.organisation(),
        client.accounts(),
        client.tax_rates(),
        client.currencies(),
        client.tracking_categories(),
    )


@transaction.atomic
def keep(organisation: Organisation, lists: Lists) -> None:
    """Replace our copies by what was read, at once, and announce it."""
    facts, accounts, tax_rates, currencies, tracking = lists
    _save_facts(organisation, facts)
    _save_accounts(organisation, accounts)
    _save_tax_rates(organisation, tax_rates)
    _save_currencies(organisation, currencies)
    _save_tracking(organisation, tracking)
    lists_read.send(sender=Organisation, organisation_id=organisation.pk)


def _save_facts(organisation: Organisation, facts: xero.Organisation) -> None:
    organisation.name = facts.name or organisation.name
    organisation.country = facts.country_code
    organisation.currency = facts.base_currency
    organisation.timezone = iana_name(facts.timezone or "")
    organisation.short_code = facts.short_code or ""
    organisation.is_demo = facts.is_demo_company
    organisation.period_lock_date = facts.period_lock_date
    organisation.end_of_year_lock_date = facts.end_of_year_lock_date
    organisation.read_at = Now()
    organisation.save()
    organisation.refresh_from_db(fields=["read_at"])


def _save_accounts(organisation: Organisation, accounts: list[xero.Account]) -> None:
    rows = [
        Account(
            organisation=organisation,
            xero_id=UUID(account.account_id),
            code=account.code or "",
            name=account.name,
            type=account.type,
            account_class=account.account_class,
            status=account.status,
            system_account=account.system_account or "",
            tax_type=account.tax_type or "",
            takes_payments=account.enable_payments_to_account,
            currency=account.currency_code or "",
        )
        for account in accounts
    ]
    Account.objects.filter(organisation=organisation).exclude(
        xero_id__in=[row.xero_id for row in rows]
    ).delete()
    Account.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organisation", "xero_id"],
        update_fields=[
            "code", "name", "type", "account_class", "status", "system_account", "tax_type",
            "takes_payments", "currency",
        ],
    )  # fmt: skip


def _save_tax_rates(organisation: Organisation, tax_rates: list[xero.TaxRate]) -> None:
    rows = [
        TaxRate(
            organisation=organisation,
            tax_type=rate.tax_type,
            name=rate.name,
            status=rate.status,
            effective_rate=rate.effective_rate or Decimal(0),
            can_apply_to=[name for name, flag in _CLASSES.items() if getattr(rate, flag)],
        )
        for rate in tax_rates
    ]
    TaxRate.objects.filter(organisation=organisation).exclude(
        tax_type__in=[row.tax_type for row in rows]
    ).delete()
    TaxRate.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organisation", "tax_type"],
        update_fields=["name", "status", "effective_rate", "can_apply_to"],
    )


def _save_currencies(organisation: Organisation, currencies: list[xero.Currency]) -> None:
    codes = {currency.code for currency in currencies}
    Currency.objects.filter(organisation=organisation).exclude(code__in=codes).delete()
    Currency.objects.bulk_create(
        [Currency(organisation=organisation, code=code) for code in sorted(codes)],
        ignore_conflicts=True,
    )


def _save_tracking(organisation: Organisation, categories: list[xero.TrackingCategory]) -> None:
    rows = [
        TrackingCategory(
            organisation=organisation,
            xero_id=UUID(category.tracking_category_id),
            name=category.name,
            status=category.status,
            options=list(category.active_options),
        )
        for category in categories
    ]
    TrackingCategory.objects.filter(organisation=organisation).exclude(
        xero_id__in=[row.xero_id for row in rows]
    ).delete()
    TrackingCategory.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organisation", "xero_id"],
        update_fields=["name", "status", "options"],
    )
