import json
from datetime import UTC, date, datetime
from decimal import Decimal

import httpx2
import pytest
from answering import ZERO, an_answer, keeping

from tallystick.xero import (
    CONTACTS,
    INVOICES,
    ITEMS,
    PAYMENTS,
    AllocationDraft,
    BadRequest,
    OutcomeUnknown,
    UnexpectedAnswer,
    seal_attachment,
    seal_create_allocation,
    seal_create_credit_notes,
    seal_create_payments,
    seal_delete_allocation,
    seal_delete_payment,
)

REMOVED = {"IsDeleted": True, "Invoice": [{"InvoiceID": "i-1"}]}  # as Xero's description has it


def test_a_removal_goes_out_without_body_and_without_key(client_answering, calls):
    requests: list[httpx2.Request] = []
    client = client_answering(
        keeping(requests, lambda _: httpx2.Response(200, json={"AllocationId": "x-1"} | REMOVED))
    )

    answer = client.send(seal_delete_allocation("n-1", "x-1"), "key-1")

    [request], [call] = requests, calls
    assert (request.method, request.content) == ("DELETE", b"")
    assert request.url.path == "/api.xro/2.0/CreditNotes/n-1/Allocations/x-1"
    assert not {"Idempotency-Key", "Content-Type"} & set(request.headers)
    assert (call.endpoint, call.idempotency_key) == ("CreditNotes/Allocations", None)
    [removed] = answer.allocations
    assert (removed.ok, removed.record.allocation_id) == (True, "x-1")


@pytest.mark.parametrize("status", [204, 404])
def test_an_allocation_that_is_not_there_any_more_is_removed(client_answering, status):
    client = client_answering(httpx2.Response(status))

    [removed] = client.send(seal_delete_allocation("n-1", "x-1"), "key-1").allocations

    assert (removed.ok, removed.record.is_deleted) == (True, True)


@pytest.mark.parametrize(
    "answer",
    [httpx2.Response(200, text="<html>"), httpx2.Response(200, json={}), httpx2.Response(500)],
)
def test_a_removal_that_xero_does_not_confirm_is_unknown(client_answering, answer):
    with pytest.raises(OutcomeUnknown):
        client_answering(answer).send(seal_delete_allocation("n-1", "x-1"), "key-1")


def test_a_file_goes_out_under_its_own_content_type_and_no_name_is_logged(client_answering, calls):
    requests: list[httpx2.Request] = []
    client = client_answering(
        keeping(requests, lambda _: an_answer(Attachments=[{"FileName": "Ann.pdf"}]))
    )

    client.send(seal_attachment("Invoices", "i-1", "Ann.pdf", b"%PDF", "application/pdf"), "key-1")

    [request], [call] = requests, calls
    assert request.headers["Content-Type"] == "application/pdf"
    assert request.headers["Idempotency-Key"] == "key-1"
    assert call.endpoint == "Invoices/Attachments"


def test_a_success_without_the_list_that_was_written_is_unknown(client_answering):
    for sealed in (
        seal_delete_payment("p-1"),
        seal_create_credit_notes([]),
        seal_attachment("Invoices", "i-1", "a.pdf", b"x", "application/pdf"),
    ):
        with pytest.raises(OutcomeUnknown) as caught:
            client_answering(an_answer(Contacts=[])).send(sealed, "key-1")
        assert caught.value.detail == "the list asked for is missing"


def test_errors_of_all_that_a_payment_names_are_told_once(client_answering):
    payment = {
        "PaymentID": ZERO,
        "HasValidationErrors": True,
        "ValidationErrors": [{"Message": "One."}, {"Message": "Two."}],
        "Invoice": {"InvoiceID": "i-1", "ValidationErrors": [{"Message": "Two."}]},
        "CreditNote": {"ValidationErrors": [{"Message": "Three."}]},
        "Account": {"Code": "200", "ValidationErrors": [{"Description": "Four."}]},
        "Warnings": [{"Message": "Look."}],
    }
    silent = {"PaymentID": "p-2", "HasValidationErrors": True}
    client = client_answering(an_answer(Payments=[payment, silent]))

    first, second = client.send(seal_create_payments([]), "key-1").payments

    assert (first.ok, first.errors) == (False, ("One.", "Two.", "Three.", "Four."))
    assert first.warnings == ("Look.",)
    assert (second.ok, second.errors) == (False, ("Xero refused this without saying why.",))


