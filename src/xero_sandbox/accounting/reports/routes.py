"""Routes of the reports."""

from xero_sandbox.accounting.reports import (
    aged,
    balance_sheet,
    bank_summary,
    budget_summary,
    executive_summary,
    profit_and_loss,
    published,
    ten_ninety_nine,
    trial_balance,
)

ROUTES = (
    profit_and_loss.ROUTE,
    balance_sheet.ROUTE,
    trial_balance.ROUTE,
    bank_summary.ROUTE,
    budget_summary.ROUTE,
    executive_summary.ROUTE,
    ten_ninety_nine.ROUTE,
    *aged.ROUTES,
    *published.ROUTES,  # the last: any name may be an id
)
