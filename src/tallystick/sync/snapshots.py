"""What a document says, in one plain form for both halves: as we send it and as Xero has it.

By these a person's change in Xero is told from none: what Xero has now is held against what came
back when we wrote last. And they are the sides that a person compares.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from django.db.models.functions import Now

from tallystick import xero
from tallystick.sync.models import Link, Snapshot

#: {"number", "contact", "issued_on", "due_on", "reference", "currency", "amounts", "total",
#: "lines": [{"description", "quantity", "unit_price", "discount", "account", "tax", "tracking",
#: "amount"}]}; all values are text, empty where there is none. What we sent bears "why" as well.
Content: TypeAlias = dict[str, Any]

Draft: TypeAlias = xero.InvoiceDraft | xero.CreditNoteDraft

_BESIDE = ("lines", "why")
_LINE = ("description", "quantity", "unit_price", "discount", "account", "tax", "tracking")


def content_of_draft(draft: Draft, *, total: Decimal, why: Iterable[Any] = ()) -> Content:
    """Return what the draft says; `total` is what it comes to, `why` how it was resolved."""
    return {
        "number": number_of(draft) or "",
        "contact": draft.contact.contact_id.lower(),
        "issued_on": draft.issued_on.isoformat(),
        "due_on": _text(getattr(draft, "due_on", None)),
        "reference": draft.reference or "",
        "currency": draft.currency_code or "",
        "amounts": draft.line_amount_types,
        "total": _plain(total),
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
        "issued_on": _text(copy.issued_on),
        "due_on": _text(getattr(copy, "due_on", None)),
        "reference": copy.reference or "",
        "currency": copy.currency_code,
        "amounts": copy.line_amount_types or "",
        "total": _plain(copy.total),
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
            | {"amount": _plain(line.line_amount)}
            for line in copy.line_items
        ],
    }


def says_the_same(one: Content, other: Content) -> bool:
    """Tell whether two contents agree in everything but how they came about."""
    return {**one, "why": None} == {**other, "why": None}


def note_sent(links: Iterable[Link], contents: Mapping[int, Content]) -> None:
    """Keep what is being sent for each link, in the sealing transaction; by link's key."""
    Snapshot.objects.bulk_create(
        [
            Snapshot(
                link=link,
                revision=link.document.revision if link.document else 0,
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


def is_as_sent(sent: Content, there: Content) -> bool:
    """Tell whether Xero's record says what we sent, in all that we said."""
    said = all(there[key] == value for key, value in sent.items() if value and key not in _BESIDE)
    lines, theirs = sent["lines"], there["lines"]
    return (
        said
        and len(lines) == len(theirs)
        and all(
            their[key] == value
            for ours, their in zip(lines, theirs, strict=True)
            for key, value in ours.items()
            if value
        )
    )


def read_snapshot(snapshot: Snapshot) -> tuple[Content | None, Content | None]:
    """Return what was sent and what came back."""
    return _unpacked(snapshot.sent), _unpacked(snapshot.came_back)


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
