"""Every remedy that Needs attention offers for what changed in Xero is pressed, and ends the trouble."""

from collections.abc import Callable
from typing import Any

import pytest
from bookkeeper import Bookkeeper
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from factories import make_allocation, make_payment
from tallystick.books.models import Document, Kind, SettlementStatus, Status
from tallystick.sync.models import Check, Lane, LinkState
from tallystick.sync.reports.attention import troubled_links
from tallystick.sync.reports.offered_decisions import decisions_on_each
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

GONE = frozenset({"DELETED", "VOIDED"})


def check(books: Books) -> Check:
    Lane.objects.update(check_due_at="2000-01-01T00:00Z")
    books.work()
    return Check.objects.latest("pk")


def change(person: Bookkeeper, books: Books, document: Document) -> None:
    person.change(books.link(document), Date="2026-11-07")


def draft(person: Bookkeeper, books: Books, document: Document) -> None:
    change(person, books, document)


def renumbered(person: Bookkeeper, books: Books, document: Document) -> None:
    field = "CreditNoteNumber" if Kind(document.kind).is_credit else "InvoiceNumber"
    person.change(books.link(document), **{field: f"X-{document.pk}"})


def approved(person: Bookkeeper, books: Books, document: Document) -> None:
    change(person, books, document)
    person.approve(books.link(document))


def paid(person: Bookkeeper, books: Books, document: Document) -> None:
    approved(person, books, document)
    person.pay(books.link(document), "4.00")


def deleted(person: Bookkeeper, books: Books, document: Document) -> None:
    person.change(books.link(document), Status="DELETED")


def voided(person: Bookkeeper, books: Books, document: Document) -> None:
    person.approve(books.link(document))
    person.change(books.link(document), Status="VOIDED")


_OVER = {"follow", "keep_theirs", "send_ours", "cancel", "mark_done"}
#: What is offered: where numbers are unique, and where they are not.
OFFERED: dict[Callable[..., None], tuple[set[str], set[str]]] = {
    draft: (_OVER, {*_OVER, "clear_xero_id"}),
    renumbered: ({*_OVER, "clear_xero_id"}, {*_OVER, "clear_xero_id"}),
    approved: (_OVER, {*_OVER, "clear_xero_id"}),
    paid: (
        {"follow", "keep_theirs", "mark_done"},
        {"follow", "keep_theirs", "mark_done", "clear_xero_id"},
    ),
    deleted: (
        {"send_ours", "cancel", "mark_done", "clear_xero_id"},
        {"send_ours", "cancel", "mark_done", "clear_xero_id"},
    ),
    voided: (
        {"send_renumbered", "cancel", "mark_done"},
        {"send_ours", "cancel", "mark_done", "clear_xero_id"},
    ),
}


@pytest.fixture
def press(books: Books) -> Callable[[str, Model], str]:
    """Press a button under Needs attention, and answer what it asks before."""
    client = Client()
    client.force_login(books.owner)

    def press(act: str, record: Model) -> str:
        form = {"act": f"{act}:{books.link(record).pk}", "confirmed": "yes"}
        address = reverse("attention-act", args=[books.workspace.slug])
        return client.post(address, form, follow=True).text

    return press


def offered(books: Books, record: Model) -> set[str]:
    links = troubled_links(books.organisation).filter(pk=books.link(record).pk)
    return {act.name for acts in decisions_on_each(links).values() for act in acts}


