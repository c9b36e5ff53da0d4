"""What Xero's answers leave out is read as absent, and told where it can be worked out."""

from decimal import Decimal
from uuid import uuid4

import pytest
from beside_sandbox import DAY, a_credit_note, a_payment, an_invoice

from tallystick.xero import (
    AllocationDraft,
    ContactRef,
    Invoice,
    XeroClient,
    seal_create_allocation,
    seal_create_credit_notes,
    seal_create_invoices,
    seal_create_payments,
    seal_update_invoices,
)


def written(client: XeroClient, sealed):
    [element] = client.send(sealed, str(uuid4())).documents
    assert element.errors == ()
    return element.record


@pytest.mark.odd_requests("an update without lines, which the product always sends")
def test_a_written_invoice_tells_what_is_applied_though_xero_leaves_out_the_credit(client, contact):
    approved = {"status": "AUTHORISED"}
    made = written(client, seal_create_invoices([an_invoice("P-1", contact, **approved)]))
    note = written(client, seal_create_credit_notes([a_credit_note("C-1", contact, **approved)]))
    part = AllocationDraft(invoice_id=made.invoice_id, amount=Decimal("1.50"), allocated_on=DAY)
    client.send(seal_create_allocation(note.credit_note_id, part), str(uuid4()))
    client.send(seal_create_payments([a_payment("2.00", invoice_id=made.invoice_id)]), str(uuid4()))
    change = an_invoice("P-1", contact, invoice_id=made.invoice_id, line_items=None, **approved)
    change.reference = "later"

    answered = written(client, seal_update_invoices([change]))
    [read] = client.invoices_by_id([made.invoice_id])

    assert (made.amount_credited, made.payments, made.applied) == (None, (), 0)
    assert (answered.amount_credited, answered.payments) == (None, ())
    assert answered.applied == read.applied == Decimal("3.50")
    assert (read.amount_credited, len(read.payments)) == (Decimal("1.50"), 1)


def test_an_invoice_that_tells_no_amounts_at_all_has_nothing_applied():
    assert Invoice(total=Decimal(12)).applied == 0


def test_a_contact_that_was_given_a_name_only_has_no_other(client, contact: ContactRef):
    [read] = client.contacts_by_id([contact.contact_id])

    assert (read.first_name, read.last_name, read.email_address) == (None, None, None)
    assert {place.type for place in read.addresses} == {"STREET", "POBOX"}
