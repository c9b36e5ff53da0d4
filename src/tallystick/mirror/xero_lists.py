"""Keeps our copy of an organisation's lists and own facts fresh."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from tallystick import xero
from tallystick.connections.models import Organisation
from tallystick.mirror.models import Account, Currency, TaxRate, TrackingCategory
from tallystick.mirror.signals import lists_read
from tallystick.mirror.timezones import iana_name


class ListName(StrEnum):
    """The lists that Xero gives whole, without pages, and the organisation's own facts."""

    ORGANISATION = "organisation"
    ACCOUNTS = "accounts"
    TAX_RATES = "tax_rates"
    CURRENCIES = "currencies"
    TRACKING = "tracking"


#: What was read of each.
Lists: TypeAlias = Mapping[ListName, Any]
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
    return {name: read_list(client, name) for name in ListName}


def read_list(client: xero.XeroClient, name: ListName) -> Any:
    """Ask for one of them, in one call."""
    return _READ[name](client)


@transaction.atomic
def keep(organisation: Organisation, lists: Lists) -> dict[ListName, str]:
    """Take over what was read, and announce it; returns what is alarming about a list, by its name.

    What is listed no more is marked as gone. Not so where less than half of what stood is left: that
    is rather a fault than a change, so what stood goes on standing.
    """
    alarms = {name: _KEEP[name](organisation, answer) for name, answer in lists.items()}
    if set(lists) == set(ListName):
        organisation.read_at = Now()
        organisation.save(update_fields=["read_at"])
        organisation.refresh_from_db(fields=["read_at"])
    lists_read.send(sender=Organisation, organisation_id=organisation.pk)
    return {name: alarm for name, alarm in alarms.items() if alarm}


def _mark_gone(model: Any, organisation: Organisation, listed: Q, count: int, **gone: str) -> str:
    """Mark what is not listed any more; returns why nothing was marked, where that is alarming."""
    standing = model.objects.filter(organisation=organisation, gone_at=None)
    stood: int = standing.count()
    if count * 2 < stood:
        return (
            f"Xero listed {count:,} where {stood:,} stood, so this list was not taken for the "
            "whole: what stood here goes on standing until Xero lists it again."
        )
    standing.exclude(listed).update(gone_at=Now(), **gone)
    return ""


def _save_facts(organisation: Organisation, facts: xero.Organisation) -> str:
    organisation.name = facts.name or organisation.name
    organisation.country = facts.country_code
    organisation.currency = facts.base_currency
    organisation.timezone = iana_name(facts.timezone or "")
    organisation.short_code = facts.short_code or ""
    organisation.is_demo = facts.is_demo_company
    organisation.period_lock_date = facts.period_lock_date
    organisation.end_of_year_lock_date = facts.end_of_year_lock_date
    organisation.save()
    return ""


def _save_accounts(organisation: Organisation, accounts: list[xero.Account]) -> str:
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
    Account.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organisation", "xero_id"],
        update_fields=[
            "code", "name", "type", "account_class", "status", "system_account", "tax_type",
            "takes_payments", "currency", "gone_at",
        ],
    )  # fmt: skip
    listed = Q(xero_id__in=[row.xero_id for row in rows])
    return _mark_gone(Account, organisation, listed, len(rows), status="DELETED")


def _save_tax_rates(organisation: Organisation, tax_rates: list[xero.TaxRate]) -> str:
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
    TaxRate.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organisation", "tax_type"],
        update_fields=["name", "status", "effective_rate", "can_apply_to", "gone_at"],
    )
    listed = Q(tax_type__in=[row.tax_type for row in rows])
    return _mark_gone(TaxRate, organisation, listed, len(rows), status="DELETED")


def _save_currencies(organisation: Organisation, currencies: list[xero.Currency]) -> str:
    codes = {currency.code for currency in currencies}
    Currency.objects.bulk_create(
        [Currency(organisation=organisation, code=code) for code in sorted(codes)],
        update_conflicts=True,
        unique_fields=["organisation", "code"],
        update_fields=["gone_at"],
    )
    return _mark_gone(Currency, organisation, Q(code__in=codes), len(codes))


def _save_tracking(organisation: Organisation, categories: list[xero.TrackingCategory]) -> str:
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
    TrackingCategory.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organisation", "xero_id"],
        update_fields=["name", "status", "options", "gone_at"],
    )
    listed = Q(xero_id__in=[row.xero_id for row in rows])
    return _mark_gone(TrackingCategory, organisation, listed, len(rows), status="DELETED")


_READ: Mapping[ListName, Callable[[xero.XeroClient], Any]] = MappingProxyType(
    {
        ListName.ORGANISATION: xero.XeroClient.organisation,
        ListName.ACCOUNTS: xero.XeroClient.accounts,
        ListName.TAX_RATES: xero.XeroClient.tax_rates,
        ListName.CURRENCIES: xero.XeroClient.currencies,
        ListName.TRACKING: xero.XeroClient.tracking_categories,
    }
)
_KEEP: Mapping[ListName, Callable[[Organisation, Any], str]] = MappingProxyType(
    {
        ListName.ORGANISATION: _save_facts,
        ListName.ACCOUNTS: _save_accounts,
        ListName.TAX_RATES: _save_tax_rates,
        ListName.CURRENCIES: _save_currencies,
        ListName.TRACKING: _save_tracking,
    }
)
