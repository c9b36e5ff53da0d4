"""Budgets: what a person plans to earn and spend."""
