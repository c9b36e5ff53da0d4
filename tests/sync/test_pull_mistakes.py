"""The mistakes that others shipped in reading what has changed (facts 13), each against its trap."""

import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bookkeeper import Bookkeeper
from django.db.models.functions import Now
from pulling import ask_for, change_quietly, on_schedule, pull, reading, touch

from tallystick.mirror.models import (
    Account,
    MirroredContact,
    MirroredDocument,
    MirroredItem,
    MirroredPayment,
    UnreadElement,
)
from tallystick.sync.models import LinkState, PulledKind, Reading
from tallystick.sync.pull.schedule import allow_again
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

INVOICES, CONTACTS, PAYMENTS = PulledKind.INVOICES, PulledKind.CONTACTS, PulledKind.PAYMENTS
ITEMS = PulledKind.ITEMS
FIRST_PAGE = "re:(.*&)?page=1(&.*)?"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def two_a_page(monkeypatch) -> None:
    monkeypatch.setattr("tallystick.xero.client.PAGE_SIZE", 2)


def typed(bookkeeper: Bookkeeper, *numbers: str, **more: Any) -> list[str]:
    """Let a person type invoices in Xero; returns their ids."""
    made = [bookkeeper.make("ACCREC", one, contact="Walk In", **more) for one in numbers]
    return [one["InvoiceID"] for one in made]


def numbers_here() -> set[str]:
    return set(MirroredDocument.objects.values_list("number", flat=True))


def calls(books: Books, path: str = "Invoices") -> int:
    return books.sandbox.calls()[f"GET {path}"]


def test_equal_seconds_are_told_in_part_and_read_all_the_same(books, bookkeeper):
    """Two more are modified in the very second that the cursor stands at."""
    second = "2026-10-01T10:00:00"
    touch(books, "Invoices", typed(bookkeeper, "A", "B"), second)
    pull(books, INVOICES)
    assert reading(books, INVOICES).since == datetime.fromisoformat(f"{second}+00:00")
    touch(books, "Invoices", typed(bookkeeper, "C", "D"), second)

    pull(books, INVOICES)

    assert numbers_here() >= {"A", "B", "C", "D"}
    assert reading(books, INVOICES).since == datetime.fromisoformat(f"{second}+00:00")


def test_the_cursor_is_xeros_time_never_ours(books):
    """Xero's clock goes a day before ours, and the cursor with it; nothing is passed over."""
    books.sandbox.advance(24 * 3600)
    typed(Bookkeeper.of(books), "TOMORROW")
    pull(books, INVOICES)
    assert reading(books, INVOICES).since > datetime.now(UTC) + timedelta(hours=23)
    typed(Bookkeeper.of(books), "NEXT")

    pull(books, INVOICES)

    assert numbers_here() >= {"TOMORROW", "NEXT"}


def test_a_record_without_a_date_is_kept_and_never_moves_the_cursor(books, bookkeeper):
    [dated] = typed(bookkeeper, "DATED")
    touch(books, "Invoices", [dated], "2026-10-01T10:00:00")
    [bare] = typed(bookkeeper, "BARE")
    books.sandbox.fault(
        "rewrite", method="GET", path="*/Invoices", records=[bare], omit=["UpdatedDateUTC"]
    )

    pull(books, INVOICES)

    assert {"DATED", "BARE"} <= numbers_here()
    assert MirroredDocument.objects.get(number="BARE").updated_at is None
    assert reading(books, INVOICES).since == datetime(2026, 10, 1, 10, tzinfo=UTC)


def test_a_record_that_changes_between_two_pages_pushes_none_over_the_edge(
    books, bookkeeper, two_a_page
):
    ids = typed(bookkeeper, *"ABCDEF")
    for second, one in enumerate(ids):
        touch(books, "Invoices", [one], f"2026-10-01T10:00:0{second}")
    # The last page's A changes while the first page is under way.
    books.sandbox.fault("touch", query=FIRST_PAGE, times=1, resource="Invoices", ids=[ids[0]])

    pull(books, INVOICES)

    assert numbers_here() >= set("ABCDEF")
    told = reading(books, INVOICES)
    assert (told.alarm, told.short_of, told.begun_at) == ("", None, None)


def test_what_was_passed_over_is_found_by_the_count_though_xero_orders_as_it_likes(
    books, bookkeeper, two_a_page
):
    """Very large books refuse our order; then a neighbour can be pushed over the edge of a page."""
    ids = typed(bookkeeper, *"ABCDEF")
    for second, one in enumerate(ids):
        touch(books, "Invoices", [one], f"2026-10-01T10:00:0{second}")
    on_schedule(books, INVOICES)
    Reading.objects.filter(kind=INVOICES).update(is_ordered=False)
    books.sandbox.fault("touch", query=FIRST_PAGE, times=1, resource="Invoices", ids=[ids[0]])

    pull(books, INVOICES)

    assert numbers_here() >= set("ABCDEF")
    assert reading(books, INVOICES).alarm == ""


