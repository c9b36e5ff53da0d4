"""The plain way, to measure against: each document on its own, by a careful but simple client.

It finds or makes the customer, asks whether Xero has the number, then creates. It stores nothing,
so a crash at the wrong moment doubles or loses; that it saves the time for all this is to its
credit here.
"""

import uuid
from typing import TypeVar

from papers import Paper, contact_draft, credit_note_draft, invoice_draft

from tallystick import xero

Record = TypeVar("Record", xero.Document, xero.Contact, xero.Payment)


class PlainWay:
    """Sends documents and payments to one organisation, one by one."""

    def __init__(self, client: xero.XeroClient) -> None:
        self._client = client
        #: Xero's ids by customer, and Xero's invoices by number.
        self._contacts: dict[str, str] = {}
        self._invoices: dict[str, xero.Document] = {}

    def send_invoice(self, paper: Paper) -> None:
        contact_id = self._contact_id(paper)
        if not self._client.invoices_by_number([paper.number]):
            draft = invoice_draft(paper, contact_id)
            (made,) = self._client.create_invoices([draft], _key())
            self._invoices[paper.number] = _good(made)

    def send_credit_note(self, paper: Paper) -> None:
        contact_id = self._contact_id(paper)
        if not self._client.credit_notes_by_number([paper.number]):
            sealed = xero.seal_create_credit_notes([credit_note_draft(paper, contact_id)])
            (made,) = self._client.send(sealed, _key()).documents
            _good(made)

    def send_payment(self, paper: Paper, account_code: str) -> None:
        """Pay the invoice in full, unless it shows a payment already."""
        invoice = self._invoices[paper.number]
        (now,) = self._client.invoices_by_id([invoice.record_id])
        if not now.payments:
            draft = xero.PaymentDraft(
                paid_on=paper.due_on,
                amount=now.outstanding,
                invoice_id=now.record_id,
                account_code=account_code,
            )
            (made,) = self._client.send(xero.seal_create_payments([draft]), _key()).payments
            _good(made)

    def _contact_id(self, paper: Paper) -> str:
        if paper.customer not in self._contacts:
            found = self._client.contacts_by_number([paper.customer])
            if not found:
                made = self._client.create_contacts([contact_draft(paper)], _key())
                found = [_good(one) for one in made]
            self._contacts[paper.customer] = found[0].contact_id
        return self._contacts[paper.customer]


def _good(made: xero.Element[Record]) -> Record:
    if not made.ok:
        raise RuntimeError(f"The stand-in refused: {made.errors}")
    return made.record


def _key() -> str:
    return str(uuid.uuid4())
