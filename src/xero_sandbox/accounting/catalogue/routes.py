"""Routes of what is kept once for an organisation: settings, lists, groups."""

from xero_sandbox.accounting.catalogue import (
    accounts,
    contact_groups,
    currencies,
    items,
    organisation,
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
    *contact_groups.ROUTES,
)
