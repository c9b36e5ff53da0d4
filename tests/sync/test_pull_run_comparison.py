"""What `make pull-run` and `make chaos` judge the mirror by notices whatever is not so."""

import sys
from pathlib import Path

import pytest
from pulling import PAGED, pull

from tallystick.mirror.models import (
    MirroredAllocation,
    MirroredContact,
    MirroredDocument,
    MirroredItem,
    MirroredLine,
    MirroredPayment,
)
from tallystick.sync.models import Link, PulledKind

sys.path.append(str(Path(__file__).parents[2] / "scripts"))  # last: names there are also here

from inbound.mirror_comparison import compare_mirror, stale_links

pytestmark = pytest.mark.django_db(transaction=True)


def compared(books):
    return compare_mirror(books.sandbox.url, books.organisation)


def wrong(books):
    """The sorts of records that are not equal on both sides."""
    return {sort for sort, one in compared(books).items() if not one.is_equal}


@pytest.fixture
def read(books, bookkeeper):
    """An invoice that was paid in part and credited in part, and all of it read."""
    typed = {"Description": "Typed", "Quantity": 1, "UnitAmount": "210", "AccountCode": "200"}
    approved = {"Status": "AUTHORISED", "LineItems": [typed | {"TaxType": "NONE"}]}
    made = bookkeeper.make("ACCREC", "A", contact="Walk In", **approved)
    paid = {"Invoice": {"InvoiceID": made["InvoiceID"]}, "Account": {"Code": "090"}}
    bookkeeper.write("PUT", "Payments", paid | {"Date": "2026-11-10", "Amount": "1.00"})
    line = {"Description": "Back", "Quantity": 1, "UnitAmount": "2", "AccountCode": "200"}
    note = {"Type": "ACCRECCREDIT", "Status": "AUTHORISED", "Date": "2026-11-10"}
    contact = {"Contact": {"Name": "Walk In"}, "LineItems": [line | {"TaxType": "NONE"}]}
    credit = bookkeeper.write("PUT", "CreditNotes", note | contact)
    given = {"Invoice": {"InvoiceID": made["InvoiceID"]}, "Amount": "2.00", "Date": "2026-11-10"}
    bookkeeper.write("PUT", f"CreditNotes/{credit['CreditNoteID']}/Allocations", given)
    pull(books, *PAGED, PulledKind.ITEMS)
    return made


def test_all_that_was_read_is_equal(books, read):
    found = compared(books)

    assert wrong(books) == set()
    counts = {sort: one.expected for sort, one in found.items()}
    wanted = {"invoices": 1, "credit_notes": 1, "payments": 1, "allocations": 1, "contacts": 1}
    assert counts.items() >= wanted.items()
    assert counts["items"] > 0


@pytest.mark.parametrize(
    ("model", "changed", "sort"),
    [
        (MirroredContact, {"name": "Somebody"}, "contacts"),
        (MirroredItem, {"name": "Something"}, "items"),
        (MirroredPayment, {"amount": "7.77"}, "payments"),
        (MirroredAllocation, {"amount": "7.77"}, "allocations"),
    ],
)
def test_another_value_is_noticed(books, read, model, changed, sort):
    model.objects.update(**changed)

    assert wrong(books) == {sort}


@pytest.mark.parametrize(
    "changed",
    [{"status": "PAID"}, {"outstanding": "7.77"}, {"due_on": "2020-01-01"}, {"updated_at": None}],
)
def test_another_state_of_a_document_is_noticed(books, read, changed):
    MirroredDocument.objects.filter(endpoint="Invoices").update(**changed)

    assert wrong(books) == {"invoices"}
    assert compared(books)["invoices"].differing == 1


def test_another_line_is_noticed(books, read):
    MirroredLine.objects.filter(document__endpoint="Invoices").update(quantity=99)

    assert compared(books)["invoices"].differing == 1


def test_what_is_missing_and_what_is_too_much_are_noticed(books, read):
    MirroredPayment.objects.all().delete()
    contact = MirroredContact.objects.get()
    contact.pk, contact.xero_id = None, read["InvoiceID"]
    contact.save()

    found = compared(books)

    assert (found["payments"].missing, found["contacts"].extra) == (1, 1)


def test_a_link_that_does_not_say_what_xero_has_is_stale(books):
    books.submit("A")
    books.work()
    url = books.sandbox.url
    assert stale_links(url, books.organisation) == []

    Link.objects.exclude(document=None).update(xero_status="PAID")

    [told] = stale_links(url, books.organisation)
    assert "PAID here" in told
