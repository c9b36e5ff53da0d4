"""Cooldowns: how soon a sync that people press may be pressed again, one scope at a time.

Held by one row for each organisation and scope and by the database's clock, so it is the same for
every process and face. What machines set going is no press and is never refused: however often it
comes, it makes the same reading due, and that is read once.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from tallystick.act_refused import ActRefused
from tallystick.connections.models import Organisation, ScopePress
from tallystick.connections.modules import Module
from tallystick.english import counted


class Scope(StrEnum):
    """What one button syncs."""

    CONTACTS = "contacts"
    ITEMS = "items"
    TAX_RATES = "tax_rates"
    INVOICE_PUSH = "invoice_push"
    INVOICE_PULL = "invoice_pull"


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """All that is to be said of one scope."""

    #: What people call it.
    words: str
    #: What its button says.
    label: str
    seconds: int
    #: What it syncs of what is on; where none of them can, it is refused for the first.
    modules: tuple[Module, ...]
    #: What is said of a press that comes too soon.
    pressed: str


_READ = "were asked for a moment ago, and are read next."
SCOPES: Mapping[Scope, ScopeRow] = MappingProxyType(
    {
        Scope.CONTACTS: ScopeRow(
            "Contacts", "Read contacts", 60, (Module.CONTACTS,), f"Contacts {_READ}"
        ),
        Scope.ITEMS: ScopeRow("Items", "Read items", 60, (Module.ITEMS,), f"Items {_READ}"),
        Scope.TAX_RATES: ScopeRow(
            "Tax rates",
            "Read tax rates",
            60,
            (Module.TAX_RATES,),
            f"Tax rates {_READ}",
        ),
        Scope.INVOICE_PUSH: ScopeRow(
            "Invoice push",
            "Sync now",
            5,
            (Module.INVOICES, Module.CREDIT_NOTES, Module.PAYMENTS, Module.BILLS),
            "Sync now was pressed a moment ago, and what waited is on its way.",
        ),
        Scope.INVOICE_PULL: ScopeRow(
            "Invoice pull",
            "Read invoices",
            10,
            (
                *(Module.INVOICES, Module.CREDIT_NOTES, Module.PAYMENTS),
                *(Module.BILLS, Module.EXPENSES),
            ),
            f"Invoices {_READ}",
        ),
    }
)

# One statement decides and notes, so of two presses at once one is refused: the other waits for its
# row, and then sees when it was pressed.
_PRESS = """
    INSERT INTO connections_scopepress AS press (organisation_id, scope, pressed_at)
    VALUES (%(organisation)s, %(scope)s, statement_timestamp())
    ON CONFLICT (organisation_id, scope) DO UPDATE SET pressed_at = statement_timestamp()
    WHERE press.pressed_at <= statement_timestamp() - make_interval(secs => %(seconds)s)
    RETURNING id
"""


class CoolingDown(ActRefused):
    """The scope was synced by a press just before, and is free again in so many seconds."""

    code = "cooling_down"

    def __init__(self, scope: Scope, seconds: int) -> None:
        super().__init__(
            SCOPES[scope].pressed,
            remedy=f"Press it again in {counted(seconds, 'second')}; nothing is lost meanwhile.",
        )
        self.scope = scope
        self.seconds = seconds


def press(organisation: Organisation, scope: Scope) -> None:
    """Note a person's press in the caller's transaction. Raises CoolingDown where it is too soon."""
    given = {
        "organisation": organisation.pk,
        "scope": scope.value,
        "seconds": SCOPES[scope].seconds,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PRESS, given)
        if cursor.fetchone():
            return
    raise CoolingDown(scope, max(1, cooling_seconds(organisation, scope)))


def cooling_seconds(organisation: Organisation, scope: Scope) -> int:
    """Return in how many seconds the scope may be pressed again; 0: at once."""
    return seconds_left(organisation).get(scope, 0)


def seconds_left(organisation: Organisation) -> dict[Scope, int]:
    """Return the seconds left of each scope that cools down just now."""
    presses = ScopePress.objects.filter(organisation=organisation)
    # By the database's clock, for the machines' own need not agree.
    ages = presses.annotate(ago=Now() - F("pressed_at")).values_list("scope", "ago")
    left = {Scope(scope): _left(Scope(scope), ago) for scope, ago in ages}
    return {scope: seconds for scope, seconds in left.items() if seconds}


def pressed_at(organisation: Organisation) -> dict[Scope, datetime]:
    """Return when each scope was last pressed, of those that ever were."""
    presses = ScopePress.objects.filter(organisation=organisation)
    return {Scope(scope): at for scope, at in presses.values_list("scope", "pressed_at")}


def _left(scope: Scope, ago: timedelta) -> int:
    return max(0, math.ceil(SCOPES[scope].seconds - ago.total_seconds()))
