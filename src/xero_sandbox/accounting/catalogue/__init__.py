"""What scope `accounting.settings` opens: accounts, tax rates, items, tracking and the like."""
