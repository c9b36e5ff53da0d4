"""What `scripts/pull_run.py` is made of: books that Xero has, hands that change them, the comparison."""
