"""Prepayments and overpayments: read and allocated here, made by bank transactions."""

from __future__ import annotations

from xero_sandbox.accounting import allocations, credits
from xero_sandbox.accounting.credit_records import OVERPAYMENTS, PREPAYMENTS

_SCOPE = "accounting.payments"
ROUTES = (
    *credits.routes(PREPAYMENTS, _SCOPE),
    *credits.routes(OVERPAYMENTS, _SCOPE),
    *allocations.routes(PREPAYMENTS, _SCOPE),
    *allocations.routes(OVERPAYMENTS, _SCOPE),
)
