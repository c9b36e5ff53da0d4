"""The plan before a push is what the push then does: call by call, byte by byte, record by record."""

from collections import Counter
from decimal import Decimal

import pytest
from bookkeeper import Bookkeeper
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from factories import line, make_allocation, make_document, make_party, make_payment
from tallystick.books.documents import edit_document
from tallystick.books.inputs import DocumentInput
from tallystick.books.models import Document, Kind
from tallystick.connections.models import ApiCall, Organisation, ScopePress
from tallystick.mapping.services import choose_account, choose_method_account
from tallystick.sync.acts.changing_rules import save_policy
from tallystick.sync.acts.sync_now import sync_now
from tallystick.sync.models import Attempt, Batch, Link, LinkState
from tallystick.sync.preview.fates import Fate
from tallystick.sync.preview.planning import QUICK, PushPlan, calls_at_once, plan_push
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

#: What calls of the API log are for, by method and endpoint.
ENDPOINTS = {
    "GET Contacts": {"contacts.ask"},
    "PUT Contacts": {"create_contacts"},
    "PUT Invoices": {"create_invoices"},
    "PUT CreditNotes": {"create_credit_notes"},
    "PUT Payments": {"create_payments"},
    "PUT CreditNotes/Allocations": {"create_allocations"},
    "PUT Invoices/Attachments": {"attach_invoices"},
    "POST Invoices": {"update_invoices", "approve_invoices", "retract_invoices", "stray_invoices"},
    "POST CreditNotes": {"update_credit_notes", "retract_credit_notes"},
}


def push(books: Books) -> None:
    """Press Sync now and work until nothing is left."""
    ScopePress.objects.all().delete()
    sync_now(workspace=books.workspace, actor=books.owner)
    for _ in range(20):
        books.drain()
        if not Link.objects.filter(state__in=["queued", "sending"]).exists():
            return
    raise AssertionError("It does not come to an end.")


def planned_and_pushed(books: Books) -> PushPlan:
    """Plan, push, and hold the one against the other."""
    told = plan_push(books.organisation)
    assert calls_at_once(books.organisation) in (None, told.call_count)
    last = ApiCall.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    push(books)

    calls = ApiCall.objects.filter(pk__gt=last)
    done = Counter(f"{call.method} {call.endpoint}" for call in calls)
    foreseen = Counter({one.name: one.count for one in told.calls})
    assert told.call_count == calls.count(), (foreseen, done)
    for endpoint, names in ENDPOINTS.items():
        assert sum(foreseen[name] for name in names) == done[endpoint], (endpoint, foreseen, done)
    assert told.byte_count == sum(call.request_bytes for call in calls)
    return told


def wait_for_a_press() -> None:
    Link.objects.filter(state=LinkState.QUEUED, party=None).update(state=LinkState.WAITING)


def credit_note(books: Books, number: str, **given) -> Document:
    given.setdefault("party", books.workspace.parties.first())
    given.setdefault("lines", [line(tax_code="VAT20")])
    return make_document(
        books.workspace,
        kind=Kind.SALES_CREDIT_NOTE,
        number=number,
        currency="GBP",
        submitted=True,
        **given,
    )


def approve_all(books: Books) -> None:
    for kind in (Kind.SALES_INVOICE, Kind.SALES_CREDIT_NOTE):
        save_policy(
            organisation=books.organisation, kind=kind, actor=books.owner, sent_as="AUTHORISED"
        )


def edit(books: Books, document: Document) -> None:
    edit_document(
        workspace=books.workspace,
        actor=books.owner,
        document_id=document.pk,
        document=DocumentInput(
            kind=Kind(document.kind),
            party_number=document.party.number,
            issued_on=document.issued_on,
            due_on=document.due_on,
            currency="GBP",
            reference="PO 7",
            lines=(line(tax_code="VAT20", quantity="5"),),
        ),
    )


def take_payments(books: Books) -> None:
    bank = books.organisation.accounts.filter(type="BANK").first()
    choose_method_account(
        organisation=books.organisation, method="", account_id=bank.xero_id, actor=books.owner
    )


def test_new_customers_and_many_invoices(books: Books):
    parties = [make_party(books.workspace, f"Shop {n}", number=f"S{n}") for n in range(130)]
    for n in range(310):
        books.submit(f"INV-{n:04}", parties[n * 7 % 130])
    wait_for_a_press()

    told = planned_and_pushed(books)

    assert told.parts[Fate.CREATED].count == books.states()[LinkState.SYNCED] == 310
    assert told.parts[Fate.CREATED].totals == {"GBP": 310 * Decimal("14.94")}


