"""Screens where a person looks at what arrived, and acts as a bookkeeper would in Xero."""
