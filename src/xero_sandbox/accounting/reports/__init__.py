"""Reports computed from the ledger (facts 6.12)."""
