"""From Xero to here: one stream of changes, a page at a time, for all who want to know of them."""
