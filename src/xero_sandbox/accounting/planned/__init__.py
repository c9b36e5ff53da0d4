"""Documents that are not in the ledger yet: quotes, repeating templates, billable expenses."""
