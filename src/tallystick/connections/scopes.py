"""Which of Xero's permissions we ask for: no more than what is switched on needs."""

from collections.abc import Collection

#: Who signs in, and the right to renew access without them.
_ALWAYS = ("openid", "profile", "email", "offline_access")
#: Xero's granular scopes by module, in the order in which they are asked for.
#: Source: Xero's scope table; apps made since 2026-03-02 are given granular ones only.
_SCOPES_OF = {
    "invoices": ("accounting.invoices",),
    "bills": ("accounting.invoices",),
    "credit_notes": ("accounting.invoices",),  # with their allocations
    "payments": ("accounting.payments",),
    "contacts": ("accounting.contacts",),
    "tax_rates": ("accounting.settings.read",),
    "accounts": ("accounting.settings.read",),
    "currencies": ("accounting.settings.read",),
    "tracking": ("accounting.settings.read",),
    "attachments": ("accounting.attachments",),
    # Xero opens writing of items with all settings (facts 6.7).
    "items": ("accounting.settings",),
}
#: What a workspace syncs until modules can be switched; items only where somebody wants them.
SWITCHED_ON = tuple(module for module in _SCOPES_OF if module != "items")


def scopes_needed(switched_on: Collection[str] = SWITCHED_ON) -> list[str]:
    """Return the scopes for the modules that are switched on, each once, in a fixed order.

    Raises KeyError for a module that does not exist.
    """
    wanted = dict.fromkeys(_ALWAYS)
    for module in sorted(switched_on, key=list(_SCOPES_OF).index):
        wanted.update(dict.fromkeys(_SCOPES_OF[module]))
    return list(wanted)
