"""Xero's categories, each with what it tells changes of: the list it is fetched from and its reading."""

from dataclasses import dataclass
from typing import Any

from tallystick import xero
from tallystick.sync.models import PulledKind, WebhookCategory


@dataclass(frozen=True, slots=True)
class ToldOf:
    """What a category's events are about."""

    kind: PulledKind
    #: Where the records are fetched from by their ids.
    listed: xero.ChangedList[Any]


TOLD_OF: dict[WebhookCategory, ToldOf] = {
    WebhookCategory.CONTACT: ToldOf(PulledKind.CONTACTS, xero.CONTACTS),
    WebhookCategory.INVOICE: ToldOf(PulledKind.INVOICES, xero.INVOICES),
    WebhookCategory.CREDITNOTE: ToldOf(PulledKind.CREDIT_NOTES, xero.CREDIT_NOTES),
    WebhookCategory.PREPAYMENT: ToldOf(PulledKind.PREPAYMENTS, xero.PREPAYMENTS),
    WebhookCategory.OVERPAYMENT: ToldOf(PulledKind.OVERPAYMENTS, xero.OVERPAYMENTS),
}
#: The kinds whose changes Xero tells; of all others it never does.
TOLD_KINDS: tuple[PulledKind, ...] = tuple(one.kind for one in TOLD_OF.values())
