"""After a write, what Xero made of it is read soon: not at once, so that a burst is read once."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from django.db.models import F
from django.db.models.functions import Coalesce, Least, Now

from tallystick.sync.models import PulledKind, Reading

#: From a write to the look at what came of it.
SOON = timedelta(seconds=30)
#: What is read after a batch, by the records that its purpose names; of others nothing is pulled.
_CHANGED: Mapping[str, tuple[PulledKind, ...]] = MappingProxyType(
    {
        "contacts": (PulledKind.CONTACTS,),
        "items": (PulledKind.ITEMS,),
        "invoices": (PulledKind.INVOICES,),
        "credit_notes": (PulledKind.CREDIT_NOTES,),
        "payments": (PulledKind.PAYMENTS, PulledKind.INVOICES),
        "allocations": (PulledKind.CREDIT_NOTES, PulledKind.INVOICES),
    }
)


def read_soon(organisation_id: int, purpose: str) -> None:
    """Let what a batch of the purpose changes be read soon, as far as it is read on a schedule."""
    kinds = _CHANGED.get(purpose.partition("_")[2], ())
    soon = Now() + SOON
    Reading.objects.filter(
        organisation=organisation_id,
        kind__in=kinds,
        is_by_hand=False,
        whole_at__isnull=False,
    ).update(due_at=Least(Coalesce(F("due_at"), soon), soon))