@pytest.mark.parametrize("kind", Kind)
def test_each_remedy_ends_the_trouble_of_a_document(
    books: Books, bookkeeper: Bookkeeper, press: Callable[[str, Model], str], kind: Kind
):
    """Each situation with each remedy that it offers, on a document of its own."""
    is_unique = kind in (Kind.SALES_INVOICE, Kind.SALES_CREDIT_NOTE)
    books.policy(kind, when_voided="ask")
    wanted = {happens: acts[not is_unique] for happens, acts in OFFERED.items()}
    documents = {
        (happens, act): books.submit(f"N-{happens.__name__}-{act}", kind=kind)
        for happens, acts in wanted.items()
        for act in sorted(acts)
    }
    books.work()
    for (happens, _), document in documents.items():
        happens(bookkeeper, books, document)
    check(books)

    for (happens, act), document in documents.items():
        assert offered(books, document) == wanted[happens], (happens.__name__, act)
    for (_, act), document in documents.items():
        press(act, document)
    books.work()

    for _ in range(2):
        for (happens, act), document in documents.items():
            link = books.link(document)
            where = (happens.__name__, act, link.problem)
            assert offered(books, document) == set(), where
            assert link.state == _END[act], where
        check(books)
    for (happens, act), document in documents.items():
        _stands_as_chosen(books, happens, act, document)


def test_buttons_for_many_count_and_name_those_that_they_can_be_done_to(
    books: Books, bookkeeper: Bookkeeper
):
    books.policy(Kind.SALES_INVOICE, when_voided="ask")
    documents = {happens: books.submit(f"INV-{happens.__name__}") for happens in (deleted, voided)}
    books.work()
    for happens, document in documents.items():
        happens(bookkeeper, books, document)
    check(books)
    client = Client()
    client.force_login(books.owner)

    address = reverse("needs-attention", args=[books.workspace.slug])
    act = reverse("attention-act", args=[books.workspace.slug])
    [group] = client.get(address).context["sections"][0].groups
    form = {"everything": "yes", "filter": group.cause}
    labels = {one.name: one.label_of_all for one in group.acts}
    asked = {name: client.post(act, form | {"act": name}).context["label"] for name in labels}

    assert labels["send_ours"] == "Send ours for 1 invoice"
    assert labels["cancel"] == "Cancel 2 invoices here"
    assert asked == labels
    assert "whose number Xero has free" in group.lead
    client.post(act, form | {"act": "send_ours", "confirmed": "yes"})
    books.work()
    assert books.link(documents[deleted]).state == LinkState.SYNCED
    [group] = client.get(address).context["sections"][0].groups
    assert "renumber it here: then it can be sent again" in group.lead


_END = {
    "follow": LinkState.SYNCED,
    "send_renumbered": LinkState.SYNCED,
    "keep_theirs": LinkState.SYNCED,
    "send_ours": LinkState.SYNCED,
    "clear_xero_id": LinkState.SYNCED,
    "mark_done": LinkState.EXCLUDED,
    "cancel": LinkState.RETRACTED,
}


def _stands_as_chosen(books: Books, happens: Any, act: str, document: Document) -> None:
    """Ours where ours was chosen, theirs where that was kept, nothing live where it was cancelled."""
    copy, link = books.copy(document), books.link(document)
    document.refresh_from_db()
    where = (happens.__name__, act)
    if act in ("send_ours", "clear_xero_id"):
        assert (copy["date"], copy["number"]) == ("2026-11-02", document.number), where
        assert copy["status"] not in GONE, where
    if act == "send_renumbered":
        assert copy["number"] == document.number == f"N-{happens.__name__}-{act}-2", where
        assert copy["status"] not in GONE, where
    if act == "follow":
        here = (document.issued_on.isoformat(), document.number)
        assert (copy["date"], copy["number"]) == here != ("2026-11-02", ""), where
    if act == "keep_theirs":
        assert (copy["date"], copy["number"]) != ("2026-11-02", document.number), where
        assert link.kept_at, where
    if act == "cancel":
        assert copy["status"] in GONE, where
        assert document.status == Status.CANCELLED, where
    assert (link.kept_at is not None) == (act == "keep_theirs"), where


