"""Xero's login and identity hosts: consent, tokens, connections, discovery."""
