"""Webhooks: what changed is told to the apps that asked for it (facts 8)."""
