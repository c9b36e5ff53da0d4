"""What Xero has closed to writing: receipts, expense claims, employees (facts 6.12)."""
