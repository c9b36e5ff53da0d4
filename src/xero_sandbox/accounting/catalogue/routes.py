"""Routes of what is kept once for an organisation: settings, lists, groups."""

from xero_sandbox.accounting.catalogue import (
    accounts,
    contact_groups,
    currencies,
    fixed_settings,
    items,
    organisation,
    payment_services,
    people,
    tax_rates,
    tracking,
)

ROUTES = (
    *organisation.ROUTES,
    *accounts.ROUTES,
    *tax_rates.ROUTES,
    *currencies.ROUTES,
    *items.ROUTES,
    *tracking.ROUTES,
    *people.ROUTES,
    *payment_services.ROUTES,
    *fixed_settings.ROUTES,
    *contact_groups.ROUTES,
)
