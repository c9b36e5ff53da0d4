"""What a record says, in one plain form for both halves: as we send it and as Xero has it.

By these a person's change in Xero is told from none: what Xero has now is held against what came
back when we wrote last. And they are the sides that a person compares.
"""

import json
import zlib
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from django.db.models.functions import Now

from tallystick import xero
from tallystick.books.models import Allocation, Document, Kind, Payment
from tallystick.mirror.models import Account
from tallystick.sync.links.differences import differences_between
from tallystick.sync.models import Link, Snapshot

#: {"number", "contact", "issued_on", "due_on", "reference", "currency", "rate", "amounts",
#: "tax_total", "total", "lines": [{"description", "quantity", "unit_price", "discount", "account",
#: "tax", "tracking", "amount", "tax_amount"}]}; of a payment or an allocation {"paid_on", "account", "reference",
#: "amount"}. All values are text, empty where there is none; one that is not known is left out.
#: Beside them stand names of what is told by an id ("contact_name"), "why" of what we sent, and
#: "updated_at" of what Xero had, by its clock.
Content: TypeAlias = dict[str, Any]

Draft: TypeAlias = xero.InvoiceDraft | xero.CreditNoteDraft

_LINE = ("description", "quantity", "unit_price", "discount", "account", "tax", "tracking")


def content_of_draft(draft: Draft, document: Document, *, why: Iterable[Any] = ()) -> Content:
    """Return what the document's draft says; `why` is how it was resolved."""
    return {
        "number": number_of(draft) or "",
        "contact": draft.contact.contact_id.lower(),
        "contact_name": document.party.name,
        "issued_on": draft.issued_on.isoformat(),
        "due_on": _text(getattr(draft, "due_on", None)),
        "reference": draft.reference or "",
        "currency": draft.currency_code or "",
        "rate": _plain(draft.currency_rate),
        "amounts": draft.line_amount_types,
        "tax_total": _plain(document.tax),
        "total": _plain(document.total),
        "lines": [
            _line(
                line.description,
                line.quantity,
                line.unit_amount,
                line.discount_rate,
                line.account_code,
                line.tax_type,
                line.tracking,
            )
            for line in draft.line_items
        ],
        "why": list(why),
    }


def content_of_head(document: Document, number: str) -> Content:
    """Return what is known of a document that cannot be sent as it is: nothing of its lines."""
    return {
        "number": number,
        "contact_name": document.party.name,
        "issued_on": document.issued_on.isoformat(),
        "due_on": "" if Kind(document.kind).is_credit else document.due_on.isoformat(),
        "reference": "" if Kind(document.kind).is_purchase else document.reference,
        "currency": document.currency,
        "tax_total": _plain(document.tax),
        "total": _plain(document.total),
        "lines": [],
        "why": [],
    }


def number_of(draft: Draft) -> str | None:
    """Return the number that the draft asks for."""
    if isinstance(draft, xero.InvoiceDraft):
        return draft.invoice_number
    return draft.credit_note_number


def content_of_copy(copy: xero.Document) -> Content:
    """Return what Xero's record says."""
    return {
        "number": copy.number or "",
        "contact": copy.contact.contact_id.lower() if copy.contact else "",
        "contact_name": copy.contact.name if copy.contact else "",
        "issued_on": _text(copy.issued_on),
        "due_on": _text(getattr(copy, "due_on", None)),
        "reference": copy.reference or "",
        "currency": copy.currency_code,
        # Some answers show ten decimals; Xero keeps six.
        "rate": _plain(copy.currency_rate and round(copy.currency_rate, 6)),
        "amounts": copy.line_amount_types or "",
        "tax_total": _plain(copy.total_tax),
        "total": _plain(copy.total),
        "updated_at": _text(copy.updated_at),
        "lines": [
            _line(
                line.description,
                line.quantity,
                line.unit_amount,
                line.discount_rate,
                line.account_code,
                line.tax_type,
                line.tracking,
            )
            | {"amount": _plain(line.line_amount), "tax_amount": _plain(line.tax_amount)}
            for line in copy.line_items
        ],
    }


def content_of_payment(payment: Payment, account: Account) -> Content:
    """Return what the payment says as it is sent, on the account."""
    return {
        "paid_on": payment.paid_on.isoformat(),
        "account": str(account.xero_id),
        "account_name": account.name,
        "reference": reference_of(payment),
        "currency": payment.document.currency,
        "amount": _plain(payment.amount),
        "why": [],
    }


def content_of_settlement(settlement: Payment | Allocation) -> Content:
    """Return what a settlement says as it is here; the account that it lies on is not known."""
    if isinstance(settlement, Allocation):
        return content_of_amount(
            settlement.amount, settlement.allocated_on, settlement.document.currency
        )
    content = content_of_amount(settlement.amount, settlement.paid_on, settlement.document.currency)
    return content | {"reference": reference_of(settlement)}


def reference_of(payment: Payment) -> str:
    """Return the reference of the payment in Xero, with its number here at the end."""
    return f"{payment.reference} {payment.number}".strip()


