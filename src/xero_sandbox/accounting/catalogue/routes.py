"""Routes of what scope `accounting.settings` opens."""

from xero_sandbox.accounting.catalogue import (
    accounts,
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
)