def test_very_large_books_that_refuse_our_order_are_read_in_theirs(books, bookkeeper):
    typed(bookkeeper, "A", "B")
    message = (
        "Your request is not filtering Invoices efficiently, given the extremely high volume for "
        "this organisation."
    )
    refused = {"ErrorNumber": 10, "Type": "ValidationException", "Message": message}
    books.sandbox.fault(
        "status",
        method="GET",
        query="*order=UpdatedDateUTC*",
        status=400,
        body=json.dumps(refused),
        headers=JSON,
    )

    pull(books, INVOICES)

    assert numbers_here() >= {"A", "B"}
    assert not reading(books, INVOICES).is_ordered


def test_archived_contacts_and_deleted_payments_and_voided_documents_are_states(books, bookkeeper):
    contact = bookkeeper.write("PUT", "Contacts", {"Name": "Old Mill"})
    invoice = books.submit("INV-1")
    books.policy("sales_invoice", sent_as="AUTHORISED")
    paid = books.submit("INV-2")
    books.drain()
    payment = bookkeeper.pay(books.link(paid), "4.00")
    pull(books, CONTACTS, INVOICES, PAYMENTS)
    assert MirroredContact.objects.get(name="Old Mill").status == "ACTIVE"
    assert MirroredPayment.objects.get(xero_id=payment).status == "AUTHORISED"

    archived = {"ContactID": contact["ContactID"], "ContactStatus": "ARCHIVED"}
    bookkeeper.write("POST", "Contacts", archived)
    bookkeeper.unpay(payment)
    bookkeeper.change(books.link(invoice), Status="VOIDED")
    pull(books, CONTACTS, INVOICES, PAYMENTS)

    assert MirroredContact.objects.get(name="Old Mill").status == "ARCHIVED"
    assert MirroredPayment.objects.get(xero_id=payment).status == "DELETED"
    copy = MirroredDocument.objects.get(xero_id=books.link(invoice).xero_id)
    assert copy.status == "VOIDED"
    assert MirroredDocument.objects.get(number="INV-2").outstanding == paid.total


