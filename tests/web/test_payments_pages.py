"""Payments and allocations: on a document's page, and all payments in their list."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factories import (
    line,
    make_allocation,
    make_document,
    make_member,
    make_party,
    make_payment,
    make_workspace,
)
from tallystick.books.models import Allocation, Kind, Payment, SettlementStatus
from tallystick.sync.models import Link, LinkState
from tallystick.workspaces.models import Role
from web.conftest import problem


def document(workspace, kind: Kind = Kind.SALES_INVOICE, price: str = "100", **given):
    return make_document(
        workspace, kind=kind, lines=[line(unit_price=price)], submitted=True, **given
    )


@pytest.fixture
def party(workspace):
    return make_party(workspace, "Harbour Cafe", number="C7")


@pytest.fixture
def listed(workspace) -> str:
    return reverse("payment-list", args=[workspace.slug])


def page_of(browser: Client, workspace, record, name: str = "invoice"):
    return browser.get(reverse(name, args=[workspace.slug, record.pk]))


def test_a_payment_is_recorded_and_what_is_left_is_offered_next(browser, workspace, owner) -> None:
    invoice = document(workspace, number="INV-1")
    pay = reverse("document-pay", args=[workspace.slug, invoice.pk])
    form = {"amount": "30", "paid_on": "2026-11-10", "method": "card", "reference": "till 3"}

    answer = browser.post(pay, form, follow=True)

    payment = Payment.objects.get()
    assert (payment.amount, payment.method, payment.created_by) == (Decimal(30), "card", owner)
    assert "A payment of 30.00 NZD was recorded on INV-1." in answer.text
    assert answer.context["outstanding"] == Decimal(70)
    assert answer.context["payment"]["amount"].value() == Decimal(70)
    assert "Payment by card" in answer.text
    assert "Payment of 30.00 NZD on INV-1 was recorded." in answer.text


def test_more_than_is_outstanding_is_refused_with_what_was_entered(browser, workspace) -> None:
    invoice = document(workspace, number="INV-1")
    pay = reverse("document-pay", args=[workspace.slug, invoice.pk])

    answer = browser.post(pay, {"amount": "130", "paid_on": "2026-11-10"})

    assert answer.status_code == 422
    assert "INV-1 has 100.00 NZD outstanding." in answer.text
    assert 'value="130"' in answer.text
    assert not Payment.objects.exists()


def test_a_draft_offers_no_payment(browser, workspace) -> None:
    draft = make_document(workspace)

    assert "Record payment" not in page_of(browser, workspace, draft).text


def test_a_credit_note_is_refunded(browser, workspace) -> None:
    note = document(workspace, Kind.SALES_CREDIT_NOTE, number="CN-1")

    text = page_of(browser, workspace, note, "credit-note").text
    assert "Record a refund" in text
    pay = reverse("document-pay", args=[workspace.slug, note.pk])
    answer = browser.post(pay, {"amount": "100", "paid_on": "2026-11-10"}, follow=True)

    assert "A refund of 100.00 NZD was recorded on CN-1." in answer.text


def test_a_payment_is_deleted_after_a_question(browser, workspace) -> None:
    invoice = document(workspace)
    payment = make_payment(invoice, "30")
    act = reverse("payment-act", args=[workspace.slug])
    form = {"act": "delete", "id": payment.pk}

    asked = browser.post(act, form).text
    payment.refresh_from_db()
    assert "Delete 1 payment?" in asked
    assert "30.00 NZD" in asked
    assert payment.status == SettlementStatus.RECORDED

    answer = browser.post(act, {**form, "confirmed": "yes"}, follow=True)
    payment.refresh_from_db()
    assert payment.status == SettlementStatus.DELETED
    assert "1 payment was deleted." in answer.text


def test_a_credit_note_is_set_against_an_open_invoice_of_the_same_party(
    browser, workspace, party
) -> None:
    note = document(workspace, Kind.SALES_CREDIT_NOTE, "60", party=party, number="CN-1")
    paid = document(workspace, party=party, number="INV-PAID")
    make_payment(paid)
    small = document(workspace, price="25", party=party, number="INV-SMALL")
    large = document(workspace, price="500", party=party, number="INV-LARGE")
    document(workspace, number="INV-OTHER", party=make_party(workspace, "Bayside"))
    document(workspace, party=party, number="INV-USD", currency="USD")

    page = page_of(browser, workspace, note, "credit-note")
    offered = [(str(one.document), one.amount) for one in page.context["counterparts"]]
    assert offered == [("INV-SMALL", "25.00"), ("INV-LARGE", "60.00")]

    answer = browser.post(
        reverse("document-allocate", args=[workspace.slug, note.pk]),
        {
            "document": large.pk,
            f"amount-{large.pk}": "40",
            f"amount-{small.pk}": "25",
            "allocated_on": "2026-11-12",
        },
        follow=True,
    )

    allocation = Allocation.objects.get()
    assert (allocation.document, allocation.amount) == (large, Decimal(40))
    assert "40.00 NZD of CN-1 was set against INV-LARGE." in answer.text
    assert answer.context["outstanding"] == Decimal(20)
    assert "To INV-LARGE" in answer.text
    assert "From CN-1" in page_of(browser, workspace, large).text


def test_from_the_invoice_a_credit_note_is_chosen_as_well(browser, workspace, party) -> None:
    note = document(workspace, Kind.SUPPLIER_CREDIT_NOTE, "60", party=party, number="CR-1")
    bill = document(workspace, Kind.BILL, party=party, number="8841")
    form = {"document": note.pk, f"amount-{note.pk}": "60", "allocated_on": "2026-11-12"}

    browser.post(reverse("document-allocate", args=[workspace.slug, bill.pk]), form)

    allocation = Allocation.objects.get()
    assert (allocation.credit_note, allocation.document) == (note, bill)


def test_too_large_an_allocation_is_refused_with_what_was_entered(
    browser, workspace, party
) -> None:
    note = document(workspace, Kind.SALES_CREDIT_NOTE, "60", party=party, number="CN-1")
    invoice = document(workspace, party=party)
    form = {"document": invoice.pk, f"amount-{invoice.pk}": "61", "allocated_on": "2026-11-12"}

    answer = browser.post(reverse("document-allocate", args=[workspace.slug, note.pk]), form)

    assert answer.status_code == 422
    assert "CN-1 has 60.00 NZD outstanding." in answer.text
    assert 'value="61"' in answer.text


def test_an_allocation_is_removed_at_once_and_can_be_made_again(browser, workspace, party) -> None:
    note = document(workspace, Kind.SALES_CREDIT_NOTE, "60", party=party)
    invoice = document(workspace, party=party)
    allocation = make_allocation(note, invoice)
    act = reverse("allocation-act", args=[workspace.slug])

    answer = browser.post(act, {"act": "remove", "id": allocation.pk}, follow=True)

    allocation.refresh_from_db()
    assert allocation.status == SettlementStatus.DELETED
    assert "The allocation was removed" in answer.text


def test_a_payment_that_waits_shows_its_question_and_the_decision(
    browser, workspace, organisation, put
) -> None:
    invoice = document(workspace, number="INV-1")
    xero_id = "11111111-1111-4111-8111-111111111111"
    put(invoice.pk, LinkState.SYNCED, xero_status="DRAFT", xero_id=xero_id)
    payment = make_payment(invoice, "30")
    told = problem("INV-1 is still draft in Xero.", screen="document", code="not_approved")
    Link.objects.filter(payment=payment).update(
        state=LinkState.HELD, problem=told, waits_for=f"document:{invoice.pk}"
    )

    text = page_of(browser, workspace, invoice).text
    assert "INV-1 is still draft in Xero." in text
    assert "Approve INV-1 in Xero" in text

    link = Link.objects.get(payment=payment)
    browser.post(reverse("decide", args=[workspace.slug]), {"act": "approve", "link": link.pk})

    assert Link.objects.get(document=invoice).intent == "approve"


def test_a_viewer_sees_payments_and_changes_none(workspace, signed_in, listed) -> None:
    invoice = document(workspace)
    payment = make_payment(invoice, "30")
    viewer = signed_in(make_member(workspace, Role.VIEWER))

    seen = page_of(viewer, workspace, invoice)
    refused = [
        viewer.post(
            reverse("document-pay", args=[workspace.slug, invoice.pk]),
            {"amount": "1", "paid_on": "2026-11-10"},
        ),
        viewer.post(
            reverse("payment-act", args=[workspace.slug]),
            {"act": "delete", "id": payment.pk, "confirmed": "yes"},
        ),
    ]

    assert "30.00" in seen.text
    assert "Record payment" not in seen.text
    assert 'value="delete"' not in viewer.get(listed).text
    assert [answer.status_code for answer in refused] == [403, 403]
    assert Payment.objects.live().count() == 1


def test_another_workspaces_documents_and_payments_are_out_of_reach(browser, workspace) -> None:
    theirs = document(make_workspace("Elsewhere"))
    payment = make_payment(theirs, "30")
    form = {"amount": "1", "paid_on": "2026-11-10"}

    pay = browser.post(reverse("document-pay", args=[workspace.slug, theirs.pk]), form)
    act = reverse("payment-act", args=[workspace.slug])
    browser.post(act, {"act": "delete", "id": payment.pk, "confirmed": "yes"})

    assert pay.status_code == 404
    assert Payment.objects.live().count() == 1


def shown(answer) -> list[str]:
    return [str(row.payment.document) for row in answer.context["rows"]]


def test_the_list_is_searched_and_filtered_with_count_and_sum(
    browser, workspace, party, listed
) -> None:
    cafe = document(workspace, number="INV-1", party=party)
    bill = document(workspace, Kind.BILL, number="8841", party=make_party(workspace, "Coastal"))
    make_payment(cafe, "30", method="card", paid_on=date(2026, 3, 1))
    make_payment(bill, "55.50", method="Bank", paid_on=date(2026, 4, 1))

    assert shown(browser.get(listed)) == ["8841", "INV-1"]
    assert browser.get(listed).context["counted"].sums.totals == [("NZD", Decimal("85.50"))]
    for query, found in [
        ({"q": "harbour"}, ["INV-1"]),
        ({"q": "55.50"}, ["8841"]),
        ({"way": "in"}, ["INV-1"]),
        ({"way": "out"}, ["8841"]),
        ({"method": "bank"}, ["8841"]),
        ({"since": "2026-03-01", "until": "2026-03-31"}, ["INV-1"]),
        ({"status": "deleted"}, []),
        ({"way": "x", "status": "x", "state": "x", "after": "x~y"}, ["8841", "INV-1"]),
    ]:
        assert shown(browser.get(listed, query)) == found, query


def test_the_list_is_filtered_by_state_and_failed_ones_are_retried(
    browser, workspace, organisation, put, listed
) -> None:
    payments = [make_payment(document(workspace), "30") for _ in range(2)]
    failed = Link.objects.filter(payment=payments[0])
    failed.update(state=LinkState.FAILED, problem=problem("It was not sent."))

    assert len(shown(browser.get(listed, {"state": "failed"}))) == 1
    act = reverse("payment-act", args=[workspace.slug])
    answer = browser.post(act, {"act": "retry", "id": payments[0].pk}, follow=True)

    assert "1 queued again." in answer.text
    assert failed.get().state == LinkState.QUEUED


def test_pages_of_payments_follow_each_other_without_gap_or_repeat(
    browser, workspace, listed
) -> None:
    invoice = document(workspace, price="1000")
    for count in range(70):
        make_payment(invoice, "1", paid_on=date(2026, 3, 1 + count % 3))

    first = browser.get(listed)
    second = browser.get(listed, {"after": first.context["page"].after})

    keys = [row.payment.pk for page in (first, second) for row in page.context["rows"]]
    assert len(keys) == len(set(keys)) == 70
    assert second.context["page"].after == ""


def test_all_that_match_are_deleted_beyond_the_page(browser, workspace, party, listed) -> None:
    invoice = document(workspace, price="1000", party=party)
    for _ in range(55):
        make_payment(invoice, "1")
    other = make_payment(document(workspace, party=make_party(workspace, "Bayside")), "7")
    act = reverse("payment-act", args=[workspace.slug])
    form = {"act": "delete", "everything": "yes", "filter": "q=harbour"}

    assert "Delete 55 payments?" in browser.post(act, form).text
    browser.post(act, {**form, "confirmed": "yes"})

    assert list(Payment.objects.live()) == [other]


def test_the_payments_are_exported(browser, workspace, party) -> None:
    make_payment(document(workspace, number="INV-1", party=party), "30", reference="=1+1")

    answer = browser.get(reverse("payment-export", args=[workspace.slug]))
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()

    assert rows[1] == "2026-11-10,In,INV-1,C7,Harbour Cafe,,'=1+1,Recorded,NZD,30.00"


@pytest.mark.parametrize("place", ["list", "page"])
def test_ten_more_payments_cost_no_more_queries(
    browser, workspace, organisation, listed, place
) -> None:
    invoice = document(workspace, price="1000")
    address = listed if place == "list" else reverse("invoice", args=[workspace.slug, invoice.pk])
    make_payment(invoice, "1")
    browser.get(address)
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    for _ in range(10):
        make_payment(invoice, "1")

    with CaptureQueriesContext(connection) as many:
        browser.get(address)

    assert len(many) == len(few)


def test_more_payments_than_are_counted_are_paged_newest_first(browser, workspace, listed) -> None:
    """A search that finds more than it counts goes through the payments and looks at documents."""
    bill = document(workspace, Kind.BILL, number="BILL-1")
    invoice = document(workspace, number="INV-1", party=bill.party)
    paid = [
        Payment(
            workspace=workspace,
            document=bill if count % 2 else invoice,
            amount=Decimal(count + 1),
            paid_on=date(2026, 1, 1 + count % 28),
        )
        for count in range(2_050)
    ]
    Payment.objects.bulk_create(paid)
    Payment.objects.filter(amount__gt=2_045).update(status=SettlementStatus.DELETED)

    first = browser.get(listed, {"q": "bill-1", "way": "out"})
    after = first.context["page"].after
    second = browser.get(listed, {"q": "bill-1", "way": "out", "after": after})

    order = Payment.objects.live().filter(document=bill).order_by("-paid_on", "-pk")
    wanted = list(order.values_list("pk", flat=True)[:100])
    shown = [payment.pk for page in (first, second) for payment in page.context["page"].rows]
    assert shown == wanted
    assert "1,000+</span> payments" in first.text
    assert not browser.get(listed, {"q": "bill-1", "way": "in"}).context["page"].rows
