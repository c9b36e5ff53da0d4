"""A Xero that has what it last said, and nothing else of ours: asked like the real one, calling nobody."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from tallystick import xero
from tallystick.sync.links.contents import Content, content_of_head, read_snapshot
from tallystick.sync.links.pushed_records import PushedDocument
from tallystick.sync.links.record_kinds import Endpoint
from tallystick.sync.lookup.sent_contents import contents_here
from tallystick.sync.models import Link, Snapshot
from tallystick.xero.drafts import CreditNoteType


class RememberedXero(xero.XeroClient):
    """Answers by the links that it is told of; made by `xero.silent_client`, which counts the calls."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        #: By the copy's id, the links of documents that have one by now.
        self.links: dict[str, Link] = {}

    def invoices_by_number(self, numbers: Iterable[str]) -> list[xero.Invoice]:
        numbers = list(numbers)
        super().invoices_by_number(numbers)
        return [one for one in self._bearing(numbers, "Invoices") if isinstance(one, xero.Invoice)]

    def invoices_by_id(self, ids: Iterable[str]) -> list[xero.Invoice]:
        ids = list(ids)
        super().invoices_by_id(ids)
        return [one for one in self._known(ids) if isinstance(one, xero.Invoice)]

    def credit_notes_by_number(self, numbers: Iterable[str]) -> list[xero.CreditNote]:
        numbers = list(numbers)
        super().credit_notes_by_number(numbers)
        found = self._bearing(numbers, "CreditNotes")
        return [one for one in found if isinstance(one, xero.CreditNote)]

    def credit_notes_between(
        self, first: date, last: date, type: CreditNoteType | None = None
    ) -> list[xero.CreditNote]:
        super().credit_notes_between(first, last, type)
        found = self._known(list(self.links))
        return [one for one in found if isinstance(one, xero.CreditNote)]

    def credit_notes_by_id(self, ids: Iterable[str]) -> list[xero.CreditNote]:
        ids = list(ids)
        super().credit_notes_by_id(ids)
        return [one for one in self._known(ids) if isinstance(one, xero.CreditNote)]

    def contacts_by_id(self, ids: Iterable[str]) -> list[xero.Contact]:
        """The contacts that a person has chosen are there."""
        ids = list(ids)
        super().contacts_by_id(ids)
        return [xero.Contact(contact_id=one, status="ACTIVE") for one in ids]

    def _bearing(self, numbers: Iterable[str], endpoint: Endpoint) -> list[xero.Document]:
        wanted = {xero.as_xero_compares(number) for number in numbers}
        return self._known(
            [
                pk
                for pk, link in self.links.items()
                if PushedDocument.of(link).endpoint == endpoint
                and xero.as_xero_compares(link.xero_number) in wanted
            ]
        )

    def _known(self, ids: Iterable[str]) -> list[xero.Document]:
        links = {pk: self.links[pk] for pk in map(str.lower, ids) if pk in self.links}
        contents = _last_contents(list(links.values()))
        return [
            _remembered(PushedDocument.of(link), contents[link.pk], pk)
            for pk, link in links.items()
        ]


def _last_contents(links: list[Link]) -> dict[int, Content]:
    """Return by the link's key what Xero last said; of what it never did, what we would send."""
    kept = Snapshot.objects.filter(link__in=[link.pk for link in links])
    found = {one.link_id: came_back for one in kept if (came_back := read_snapshot(one)[1])}
    unknown = [link for link in links if link.pk not in found]
    heads = {link.pk: _head(link) for link in unknown if link.sent_revision is None}
    return contents_here([link for link in unknown if link.pk not in heads]) | heads | found


def _head(link: Link) -> Content:
    """Return what this very plan has made: nothing is held against its lines."""
    return content_of_head(PushedDocument.of(link).document, link.number)


def _remembered(one: PushedDocument, said: Content, record_id: str) -> xero.Document:
    """Return Xero's record as it last said, in the status that it has by now."""
    total = Decimal(said.get("total") or 0)
    is_paid = one.link.xero_status == "PAID"
    common: dict[str, Any] = {
        "type": one.shape.xero_type,
        "status": one.link.xero_status,
        "contact": xero.Contact(
            contact_id=said.get("contact", ""), name=said.get("contact_name", "")
        ),
        "date_text": said.get("issued_on") or None,
        "due_date_text": said.get("due_on") or None,
        "reference": said.get("reference", ""),
        "currency_code": said.get("currency", ""),
        "currency_rate": _amount(said.get("rate")),
        "line_amount_types": said.get("amounts", ""),
        "total_tax": _amount(said.get("tax_total")),
        "total": total,
        "line_items": tuple(_line(line) for line in said["lines"]),
    }
    number = said.get("number", "")
    left = Decimal(0) if is_paid else total
    if one.endpoint == "CreditNotes":
        return xero.CreditNote(
            credit_note_id=record_id, credit_note_number=number, remaining_credit=left, **common
        )
    return xero.Invoice(
        invoice_id=record_id,
        invoice_number=number,
        amount_due=left,
        amount_paid=total - left,
        **common,
    )


def _line(line: dict[str, str]) -> xero.LineItem:
    # However many pairs there are: only that the whole reads the same again counts.
    name, between, option = line["tracking"].partition(": ")
    return xero.LineItem(
        description=line["description"],
        quantity=_amount(line["quantity"]),
        unit_amount=_amount(line["unit_price"]),
        discount_rate=_amount(line["discount"]),
        account_code=line["account"],
        tax_type=line["tax"],
        tracking=(xero.LineTracking(name=name, option=option),) if between else (),
        line_amount=_amount(line.get("amount")),
        tax_amount=_amount(line.get("tax_amount")),
    )


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None
