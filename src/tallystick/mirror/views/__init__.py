"""The read-only SQL schema `xero`: views over the mirror, for people's own tools."""
