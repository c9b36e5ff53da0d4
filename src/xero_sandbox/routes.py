"""The table of everything the sandbox serves, save its control interface."""

from xero_sandbox.accounting import contacts, invoices
from xero_sandbox.accounting.catalogue.routes import ROUTES as CATALOGUE
from xero_sandbox.accounting.papers.routes import ROUTES as PAPERS
from xero_sandbox.identity.routes import ROUTES as IDENTITY
from xero_sandbox.screens import sales

ROUTES = (
    *invoices.ROUTES,
    *contacts.ROUTES,
    *CATALOGUE,
    *PAPERS,
    *IDENTITY,
    *sales.ROUTES,
)