@pytest.mark.parametrize("what", ["payment", "allocation"])
@pytest.mark.parametrize("is_changed", [False, True], ids=["removed", "changed"])
def test_each_remedy_ends_the_trouble_of_what_is_paid_and_set_off(
    books: Books,
    bookkeeper: Bookkeeper,
    press: Callable[[str, Model], str],
    what: str,
    is_changed: bool,
):
    for kind in (Kind.SALES_INVOICE, Kind.SALES_CREDIT_NOTE):
        books.policy(kind, sent_as="AUTHORISED")
    acts = (
        {"keep_theirs", "cancel", "mark_done"}
        if is_changed
        else {"send_ours", "cancel", "mark_done", "clear_xero_id"}
    )
    entries: dict[str, Any] = {}
    for act in acts:
        invoice = books.submit(f"INV-{act}")
        if what == "payment":
            entries[act] = make_payment(invoice, "4.00")
        else:
            note = books.submit(f"CN-{act}", kind=Kind.SALES_CREDIT_NOTE)
            entries[act] = make_allocation(note, invoice, "4.00")
    books.work()
    for entry in entries.values():
        link, invoice = books.link(entry), books.link(entry.document)
        if what == "payment":
            bookkeeper.unpay(link.xero_id)
            if is_changed:
                bookkeeper.pay(invoice, "3.00", Reference=entry.number)
        else:
            note = books.link(entry.credit_note)
            bookkeeper.delete(f"CreditNotes/{note.xero_id}/Allocations/{link.xero_id}")
            if is_changed:
                bookkeeper.allocate(note, invoice, "3.00")
    check(books)

    for act, entry in entries.items():
        assert offered(books, entry) == acts, act
        press(act, entry)
    books.work()

    for _ in range(2):
        for act, entry in entries.items():
            link = books.link(entry)
            assert offered(books, entry) == set(), (act, link.problem)
            assert link.state == _END[act], (act, link.problem)
        check(books)
    assert ((books.link(entries["mark_done"]).kept_at is None) and not is_changed) or (
        books.link(entries["keep_theirs"]).kept_at is not None
    )
    entries["cancel"].refresh_from_db()
    assert entries["cancel"].status == SettlementStatus.DELETED
    standing = books.payments() if what == "payment" else books.allocations()
    amounts = sorted(one["amount"] for one in standing)
    assert amounts == (["3.00", "3.00"] if is_changed else ["4.00", "4.00"])


def test_a_document_with_payments_here_offers_no_cancelling(books: Books, bookkeeper: Bookkeeper):
    """Cancelling asks for their removal first, so it would not end the trouble."""
    invoice = books.submit("INV-1")
    make_payment(invoice, "4.00")
    books.work()
    change(bookkeeper, books, invoice)
    check(books)

    assert "cancel" not in offered(books, invoice)
    assert "keep_theirs" in offered(books, invoice)


def test_voided_there_and_renumbered_here_it_is_sent_again(
    books: Books, bookkeeper: Bookkeeper, press: Callable[[str, Model], str]
):
    from test_edits_push import edit

    books.policy(Kind.SALES_INVOICE, when_voided="ask")
    invoice = books.submit("INV-1")
    books.work()
    voided(bookkeeper, books, invoice)
    check(books)
    assert "send_ours" not in offered(books, invoice)

    edit(books, invoice, number="INV-2")
    books.work()
    assert {"send_ours", "clear_xero_id"} <= offered(books, invoice)
    press("send_ours", invoice)
    books.work()

    assert books.link(invoice).state == LinkState.SYNCED
    assert [one["number"] for one in books.live()] == ["INV-2"]
    check(books)
    assert books.link(invoice).state == LinkState.SYNCED


def test_payments_removed_there_open_the_way_for_ours(
    books: Books, bookkeeper: Bookkeeper, press: Callable[[str, Model], str]
):
    invoice = books.submit("INV-1")
    books.work()
    approved(bookkeeper, books, invoice)
    payment = bookkeeper.pay(books.link(invoice), "4.00")
    check(books)
    assert books.problem(invoice)["code"] == "settled"
    assert "payments or credits of 4.00 GBP on it" in books.problem(invoice)["message"]

    bookkeeper.unpay(payment)
    check(books)
    assert books.problem(invoice)["code"] == "differs"
    press("send_ours", invoice)
    books.work()

    assert books.copy(invoice)["date"] == "2026-11-02"
    check(books)
    assert books.link(invoice).state == LinkState.SYNCED