def content_of_payment_copy(copy: xero.Payment, accounts: Mapping[str, str]) -> Content:
    """Return what Xero's payment says; `accounts` are names by id, for lists leave them out."""
    content = {
        "paid_on": _text(copy.paid_on),
        "reference": copy.reference or "",
        "amount": _plain(copy.amount),
        "updated_at": _text(copy.updated_at),
    }
    if copy.account and copy.account.account_id:
        content["account"] = copy.account.account_id.lower()
        content["account_name"] = accounts.get(content["account"], copy.account.code or "")
    return content


def content_of_amount(amount: Decimal, day: date | None, currency: str) -> Content:
    """Return what there is to compare of an allocation, or of a payment as its document shows it."""
    return {"paid_on": _text(day), "currency": currency, "amount": _plain(amount)}


def says_the_same(there: Content, here: Content) -> bool:
    """Tell whether Xero's record says what we left there, or sent, in all that both know."""
    return not differences_between(there, here)


def note_sent(links: Iterable[Link], contents: Mapping[int, Content]) -> None:
    """Keep what is being sent for each link, in the sealing transaction; by link's key."""
    Snapshot.objects.bulk_create(
        [
            Snapshot(
                link=link,
                revision=getattr(link.record, "revision", 1),
                sent=_packed(contents[link.pk]),
                came_back=b"",
            )
            for link in links
        ],
        update_conflicts=True,
        unique_fields=["link"],
        # What came back last stays until the answer is known: by it a change is told.
        update_fields=["revision", "sent"],
    )


def note_came_back(contents: Mapping[int, tuple[int, Content]]) -> None:
    """Keep what Xero has now, by link's key, with the revision of ours that it is."""
    Snapshot.objects.bulk_create(
        [
            Snapshot(link_id=pk, revision=revision, sent=b"", came_back=_packed(content), at=Now())
            for pk, (revision, content) in contents.items()
        ],
        update_conflicts=True,
        unique_fields=["link"],
        update_fields=["came_back", "at"],
    )


def take_back_sent(link_ids: Collection[int]) -> None:
    """Note that what was noted as sent did not get there: what Xero had before it still holds."""
    snapshots = list(Snapshot.objects.filter(link__in=link_ids)) if link_ids else []
    for snapshot in snapshots:
        sent, came_back = read_snapshot(snapshot)
        before = {name: (came_back or {}).get(name, "") for name in sent or {}}
        snapshot.sent = _packed(before) if came_back else b""
    Snapshot.objects.bulk_update(snapshots, ["sent"])


def note_contact(link_id: int, revision: int, theirs: Mapping[str, Any]) -> None:
    """Note that what was sent is for the contact that Xero has it for now; the rest is as it was sent."""
    snapshot = Snapshot.objects.filter(link=link_id).first()
    sent = _unpacked(snapshot.sent) if snapshot else None
    if snapshot and sent:
        named = {key: theirs.get(key, "") for key in ("contact", "contact_name")}
        snapshot.sent, snapshot.revision = _packed(sent | named), revision
        snapshot.save(update_fields=["sent", "revision"])


def note_agreed(link_id: int, revision: int, ours: Content, theirs: Content) -> None:
    """Note that both sides say the same now, as though ours had been sent and theirs had come back."""
    Snapshot.objects.update_or_create(
        link_id=link_id,
        defaults={
            "revision": revision,
            "sent": _packed(ours),
            "came_back": _packed(theirs),
            "at": Now(),
        },
    )


def read_snapshot(snapshot: Snapshot) -> tuple[Content | None, Content | None]:
    """Return what was sent and what came back."""
    return _unpacked(snapshot.sent), _unpacked(snapshot.came_back)


def note_looked_at(link_ids: Iterable[int]) -> None:
    """Note that Xero still has what came back: it was looked at just now."""
    Snapshot.objects.filter(link__in=list(link_ids)).update(at=Now())


def sent_to(link: Link) -> Content | None:
    """Return what we sent last for the link; None before the first time."""
    found = Snapshot.objects.filter(link=link).first()
    return _unpacked(found.sent) if found else None


def came_back_for(link: Link) -> Content | None:
    """Return what Xero had after our last write or look; None before the first."""
    found = Snapshot.objects.filter(link=link).first()
    return _unpacked(found.came_back) if found else None


def _line(
    description: str | None,
    quantity: Decimal | None,
    unit_price: Decimal | None,
    discount: Decimal | None,
    account: str | None,
    tax: str | None,
    tracking: Iterable[Any],
) -> dict[str, str]:
    pairs = sorted(f"{one.name}: {one.option}" for one in tracking)
    values = (
        (description or "").strip(),
        _plain(quantity),
        _plain(unit_price),
        _plain(discount or None),
        account or "",
        tax or "",
        "; ".join(pairs),
    )
    return dict(zip(_LINE, values, strict=True))


def _plain(amount: Decimal | None) -> str:
    """Return the amount without trailing noughts, so that equal ones are written alike."""
    return "" if amount is None else f"{amount.normalize():f}" if amount else "0"


def _text(value: Any) -> str:
    return value.isoformat() if value else ""


def _packed(content: Content) -> bytes:
    return zlib.compress(json.dumps(content, ensure_ascii=False).encode(), level=1)


def _unpacked(packed: bytes | memoryview) -> Content | None:
    content: Content | None = json.loads(zlib.decompress(packed)) if packed else None
    return content