def test_errors_of_allocations_and_of_credit_notes_are_told_where_they_are(client_answering):
    draft = AllocationDraft(invoice_id="i-1", amount=Decimal(1), allocated_on=date(2026, 9, 14))
    bad = {
        "Amount": 1,
        "ValidationErrors": [],
        "Invoice": {"ValidationErrors": [{"Message": "Paid off."}]},
        "CreditNote": {"ValidationErrors": [{"Message": "Draft."}]},
    }
    good = {"Amount": 1.00, "Invoice": {"InvoiceID": "i-1"}, "ValidationErrors": []}
    client = client_answering(an_answer(Allocations=[bad, good]))
    note = {
        "CreditNoteID": "n-1",
        "StatusAttributeString": "WARNING",
        "LineItems": [{}, {"Warnings": [{"Message": "Gone."}]}],
    }

    refused, made = client.send(seal_create_allocation("n-1", draft), "key-1").allocations
    answer = client_answering(an_answer(CreditNotes=[note])).send(
        seal_create_credit_notes([]), "key-1"
    )

    assert (refused.ok, refused.errors) == (False, ("Paid off.", "Draft."))
    # Xero's own description shows no id in this answer.
    assert (made.ok, made.record.allocation_id) == (True, "")
    [warned] = answer.documents
    assert (warned.ok, warned.record.record_id) == (True, "n-1")
    assert warned.warnings == ("Line 2: Gone.",)


def test_a_refused_request_tells_what_is_wrong_with_whatever_an_element_names(client_answering):
    part = {"ValidationErrors": [{"Message": "No."}]}
    elements = [{"Invoice": part}, {"CreditNote": part}, {"Account": part}, {"Contact": part}]

    with pytest.raises(BadRequest) as caught:
        client_answering(httpx2.Response(400, json={"Elements": elements})).accounts()

    assert caught.value.elements == (("No.",),) * 4


def test_credit_notes_and_payments_are_asked_for_with_everything_in_them(client_answering):
    requests: list[httpx2.Request] = []
    client = client_answering(keeping(requests, lambda _: an_answer(CreditNotes=[], Payments=[])))
    first, last = date(2026, 1, 31), date(2026, 2, 1)
    days = "Date>=DateTime(2026,1,31) AND Date<=DateTime(2026,2,1)"

    client.credit_notes_by_number(["CN-1", "CN-2", "CN-1"])
    client.credit_notes_by_id(["n-1"])
    client.credit_notes_between(first, last, "ACCPAYCREDIT")
    client.payments_by_id(["p-1", "p-2"])
    client.payments_between(first, last)

    paged = {"page": "1", "pageSize": "1000"}
    assert [dict(request.url.params) for request in requests] == [
        {"where": 'CreditNoteNumber=="CN-1" OR CreditNoteNumber=="CN-2"', "unitdp": "4"} | paged,
        {"where": 'CreditNoteID==guid("n-1")', "unitdp": "4"} | paged,
        {"where": f'Type=="ACCPAYCREDIT" AND {days}', "order": "CreditNoteID", "unitdp": "4"}
        | paged,
        {"where": 'PaymentID==guid("p-1") OR PaymentID==guid("p-2")'} | paged,
        {"where": days, "order": "PaymentID"} | paged,
    ]


