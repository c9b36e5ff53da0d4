"""The table of everything the sandbox serves, save its control interface."""

from xero_sandbox.accounting import (
    advances,
    batch_payments,
    contacts,
    credit_notes,
    invoices,
    not_implemented,
    payments,
)
from xero_sandbox.accounting.bank import transactions, transfers
from xero_sandbox.accounting.budgets.budgets import ROUTES as BUDGETS
from xero_sandbox.accounting.catalogue.routes import ROUTES as CATALOGUE
from xero_sandbox.accounting.closed import closed_resources
from xero_sandbox.accounting.journals.routes import ROUTES as JOURNALS
from xero_sandbox.accounting.orders import purchase_orders
from xero_sandbox.accounting.papers.routes import ROUTES as PAPERS
from xero_sandbox.accounting.planned.routes import ROUTES as PLANNED
from xero_sandbox.accounting.reports.routes import ROUTES as REPORTS
from xero_sandbox.identity.routes import ROUTES as IDENTITY
from xero_sandbox.screens.routes import ROUTES as SCREENS

ROUTES = (
    *invoices.ROUTES,
    *credit_notes.ROUTES,
    *payments.ROUTES,
    *batch_payments.ROUTES,
    *advances.ROUTES,
    *transactions.ROUTES,
    *transfers.ROUTES,
    *purchase_orders.ROUTES,
    *contacts.ROUTES,
    *JOURNALS,
    *BUDGETS,
    *CATALOGUE,
    *PAPERS,
    *PLANNED,
    *REPORTS,
    *closed_resources.ROUTES,
    *not_implemented.ROUTES,  # after all that serve something of the API: the first that fits wins
    *IDENTITY,
    *SCREENS,
)
