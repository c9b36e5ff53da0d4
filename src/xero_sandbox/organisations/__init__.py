"""The organisations a fresh sandbox holds: Xero's demo companies, from our own tables."""
