"""Routes of every screen. What is more particular goes first: the first that fits is taken."""

from xero_sandbox.screens import (
    bank,
    bank_transactions,
    contacts,
    deep_links,
    developer,
    document,
    editing,
    home,
    sales,
    settings,
)

ROUTES = (
    *home.ROUTES,
    *developer.ROUTES,
    *deep_links.ROUTES,
    *sales.ROUTES,
    *editing.ROUTES,
    *document.ROUTES,
    *contacts.ROUTES,
    *bank.ROUTES,
    *bank_transactions.ROUTES,
    *settings.ROUTES,
)
