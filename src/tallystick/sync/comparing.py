"""The sides of a document, for a person to compare: as last sent, as Xero has it, as it is here."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal, cast
from uuid import UUID

from tallystick.mapping.problems import Unresolved
from tallystick.mapping.resolve import Resolver, document_draft
from tallystick.sync.models import Link
from tallystick.sync.policy import policies_of
from tallystick.sync.push.finding import contacts_of, number_in_xero
from tallystick.sync.snapshots import Content, came_back_for, content_of_draft, sent_to

_HEAD = {
    "number": "Number",
    "contact": "Contact",
    "issued_on": "Date",
    "due_on": "Due date",
    "reference": "Reference",
    "currency": "Currency",
    "amounts": "Amounts",
    "total": "Total",
}
_LINE = {
    "description": "description",
    "quantity": "quantity",
    "unit_price": "price",
    "discount": "discount",
    "account": "account",
    "tax": "tax",
    "tracking": "tracking",
}
_NO_CONTACT = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Side:
    """One thing that the three sides of a document say."""

    label: str
    sent: str
    theirs: str
    ours: str

    @property
    def differs(self) -> bool:
        return self.theirs != self.ours


def sides_of(link: Link) -> list[Side]:
    """Return what was last sent, what Xero had when we last looked, and what we have now.

    Heads first, then line by line; what all three leave empty is left out. Empty for a link that
    has nothing to compare.
    """
    theirs = (link.problem or {}).get("details", {}).get("theirs") or came_back_for(link)
    if link.document is None or not theirs:
        return []
    ours = _here(link)
    rows = _rows(link, sent_to(link) or {}, theirs, ours)
    return [row for row in rows if row.sent or row.theirs or row.ours]


def why_of(link: Link) -> list[dict[str, Any]]:
    """Return for each line how it was resolved when it was sent, and which level decided it."""
    sent = sent_to(link)
    return list(sent["why"]) if sent else []


def _here(link: Link) -> Content:
    """Return what would be sent now; lines that cannot be resolved are left out."""
    document = link.document
    if document is None:
        return {}
    lines = list(document.lines.select_related("tax_code").order_by("position"))
    policy = policies_of(link.organisation)[document.kind]
    contact = contacts_of([link]).get(document.party_id)
    number = number_in_xero(document, policy.number_prefix)
    try:
        resolved = Resolver.of(link.organisation, [document]).check(document, lines)
    except Unresolved:
        return {
            "number": number,
            "contact": contact or "",
            "issued_on": document.issued_on.isoformat(),
            "due_on": document.due_on.isoformat(),
            "reference": document.reference,
            "currency": document.currency,
            "total": f"{document.total:f}",
            "lines": [],
        }
    draft = document_draft(
        document,
        resolved,
        contact_id=UUID(contact) if contact else _NO_CONTACT,
        marker="",
        number=number,
        status=cast(Literal["DRAFT", "SUBMITTED", "AUTHORISED"], policy.sent_as),
    )
    return content_of_draft(draft, total=document.total)


def _rows(link: Link, sent: Content, theirs: Content, ours: Content) -> Iterator[Side]:
    for key, label in _HEAD.items():
        values = [str(side.get(key, "")) for side in (sent, theirs, ours)]
        if key == "contact":
            values = [_name(link, value, ours) for value in values]
        yield Side(label, *values)
    sides = (side.get("lines", []) for side in (sent, theirs, ours))
    for position, lines in enumerate(zip_longest(*sides, fillvalue={}), start=1):
        for key, label in _LINE.items():
            yield Side(f"Line {position}, {label}", *(str(line.get(key, "")) for line in lines))


def _name(link: Link, contact_id: str, ours: Content) -> str:
    if not contact_id:
        return ""
    same = contact_id == ours.get("contact") and link.document
    return link.document.party.name if same and link.document else "Another contact"
