"""Both halves differ: what the page shows and what each button brings about, in a real stand-in."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from factories import line, make_payment
from strict_sandbox import strict_sandbox
from sync.bookkeeper import Bookkeeper
from tallystick.books.documents import edit_document
from tallystick.books.inputs import DocumentInput
from tallystick.books.models import Document
from tallystick.sync.models import Lane, LinkState
from tallystick.web.addresses import record_address
from xero_books import Books, close_pools, connected_books, use_sandbox
from xero_sandbox.server import Running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with strict_sandbox() as running:
        yield running
        close_pools()


@pytest.fixture
def books(transactional_db: None, running: Running, settings) -> Books:
    sandbox = use_sandbox(running.url, settings)
    sandbox.post("/_sandbox/reset")
    books = connected_books(sandbox)
    books.choose_everything()
    return books


@pytest.fixture
def person(books: Books) -> Bookkeeper:
    """Somebody at work in Xero."""
    return Bookkeeper.of(books)


@pytest.fixture
def client(books: Books) -> Client:
    client = Client()
    client.force_login(books.owner)
    return client


@pytest.fixture
def drifted(books: Books, person: Bookkeeper) -> Document:
    """An invoice that was changed on both sides after it was sent."""
    document = books.submit("INV-1")
    books.drain()
    person.change(
        books.link(document),
        DueDate="2026-12-09",
        LineItems=[{"Description": "Widgets, blue", "Quantity": 4, "UnitAmount": 5,
                    "AccountCode": "200", "TaxType": "OUTPUT2"}],
    )  # fmt: skip
    edit_document(
        workspace=books.workspace,
        actor=books.owner,
        document_id=document.pk,
        document=DocumentInput(
            party_number=document.party.number,
            issued_on=date(2026, 11, 2),
            due_on=date(2026, 12, 2),
            currency="GBP",
            lines=(line("Widget", quantity="10", unit_price="4.15", tax_code="VAT20"),),
        ),
    )
    books.drain()
    document.refresh_from_db()
    return document


#: The fields of a document's head and of its one line that Xero has.
_SAME = "The 13 fields below say the same on both sides, as Xero was read"


def page(client: Client, books: Books, document: Document):
    return client.get(record_address(document, books.workspace))


def decide(client: Client, books: Books, act: str, record: object) -> str:
    form = {"act": act, "link": books.link(record).pk}
    return client.post(reverse("decide", args=[books.workspace.slug]), form, follow=True).text


def test_three_sides_are_shown_with_what_differs(client, books, drifted) -> None:
    answer = page(client, books, drifted)

    sides = {side.label: side for side in answer.context["differing"]}
    total = sides["Total"]
    assert (total.sent, total.theirs, total.ours) == ("14.94", "24.00", "49.80")
    assert sides["Line 1, description"].theirs == "Widgets, blue"
    assert sides["Line 1, quantity"].sent == "3"
    assert (sides["Due date"].theirs, sides["Due date"].ours) == ("9 Dec 2026", "2 Dec 2026")
    assert "Date" not in sides
    for words in ("Last sent", "In Xero", "Yours now", "Leave both as they are", "Send ours"):
        assert words in answer.text


def test_keeping_what_xero_has_settles_it(client, books, drifted) -> None:
    said = decide(client, books, "keep_theirs", drifted)
    books.drain()

    assert "What Xero has is kept." in said
    assert books.link(drifted).state == LinkState.SYNCED
    assert [one["total"] for one in books.live()] == ["24.00"]
    text = page(client, books, drifted).text
    assert "chose to keep what Xero has" in text
    assert "Needs you" not in text.split("<main")[1]


def test_sending_ours_writes_over_it(client, books, drifted) -> None:
    said = decide(client, books, "send_ours", drifted)
    books.drain()

    assert "Ours is queued for Xero." in said
    assert [one["total"] for one in books.live()] == ["49.80"]
    assert _SAME in page(client, books, drifted).text
    assert "does not wait for this decision any more" in decide(client, books, "send_ours", drifted)


def test_why_it_looks_so_tells_which_level_decided_each_line(client, books) -> None:
    lines = [
        line("Beans", tax_code="VAT20"),
        line("Delivery", tax_code="VAT20", account_code="260"),
    ]
    document = books.submit("INV-1", lines=lines)
    books.drain()

    answer = page(client, books, document)

    told = [(one["text"], one["account"]["code"], one["account"]["level"])
            for one in answer.context["why"]]  # fmt: skip
    assert told == [("Beans", "200", "the workspace default"), ("Delivery", "260", "the line")]
    assert "from the workspace default" in answer.text
    assert "20% (VAT on Income)" in answer.text


def test_a_taken_number_shows_both_and_is_marked_as_this_one(client, books, person) -> None:
    document = books.submit("INV-1")
    books.drain()
    copy = books.link(document)
    # The same invoice under another number of ours: Xero compares without letter case.
    again = books.submit("inv-1", lines=[line("Other", tax_code="VAT20")])
    books.drain()

    answer = page(client, books, again)
    assert "Xero already has an invoice INV-1" in answer.text
    assert "Mark as this one" in answer.text
    assert "Renumber inv-1" in answer.text
    match = reverse("document-match", args=[books.workspace.slug, again.pk])
    client.post(match, {"number": "INV-1"})
    books.drain()

    asked = page(client, books, again)
    assert "inv-1 is not INV-1 of Xero" in asked.text
    assert "Its number in Xero" in asked.text
    assert books.link(document).xero_id == copy.xero_id


def test_a_held_payment_goes_once_its_invoice_is_approved_here(client, books) -> None:
    document = books.submit("INV-1")
    books.drain()
    payment = make_payment(document, "5")
    books.drain()
    assert "Approve INV-1 in Xero" in page(client, books, document).text

    said = decide(client, books, "approve", payment)
    books.drain(3)

    assert "It is queued to be approved in Xero." in said
    assert books.link(payment).state == LinkState.SYNCED
    assert [Decimal(one["amount"]) for one in books.payments()] == [Decimal(5)]
    text = page(client, books, document).text
    assert "Recorded in Xero." in text


def test_a_payment_that_somebody_recorded_there_is_taken_for_this_one(
    client, books, person
) -> None:
    document = books.submit("INV-1")
    books.drain()
    person.approve(books.link(document))
    person.pay(books.link(document), "5")
    payment = make_payment(document, "5", paid_on=date(2026, 11, 10))
    books.drain(2)
    text = page(client, books, document).text
    assert "It is this one" in text
    assert "Send ours too" in text

    decide(client, books, "keep_theirs", payment)
    books.drain()

    assert books.link(payment).state == LinkState.SYNCED
    assert len(books.payments()) == 1


def test_a_draft_that_was_deleted_there_is_sent_again(client, books, person) -> None:
    document = books.submit("INV-1")
    books.drain()
    person.change(books.link(document), Status="DELETED")
    books.retry(document)
    edit_document(
        workspace=books.workspace,
        actor=books.owner,
        document_id=document.pk,
        document=DocumentInput(
            party_number=document.party.number,
            issued_on=date(2026, 11, 2),
            due_on=date(2026, 12, 2),
            currency="GBP",
            lines=(line("Widget", quantity="10", unit_price="4.15", tax_code="VAT20"),),
        ),
    )
    books.drain()
    assert "Send it again" in page(client, books, document).text

    decide(client, books, "send_ours", document)
    books.drain()

    assert [one["total"] for one in books.live()] == ["49.80"]


@pytest.fixture
def changed(books: Books, person: Bookkeeper) -> Document:
    """An invoice that somebody changed in Xero, as the check found."""
    document = books.submit("INV-1")
    books.work()
    person.change(books.link(document), Reference="By Mary")
    look_through(books)
    return document


def look_through(books: Books) -> None:
    Lane.objects.update(check_due_at="2000-01-01T00:00Z")
    books.work()


def test_what_the_check_found_shows_the_sides_and_what_can_be_done(client, books, changed) -> None:
    answer = page(client, books, changed)

    assert "the reference is By Mary there and empty here" in answer.text
    assert [side.label for side in answer.context["differing"]] == ["Reference"]
    offered = [one.label for one in answer.context["decisions"]]
    assert offered == [
        *("Keep theirs: ours follows", "Leave both as they are"),
        *("Send ours", "Cancel here", "Mark done"),
    ]
    assert "Retry" not in answer.text.split("<main")[1]


def test_a_refused_send_of_ours_is_not_followed_by_a_claim_that_both_say_the_same(
    client, books, person, changed
) -> None:
    person.lock("2026-12-31")
    act = reverse("attention-act", args=[books.workspace.slug])
    client.post(act, {"act": f"send_ours:{books.link(changed).pk}", "confirmed": "yes"})
    books.work()
    assert books.problem(changed)["code"] == "period_locked"

    text = " ".join(page(client, books, changed).text.split())

    assert _SAME not in text
    assert "the 13 fields below said the same on both sides. Since then: INV-1 says" in text
    assert "the reference is By Mary there and empty here" in text

    person.lock(None)
    books.retry(changed)
    books.work()
    assert _SAME in page(client, books, changed).text


def test_cancelling_from_its_page_asks_first_and_takes_it_from_xero(client, books, changed) -> None:
    act = reverse("attention-act", args=[books.workspace.slug])
    cancel = page(client, books, changed).context["decisions"][3]
    form = {"act": f"{cancel.name}:{cancel.asks_of}"}

    asked = client.post(act, form)
    assert "Cancel 1 invoice here?" in asked.text
    assert books.link(changed).state == LinkState.HELD
    said = client.post(act, form | {"confirmed": "yes"}, follow=True).text
    books.work()

    assert "cancelled here; what still stands of them goes from Xero too." in said
    assert books.live() == []
    assert books.link(changed).state == LinkState.RETRACTED


def test_what_is_kept_is_never_told_as_equal(client, books, changed) -> None:
    act = reverse("attention-act", args=[books.workspace.slug])
    said = client.post(act, {"act": f"keep_theirs:{books.link(changed).pk}"}, follow=True).text
    look_through(books)

    assert "kept as Xero has them." in said
    text = page(client, books, changed).text
    assert "Kept as Xero has it" in text
    assert "say the same on both sides" not in text
    attention = client.get(reverse("needs-attention", args=[books.workspace.slug])).text
    assert "kept as Xero has it, which is not what you have." in attention


def test_what_is_voided_there_is_not_told_as_the_same_without_saying_so(
    client, books, person
) -> None:
    books.policy("sales_invoice", when_voided="ask")
    document = books.submit("INV-1")
    books.work()
    person.approve(books.link(document))
    person.change(books.link(document), Status="VOIDED")
    look_through(books)

    text = page(client, books, document).text

    assert "INV-1 was sent to Xero before and was voided there by somebody." in text
    assert "But there it is voided now." in text