def test_known_customers_and_what_is_queued_already(books: Books):
    books.submit("INV-0")
    books.drain()
    for n in range(1, 61):
        books.submit(f"INV-{n:04}")

    told = planned_and_pushed(books)

    names = {one.name for one in told.calls}
    assert names == {"ask", "create_invoices"}


def test_credit_notes_by_number_and_by_their_days(books: Books):
    books.submit("INV-0")
    for n in range(3):
        credit_note(books, f"CN-{n}")
    planned_and_pushed(books)
    for n in range(60):
        credit_note(books, f"CN-1{n:03}")

    planned_and_pushed(books)

    assert books.states() == {LinkState.SYNCED: 64}


def test_payments_and_allocations_of_new_and_of_known_documents(books: Books):
    approve_all(books)
    take_payments(books)
    old = [books.submit(f"OLD-{n}") for n in range(5)]
    books.drain()
    for document in old:
        make_payment(document, "4.00")
    for n in range(260):
        document = books.submit(f"INV-{n:04}")
        if n % 2:
            make_payment(document, "2.00")
        if n < 30:
            make_allocation(credit_note(books, f"CN-{n}"), document, "1.00")
    wait_for_a_press()

    told = planned_and_pushed(books)

    assert told.parts[Fate.CREATED].kinds == {
        "sales_invoice": 260,
        "sales_credit_note": 30,
        "payment": 135,
        "allocation": 30,
    }
    assert not Link.objects.exclude(state=LinkState.SYNCED).exists()


def test_payments_of_drafts_are_asked_about_or_approve_first(books: Books):
    take_payments(books)
    for n in range(60):
        make_payment(books.submit(f"INV-{n}"))
    wait_for_a_press()
    told = planned_and_pushed(books)
    assert told.parts[Fate.STOPPED].kinds == {"payment": 60}
    assert "approved documents only" in told.told[0].message

    save_policy(
        organisation=books.organisation, kind="payment", actor=books.owner, when_draft="approve"
    )
    Link.objects.filter(payment__isnull=False).update(
        state=LinkState.QUEUED, problem=None, waits_for=""
    )
    told = planned_and_pushed(books)

    assert told.parts[Fate.APPROVED].count == told.parts[Fate.CREATED].count == 60


def test_what_stops_is_told_with_its_reason_and_stops_nobody_else(books: Books):
    books.submit("INV-1")
    books.submit("INV-2", lines=[line(tax_code="VAT20", account_code="999")])
    wait_for_a_press()

    told = planned_and_pushed(books)

    assert (told.parts[Fate.CREATED].count, told.parts[Fate.STOPPED].count) == (1, 1)
    assert told.told[0].fate == Fate.STOPPED
    assert "account 999" in told.told[0].message
    stopped = Link.objects.get(state=LinkState.FAILED)
    assert told.told[0].message == stopped.problem["message"]


def test_documents_ahead_that_stop_make_room_for_others(books: Books):
    parties = [make_party(books.workspace, f"Shop {n}", number=f"S{n}") for n in range(20)]
    for n in range(400):
        bad = {"lines": [line(account_code="999")]} if n % 5 == 0 else {}
        books.submit(f"INV-{n:04}", parties[n % 20], **bad)
    wait_for_a_press()

    told = planned_and_pushed(books)

    assert told.parts[Fate.STOPPED].count == 80


def test_edited_cancelled_and_those_with_pdf(books: Books):
    save_policy(
        organisation=books.organisation,
        kind=Kind.SALES_INVOICE,
        actor=books.owner,
        attach_pdf=True,
    )
    documents = [books.submit(f"INV-{n}") for n in range(4)]
    push(books)
    edit(books, documents[0])
    books.cancel(documents[1])
    books.submit("INV-9")

    told = planned_and_pushed(books)

    assert {fate: part.count for fate, part in told.parts.items()} == {
        Fate.CREATED: 1,
        Fate.WRITTEN_ANEW: 1,
        Fate.REMOVED: 1,
    }


def test_lists_that_are_old_are_read_first(books: Books):
    books.submit("INV-1")
    Organisation.objects.update(read_at=None)

    told = planned_and_pushed(books)

    assert {one.name: one.count for one in told.calls}["organisation.read"] == 5


