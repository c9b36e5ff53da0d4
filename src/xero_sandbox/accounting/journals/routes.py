"""Routes of the journals."""

from xero_sandbox.accounting.journals import journals, manual_journals

ROUTES = (*journals.ROUTES, *manual_journals.ROUTES)
