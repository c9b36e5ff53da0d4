"""Routes of documents that are not in the ledger yet."""

from xero_sandbox.accounting.planned import linked_transactions, quotes, repeating_invoices

ROUTES = (*quotes.ROUTES, *repeating_invoices.ROUTES, *linked_transactions.ROUTES)