def test_what_has_changed_is_asked_for_newest_first_with_all_that_would_be_hidden(client_answering):
    requests: list[httpx2.Request] = []
    empty = an_answer(Invoices=[], Contacts=[], Payments=[], Items=[], DateTimeUTC="/Date(0)/")
    client = client_answering(keeping(requests, lambda _: empty))
    since = datetime(2026, 9, 14, 8, tzinfo=UTC)

    client.changed(INVOICES, since, page=2)
    client.changed(CONTACTS, from_day=since.date())
    client.changed(PAYMENTS, from_day=since.date(), newest_first=False)
    client.changed(ITEMS)
    client.slice_of(PAYMENTS, page=7)

    newest, paged = {"order": "UpdatedDateUTC DESC"}, {"page": "1", "pageSize": "1000"}
    archived, prices = {"includeArchived": "true"}, {"unitdp": "4"}
    assert [dict(request.url.params) for request in requests] == [
        archived | prices | paged | newest | {"page": "2"},
        archived | paged | newest,
        paged | {"where": "Date>=DateTime(2026,9,14)"},
        prices | newest,
        paged | {"page": "7", "order": "PaymentID"},
    ]
    asked = [request.headers.get("If-Modified-Since") for request in requests]
    assert asked == ["2026-09-14T08:00:00", None, None, None, None]


def test_of_a_page_what_can_be_read_is_read_and_the_rest_is_kept_with_the_reason(client_answering):
    """A word for an amount, a day that is none, a record without id: neither ends the page."""
    good = {"InvoiceID": "i-1", "Total": 10.00, "UpdatedDateUTC": "/Date(1757836800000+0000)/"}
    bad = [
        {"InvoiceID": "i-2", "Total": "ten"},
        {"InvoiceID": "i-3", "UpdatedDateUTC": "yesterday"},
        {"InvoiceNumber": "INV-4"},
        [],
    ]
    pages = {"page": 1, "pageSize": 1000, "pageCount": 3, "itemCount": 2005}
    answer = an_answer(Invoices=[good, *bad], DateTimeUTC="/Date(1757836801000)/", pagination=pages)
    client = client_answering(lambda _: answer)

    page = client.changed(INVOICES)

    assert [one.record.total for one in page.records] == [Decimal("10.00")]
    assert json.loads(page.records[0].raw) == good
    assert [one.xero_id for one in page.unread] == ["i-2", "i-3", "", ""]
    assert [json.loads(one.raw) for one in page.unread] == bad
    assert all(one.reason for one in page.unread)
    assert (page.page_count, page.item_count) == (3, 2005)
    assert page.asked_at == datetime(2025, 9, 14, 8, 0, 1, tzinfo=UTC)


def test_a_page_without_its_list_or_without_xeros_time_is_no_empty_page(client_answering):
    """Neither may be taken for "nothing changed": the cursor would move over what was not read."""
    for answer in (an_answer(Invoices=[], DateTimeUTC="soon"), an_answer(Contacts=[])):
        client = client_answering(lambda _, answer=answer: answer)
        with pytest.raises(UnexpectedAnswer):
            client.changed(INVOICES)


def test_a_number_that_no_filter_can_hold_is_picked_out_of_a_wider_answer(client_answering):
    requests: list[httpx2.Request] = []
    notes = [{"CreditNoteID": n, "CreditNoteNumber": n} for n in ('7" DISC A', '17" disc a', "x")]
    client = client_answering(keeping(requests, lambda _: an_answer(CreditNotes=notes)))

    [note] = client.credit_notes_by_number(['7" disc á'])

    assert note.number == '7" DISC A'
    assert requests[0].url.params["where"] == (
        'CreditNoteNumber!=null AND CreditNoteNumber.Contains(" disc á")'
    )


def test_one_credit_note_is_read_whole_and_its_id_is_not_logged(client_answering, calls):
    requests: list[httpx2.Request] = []
    client = client_answering(
        keeping(requests, lambda _: an_answer(CreditNotes=[{"CreditNoteID": "n-1"}]))
    )

    assert client.credit_note("n-1").record_id == "n-1"
    assert requests[0].url.raw_path == b"/api.xro/2.0/CreditNotes/n-1?unitdp=4"
    assert calls[0].endpoint == "CreditNotes"
    with pytest.raises(UnexpectedAnswer, match="0 credit notes"):
        client_answering(an_answer(CreditNotes=[])).credit_note("n-1")
