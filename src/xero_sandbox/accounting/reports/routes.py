"""Routes of the reports."""

from xero_sandbox.accounting.reports import (
    aged,
    balance_sheet,
    bank_summary,
    profit_and_loss,
    trial_balance,
)

ROUTES = (
    profit_and_loss.ROUTE,
    balance_sheet.ROUTE,
    trial_balance.ROUTE,
    bank_summary.ROUTE,
    *aged.ROUTES,
)