def test_second_copies_that_the_check_has_found(books: Books, bookkeeper: Bookkeeper):
    bill = books.submit("B-1", kind=Kind.BILL)
    books.drain()
    second = bookkeeper.make("ACCPAY", "B-1", contact="Somebody")
    Link.objects.filter(document=bill).update(strays=[second["InvoiceID"]])

    told = planned_and_pushed(books)

    assert {one.name for one in told.calls} == {"duplicates.look", "stray_invoices"}
    assert books.link(bill).strays == []


def test_large_documents_are_parted_by_their_bytes(books: Books):
    for n in range(6):
        lines = [line(f"{n} {'very long words ' * 60}", tax_code="VAT20") for _ in range(900)]
        books.submit(f"INV-{n}", lines=lines)
    wait_for_a_press()

    told = planned_and_pushed(books)

    assert {one.name: one.count for one in told.calls}["create_invoices"] > 1


def test_bills_of_suppliers(books: Books):
    choose_account(
        organisation=books.organisation,
        direction="purchases",
        charge="",
        code="310",
        actor=books.owner,
    )
    for n in range(55):
        make_document(
            books.workspace,
            kind=Kind.BILL,
            party=make_party(books.workspace, f"Mill {n}", number=f"M{n}"),
            number=f"B-{n}",
            currency="GBP",
            tax_basis="none",
            lines=[line()],
            submitted=True,
        )
    wait_for_a_press()

    assert planned_and_pushed(books).parts[Fate.CREATED].kinds == {"bill": 55}


def test_planning_calls_nobody_and_writes_nothing(books: Books):
    for n in range(60):
        books.submit(f"INV-{n}")
    wait_for_a_press()
    before = (books.sandbox.calls(), *_counts(), list(Link.objects.order_by("pk").values()))

    with CaptureQueriesContext(connection) as asked:
        plan_push(books.organisation)

    assert (books.sandbox.calls(), *_counts(), list(Link.objects.order_by("pk").values())) == before
    writes = ("INSERT", "UPDATE", "DELETE")
    assert not [one["sql"] for one in asked if one["sql"].startswith(writes)]


def card(books: Books) -> str:
    """Return what the Xero card says beside Sync now."""
    client = Client()
    client.force_login(books.owner)
    text = client.get(reverse("integrations", args=[books.workspace.slug])).text
    said = text.partition("<span data-left></span></button>")[2].partition("</form>")[0]
    return " ".join(strip_tags(said).split())


def known_customer(books: Books) -> None:
    push(books)
    books.submit("INV-2")


def new_customers(books: Books) -> None:
    for n in range(3):
        books.submit(f"NEW-{n}", make_party(books.workspace, f"Shop {n}", number=f"S{n}"))


def an_edit_and_a_payment(books: Books) -> None:
    approve_all(books)
    take_payments(books)
    push(books)
    make_payment(books.workspace.documents.get(number="INV-1"), "4.00")
    books.submit("INV-2")


def a_supplier_and_a_credit(books: Books) -> None:
    credit_note(books, "CN-1")
    books.submit("B-1", make_party(books.workspace, "Mill", number="M1"), kind=Kind.BILL)


@pytest.mark.parametrize(
    "mix", [known_customer, new_customers, an_edit_and_a_payment, a_supplier_and_a_credit]
)
def test_the_card_names_the_calls_that_the_plan_names_and_that_are_made(books: Books, mix):
    books.submit("INV-1")
    mix(books)
    wait_for_a_press()

    said = card(books)
    told = planned_and_pushed(books)

    assert said.endswith(f", {told.call_count} calls")


def test_the_card_says_nothing_of_calls_where_that_would_take_long(books: Books):
    for n in range(QUICK + 1):
        books.submit(f"INV-{n}")
    wait_for_a_press()

    said = card(books)

    assert said.startswith(f"{QUICK + 1} invoices, ")
    assert "call" not in said


def test_calls_left_today_are_never_below_nought(books: Books):
    books.submit("INV-1")
    ApiCall.objects.update(day_remaining=1)

    told = plan_push(books.organisation)

    assert told.call_count > 1
    assert (told.remaining_after, told.short_by) == (0, told.call_count - 1)


def test_the_quota_after_is_what_xero_said_less_the_calls(books: Books):
    books.submit("INV-1")
    ApiCall.objects.create(
        organisation=books.organisation,
        at=timezone.now(),
        method="GET",
        endpoint="Invoices",
        milliseconds=1,
        day_remaining=40,
    )

    told = plan_push(books.organisation)

    assert told.remaining_after == 40 - told.call_count


def _counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Attempt, Batch, ApiCall, Link))