def test_an_error_in_the_middle_of_a_list_ends_nothing_and_moves_nothing(
    books, bookkeeper, two_a_page
):
    typed(bookkeeper, *"ABCDE")
    fault = books.sandbox.fault(
        "status", method="GET", path="*/Invoices", query="*page=2*", status=503
    )
    ask_for(books, INVOICES)
    books.work()
    told = reading(books, INVOICES)
    assert (told.since, told.page, told.whole_at) == (None, 2, None)
    assert "tried again by itself" in told.alarm
    read = calls(books)
    books.sandbox.remove_fault(fault)

    pull(books, INVOICES)

    assert numbers_here() >= set("ABCDE")
    told = reading(books, INVOICES)
    assert (told.alarm, told.since is not None) == ("", True)
    pages = -(-MirroredDocument.objects.count() // 2)
    assert calls(books) - read == pages - 1, "the first page is not read once more"


def test_what_xero_forbids_is_off_with_its_reason_and_the_rest_goes_on(books, bookkeeper):
    fault = books.sandbox.fault("forbid", method="GET", path="*/Items")
    typed(bookkeeper, "A")
    invoice = books.submit("INV-1")

    pull(books, ITEMS, INVOICES)

    assert reading(books, ITEMS).off_at
    assert reading(books, ITEMS).off_reason
    assert "A" in numbers_here()
    assert books.link(invoice).state == LinkState.SYNCED
    asked = calls(books, "Items")
    pull(books, ITEMS)
    assert calls(books, "Items") == asked, "not asked again for as long as it is off"

    books.sandbox.remove_fault(fault)
    allow_again(books.organisation)
    books.work()
    assert reading(books, ITEMS).whole_at


@pytest.mark.parametrize("total", ["a lot", "1e40"])
def test_a_record_that_cannot_be_read_is_kept_raw_and_the_rest_is_read(books, bookkeeper, total):
    """A word for an amount, and an amount that no column holds."""
    _, bad = typed(bookkeeper, "GOOD", "BAD")
    fault = books.sandbox.fault(
        "rewrite", method="GET", path="*/Invoices", records=[bad], set={"Total": total}
    )

    pull(books, INVOICES)

    assert "GOOD" in numbers_here()
    assert "BAD" not in numbers_here()
    [kept] = UnreadElement.objects.all()
    assert (kept.endpoint, kept.key) == ("Invoices", bad)
    assert kept.reason
    assert json.loads(zlib.decompress(kept.raw))["InvoiceNumber"] == "BAD"
    told = reading(books, INVOICES)
    assert (told.alarm, told.short_of) == ("", None), "read or kept: none is missing"

    books.sandbox.remove_fault(fault)
    touch(books, "Invoices", [bad])
    pull(books, INVOICES)
    assert "BAD" in numbers_here()
    assert not UnreadElement.objects.exists()


def test_rows_that_xero_counts_and_does_not_give_are_looked_for_then_told(books, bookkeeper):
    typed(bookkeeper, "A", "B")
    on_schedule(books, INVOICES)
    pull(books, INVOICES)
    Reading.objects.filter(kind=INVOICES).update(short_of=1000, short_since=None, due_at=Now())

    books.work()

    told = reading(books, INVOICES)
    assert "Xero counts 1,000" in told.alarm
    assert told.short_of is None, "it is told, and not asked for ever"
    assert calls(books) >= 3


def test_a_list_without_pages_is_asked_for_once_though_it_is_as_long_as_a_page(
    books, bookkeeper, two_a_page
):
    for code in ("W1", "W2"):
        bookkeeper.write("PUT", "Items", {"Code": code, "Name": code})

    pull(books, ITEMS)

    assert calls(books, "Items") == 1
    assert set(MirroredItem.objects.values_list("code", flat=True)) >= {"W1", "W2"}


def test_an_item_or_account_that_is_deleted_is_gone_and_comes_back(books, bookkeeper):
    made = bookkeeper.write("PUT", "Items", {"Code": "W1", "Name": "Widget"})
    account = bookkeeper.write("PUT", "Accounts", {"Code": "777", "Name": "Odd", "Type": "REVENUE"})
    pull(books, ITEMS, PulledKind.ACCOUNTS)
    bookkeeper.delete(f"Items/{made['ItemID']}")
    bookkeeper.delete(f"Accounts/{account['AccountID']}")

    pull(books, ITEMS, PulledKind.ACCOUNTS)

    assert MirroredItem.objects.get(code="W1").gone_at
    gone = Account.objects.get(code="777")
    assert gone.status != "ACTIVE"


def test_half_of_a_list_is_taken_for_a_fault_not_for_a_change(books, bookkeeper):
    pull(books, PulledKind.ACCOUNTS)
    stood = Account.objects.filter(gone_at=None).count()
    some = list(Account.objects.values_list("xero_id", flat=True)[: stood // 3])
    answer = {"Accounts": [_account(one) for one in Account.objects.filter(xero_id__in=some)]}
    fault = books.sandbox.fault(
        "status",
        method="GET",
        path="*/Accounts",
        status=200,
        body=json.dumps(answer),
        headers=JSON,
    )

    pull(books, PulledKind.ACCOUNTS)

    assert Account.objects.filter(gone_at=None).count() == stood
    assert f"where {stood:,} stood" in reading(books, PulledKind.ACCOUNTS).alarm
    books.sandbox.remove_fault(fault)
    pull(books, PulledKind.ACCOUNTS)
    assert reading(books, PulledKind.ACCOUNTS).alarm == ""


def test_nothing_where_many_stood_is_an_alarm_and_not_a_success(books, bookkeeper):
    for number in range(21):
        bookkeeper.write("PUT", "Items", {"Code": f"W{number}", "Name": "Widget"})
    pull(books, ITEMS)
    before = reading(books, ITEMS)
    fault = books.sandbox.fault(
        "status",
        status=200,
        method="GET",
        path="*/Items",
        body='{"Items":[],"DateTimeUTC":"/Date(1790000000000)/"}',
        headers=JSON,
    )

    pull(books, ITEMS)

    told = reading(books, ITEMS)
    assert "Xero listed 0 items where" in told.alarm
    assert not MirroredItem.objects.exclude(gone_at=None).exists()
    books.sandbox.remove_fault(fault)
    pull(books, ITEMS)
    assert reading(books, ITEMS).alarm == ""
    assert before.whole_at is not None


def test_what_moves_no_date_is_found_by_the_nightly_look(books, bookkeeper):
    [one] = typed(bookkeeper, "A")
    on_schedule(books, INVOICES)
    pull(books, INVOICES)
    noticed = MirroredDocument.objects.get(number="A")
    change_quietly(books, "Invoices", InvoiceID=one, Reference="quiet")
    pull(books, INVOICES)
    Reading.objects.update(due_at=None)

    Reading.objects.filter(kind=INVOICES).update(slice_due_at=Now())
    books.work()

    found = MirroredDocument.objects.get(number="A")
    assert found.reference == "quiet"
    assert found.updated_at == noticed.updated_at
    assert found.noticed_at > noticed.noticed_at, "modified and noticed are two times"
    assert reading(books, INVOICES).slice_due_at > found.noticed_at


def _account(one: Account) -> dict[str, Any]:
    return {
        "AccountID": str(one.xero_id),
        "Code": one.code,
        "Name": one.name,
        "Type": one.type,
        "Class": one.account_class,
        "Status": one.status,
    }
