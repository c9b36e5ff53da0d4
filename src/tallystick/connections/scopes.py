"""Which of Xero's permissions we ask for: no more than what is switched on needs."""

from collections.abc import Callable, Collection
from typing import TypeAlias

from tallystick.connections.models import Organisation
from tallystick.connections.modules import ROWS, Module

AsksFor: TypeAlias = Callable[[Organisation], Collection[str]]
_ASKED: list[AsksFor] = []

#: Who signs in, and the right to renew access without them.
_ALWAYS = ("openid", "profile", "email", "offline_access")
#: Xero's granular scopes of what is no module and goes along; the modules' own stand in their table.
#: Source: Xero's scope table; apps made since 2026-03-02 are given granular ones only.
_ALONG = {
    "currencies": ("accounting.settings.read",),
    "tracking": ("accounting.settings.read",),
    "attachments": ("accounting.attachments",),
}
#: In which order they are asked for.
_IN_ORDER = (
    "accounting.invoices",
    "accounting.payments",
    "accounting.contacts",
    "accounting.settings.read",
    "accounting.settings",
    "accounting.banktransactions.read",
    "accounting.attachments",
)


def scopes_needed(switched_on: Collection[str]) -> list[str]:
    """Return the scopes for what is switched on, each once, in a fixed order.

    Raises ValueError for a module that does not exist.
    """
    wanted = {scope for name in switched_on for scope in _scopes_of(name)}
    return [*_ALWAYS, *sorted(wanted, key=_IN_ORDER.index)]


def scopes_of_modules(
    modules: Collection[Module], organisation: Organisation | None = None
) -> list[str]:
    """Return the scopes for these modules, for what goes along with them, and for what rules want."""
    wanted = {*scopes_needed([*modules, *_ALONG])}
    wanted |= {scope for asks in _ASKED if organisation for scope in asks(organisation)}
    return [*_ALWAYS, *sorted(wanted - {*_ALWAYS}, key=_IN_ORDER.index)]


def also_asking(asks: AsksFor) -> AsksFor:
    """Register what says which scopes an organisation's rules want beside; for higher rooms."""
    _ASKED.append(asks)
    return asks


def _scopes_of(name: str) -> tuple[str, ...]:
    return _ALONG[name] if name in _ALONG else ROWS[Module(name)].scopes
