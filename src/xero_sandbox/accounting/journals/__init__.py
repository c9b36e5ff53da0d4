"""Journals: those that the ledger keeps of everything, and those that a person writes."""
