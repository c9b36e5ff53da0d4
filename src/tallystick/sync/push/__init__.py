"""From submitted documents to drafts in Xero: one round of one organisation's lane at a time."""
