"""Xero's Accounting API: one file per resource, rules apart from HTTP and from storage."""
