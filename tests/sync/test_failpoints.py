"""A worker killed at every boundary there is: each thing stands in Xero once, and the log is whole.

A story prepares a round that meets some of the boundaries, yields when it is about to begin, and
says after it what must have become of everything, though a worker died in it and others took over.
The suite tries every fourth boundary of each story, `make proofs` every one.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from bookkeeper import Bookkeeper
from django.db.models.functions import Now

from consenting import UK, connect
from factories import line, make_allocation, make_item, make_party, make_payment
from proofs import part_of
from tallystick import xero
from tallystick.books.allocations import remove_allocations
from tallystick.books.documents import DocumentInput, edit_document
from tallystick.books.inputs import ItemInput, PartyInput
from tallystick.books.items import edit_item
from tallystick.books.models import Document, Item, Kind
from tallystick.books.parties import edit_party
from tallystick.books.payments import delete_payments
from tallystick.connections.client import client_for
from tallystick.connections.models import ConnectionStatus, ModuleSwitch, Organisation
from tallystick.connections.module_switching import switch_module
from tallystick.connections.modules import Module
from tallystick.mirror.models import MirroredContact
from tallystick.sync.acts import decisions
from tallystick.sync.acts.changing_record_rules import save_record_policy
from tallystick.sync.engine.steps import CALLS, COMMITS, FAILPOINTS, PURPOSES
from tallystick.sync.links.record_kinds import ITEM, PARTY
from tallystick.sync.models import (
    Attempt,
    AttemptOutcome,
    Batch,
    EventEnd,
    Lane,
    Link,
    LinkState,
    PulledKind,
    Reading,
    RecordTrigger,
    WebhookCategory,
    WebhookEvent,
)
from tallystick.sync.pull.schedule import allow_again, make_due
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)

Story = Callable[[Books, Bookkeeper, str], Iterator[None]]


def new_documents(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """Of a new party and of one that Xero knows; one cannot be sent, nor what is paid on it."""
    bay = xero.ContactDraft(name=f"Bay {tag}", contact_number=f"B{tag}")
    client_for(books.organisation).create_contacts([bay], f"bay {tag}")
    parties = [
        make_party(books.workspace, f"Bay {tag}", number=f"B{tag}"),
        make_party(books.workspace, f"New {tag}", number=f"N{tag}"),
    ]
    sent = [
        books.submit(f"{party.name} {kind}", party, kind=kind)
        for party in parties
        for kind in (Kind.SALES_INVOICE, Kind.SUPPLIER_CREDIT_NOTE)
    ]
    wrong = books.submit(f"WRONG {tag}", parties[0], lines=[line(account_code="999")])
    payment = make_payment(wrong, "1.00")
    Organisation.objects.update(read_at=None)
    yield
    stand_once(books, sent, "DRAFT")
    assert books.link(wrong).state == LinkState.FAILED
    assert books.link(payment).state == LinkState.WAITING


def lost_and_forgotten_ones(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """Known to Xero but not to us, and sent with an answer that never came."""
    forgotten = books.submit(f"FORGOTTEN {tag}")
    books.drain()
    books.link(forgotten).delete()
    lost = books.submit(f"LOST {tag}")
    books.sandbox.fault("cut_after", method="PUT", path="*/Invoices", times=1)
    books.drain()
    books.let_lease_end()
    books.let_key_die()
    books.sync_now()
    yield
    stand_once(books, [forgotten, lost], "DRAFT")


def unanswered_ones(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """Written, but no answer ever came; the lane then waits a little."""
    sent = books.submit(f"UNANSWERED {tag}")
    books.sandbox.fault("cut_after", method="PUT", path="*/Invoices", times=1)
    yield
    stand_once(books, [sent], "DRAFT")


def repeated_ones(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """Without an answer the first time and the second; then the request rests."""
    sent = books.submit(f"REPEATED {tag}")
    books.sandbox.fault("cut_after", method="PUT", path="*/Invoices", times=2)
    books.drain()
    books.let_lease_end()
    yield
    Batch.objects.update(rests_until=None)
    books.come_through()
    stand_once(books, [sent], "DRAFT")


def customers_in_the_way(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """One bears the name of a contact without number, one is archived, one is tried later."""
    named, archived, later = (f"{name} {tag}" for name in ("NAMED", "ARCHIVED", "LATER"))
    there = [
        xero.ContactDraft(name=named),
        xero.ContactDraft(name=archived, contact_number=archived),
    ]
    made = client_for(books.organisation).create_contacts(there, f"contacts {tag}")
    old = {"ContactID": made[1].record.contact_id, "ContactStatus": "ARCHIVED"}
    bookkeeper.write("POST", "Contacts", old)
    parties = [make_party(books.workspace, one, number=one) for one in (named, archived, later)]
    sent, stopped, waiting = (books.submit(party.name, party) for party in parties)
    until = Now() + timedelta(hours=1)
    Link.objects.create(organisation=books.organisation, party=parties[2], not_before=until)
    yield
    stand_once(books, [sent], "DRAFT")
    assert books.copy(sent)["contact_id"] == made[0].record.contact_id
    assert books.problem(stopped)["code"] == "contact_archived"
    assert Link.objects.paused().filter(document=waiting).exists()


def ones_that_xero_shut_out(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """Access was removed in Xero; a person connects anew."""
    sent = books.submit(f"SHUT OUT {tag}")
    fault = books.sandbox.fault(
        "status",
        status=403,
        body='{"Type":null,"Title":"Forbidden","Status":403,"Detail":"AuthenticationUnsuccessful"}',
        headers={"Content-Type": "application/json"},
        path="*/Invoices",
    )
    yield
    books.workspace.connection.refresh_from_db()
    assert books.workspace.connection.status == ConnectionStatus.ERROR
    assert books.link(sent).state == LinkState.QUEUED
    books.sandbox.remove_fault(fault)
    connect(books.workspace, books.owner, tenant_id=UK)
    books.come_through()
    stand_once(books, [sent], "DRAFT")


def ones_of_a_module_switched_off(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """Queued, and due to be read, when their modules are off already: set aside until these are on."""
    organisation = books.organisation
    bill, sent = books.submit(f"STAYS {tag}", kind=Kind.BILL), books.submit(f"GOES {tag}")
    ModuleSwitch.objects.create(organisation=organisation, module=Module.BILLS, is_on=False)
    make_due(organisation, [PulledKind.BANK_TRANSACTIONS], why="Expenses are off, too.")
    yield
    assert Reading.objects.get(kind=PulledKind.BANK_TRANSACTIONS).due_at is None
    stand_once(books, [sent], "DRAFT")
    assert books.link(bill).state == LinkState.WAITING
    switch_module(organisation=organisation, module=Module.BILLS, is_on=True, actor=books.owner)
    books.come_through()
    stand_once(books, [bill], "DRAFT")
    ModuleSwitch.objects.all().delete()


def edited_ones(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """Written anew, and with them their PDFs."""
    kinds = (Kind.BILL, Kind.SALES_CREDIT_NOTE)
    for kind in kinds:
        books.policy(kind, attach_pdf=False)
    documents = [books.submit(f"EDITED {tag} {kind}", kind=kind) for kind in kinds]
    books.drain()
    for kind in kinds:
        books.policy(kind, attach_pdf=True)
    edited = [edit(books, document) for document in documents]
    yield
    stand_once(books, edited, "DRAFT")
    for document, path in zip(edited, ("Invoices", "CreditNotes"), strict=True):
        assert books.copy(document)["total"] == str(document.total)
        files = bookkeeper.read(f"{path}/{books.link(document).xero_id}/Attachments")
        assert len(files["Attachments"]) == 1


def approved_and_paid_ones(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """A person has approved the documents of some entries; others are asked about."""
    invoice, draft = books.submit(f"PAID {tag}"), books.submit(f"DRAFT {tag}")
    note = books.submit(f"CREDIT {tag}", kind=Kind.SALES_CREDIT_NOTE)
    books.drain()
    entries = [
        make_payment(invoice, "4.00"),
        make_payment(note, "1.00"),
        make_allocation(note, invoice, "5.00"),
    ]
    books.drain()
    decisions.approve_in_xero(
        workspace=books.workspace,
        actor=books.owner,
        link_ids=[books.link(entry).pk for entry in entries],
    )
    asked = make_payment(draft, "1.00")
    yield
    stand_once(books, [invoice, note], "AUTHORISED")
    assert {books.link(entry).state for entry in entries} == {LinkState.SYNCED}
    assert books.link(asked).state == LinkState.HELD
    assert books.copy(invoice)["amount_due"] == "5.94"
    assert books.copy(note)["remaining"] == "8.94"
    assert len({books.link(entry).xero_id for entry in entries}) == 3


def withdrawn_ones(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """Payments deleted, an allocation removed, documents cancelled; of some the copy is gone."""
    for kind in (Kind.SALES_INVOICE, Kind.SALES_CREDIT_NOTE):
        books.policy(kind, sent_as="AUTHORISED")
    invoice, gone = books.submit(f"PAID {tag}"), books.submit(f"GONE {tag}")
    note = books.submit(f"CREDIT {tag}", kind=Kind.SALES_CREDIT_NOTE)
    payments = [make_payment(invoice, "4.00"), make_payment(note, "1.00")]
    allocation = make_allocation(note, invoice, "5.00")
    books.drain()
    bookkeeper.change(books.link(gone), Status="VOIDED")
    bookkeeper.unpay(books.link(payments[1]).xero_id)
    undo = {"workspace": books.workspace, "actor": books.owner}
    delete_payments(payment_ids=[payment.pk for payment in payments], **undo)
    remove_allocations(allocation_ids=[allocation.pk], **undo)
    books.cancel(invoice, gone, note)
    yield
    stand_once(books, [invoice, gone, note], "VOIDED")
    assert {books.link(one).state for one in [*payments, allocation]} == {LinkState.RETRACTED}
    assert (books.payments(), books.allocations()) == ([], [])


def doubled_ones(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """Written twice by a frozen process; one of the second ones was approved since."""
    for kind in (Kind.SALES_INVOICE, Kind.BILL, Kind.SUPPLIER_CREDIT_NOTE):
        books.policy(kind, sent_as="DRAFT")
    bill, approved = (
        books.submit(f"{name} {tag}", kind=Kind.BILL) for name in ("BILL", "APPROVED")
    )
    note = books.submit(f"NOTE {tag}", kind=Kind.SUPPLIER_CREDIT_NOTE)
    books.policy(Kind.SALES_INVOICE, sent_as="AUTHORISED")
    invoice = books.submit(f"INVOICE {tag}")
    payment = make_payment(invoice, "4.00")
    books.drain()
    for document in (bill, note):
        bookkeeper.write_twice(books.link(document))
    bookkeeper.write_twice(books.link(approved), Status="AUTHORISED")
    bookkeeper.pay(books.link(invoice), "4.00", Reference=payment.number)
    Lane.objects.update(check_due_at=Now())
    yield
    live = [copy["number"] for copy in books.copies() if copy["status"] != "DELETED"]
    for document, times in ((bill, 1), (note, 1), (invoice, 1), (approved, 2)):
        assert live.count(document.number) == times
    assert books.link(approved).problem["code"] == "doubled"
    assert books.copy(invoice)["amount_due"] == "10.94"
    assert books.link(payment).state == LinkState.SYNCED


def things_that_come_home(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """Read from Xero, where one kind may not be read and one cannot be answered just now."""
    contact = bookkeeper.write("PUT", "Contacts", {"Name": f"HOME {tag}"})
    forbidden = books.sandbox.fault("forbid", method="GET", path="*/Items")
    broken = books.sandbox.fault("status", status=500, method="GET", path="*/Prepayments")
    kinds = [
        *(PulledKind.ACCOUNTS, PulledKind.CONTACTS),
        *(PulledKind.ITEMS, PulledKind.PREPAYMENTS),
    ]
    make_due(books.organisation, kinds, why="the story")
    yield
    assert MirroredContact.objects.filter(xero_id=contact["ContactID"]).exists()
    readings = {one.kind: one for one in Reading.objects.all()}
    assert readings[PulledKind.ITEMS].off_reason
    assert readings[PulledKind.PREPAYMENTS].alarm
    for fault in (forbidden, broken):
        books.sandbox.remove_fault(fault)
    allow_again(books.organisation)
    Reading.objects.update(due_at=None)


def told_ones(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """Told of by webhooks: one was read since, and of the other's kind Xero lets nobody read."""
    sent = [books.submit(f"TOLD {tag}"), books.submit(f"CN {tag}", kind=Kind.SALES_CREDIT_NOTE)]
    books.drain()
    allow_again(books.organisation)
    make_due(books.organisation, [PulledKind.INVOICES, PulledKind.CREDIT_NOTES], why="the story")
    books.work()
    Reading.objects.filter(kind=PulledKind.CREDIT_NOTES).update(off_at=Now())
    for document, category, year in zip(
        sent, (WebhookCategory.INVOICE, WebhookCategory.CREDITNOTE), (2025, 2099), strict=True
    ):
        WebhookEvent.objects.create(
            organisation=books.organisation,
            category=category,
            resource_id=books.link(document).xero_id,
            event_at=datetime(year, 1, 1, tzinfo=UTC),
            noticed_at=Now() - timedelta(minutes=1),
        )
    yield
    ends = list(WebhookEvent.objects.order_by("-pk").values_list("end", flat=True)[:2])
    assert ends == [EventEnd.LEFT_TO_READING, EventEnd.NOT_NEWER]
    stand_once(books, sent, "DRAFT")


def parties_and_items(books: Books, bookkeeper: Bookkeeper, tag: str) -> Iterator[None]:
    """New and changed; one of each Xero has already, and some have nothing that is to be written."""
    books.sandbox.post("/_sandbox/switches", {"items_write_scope": "invoices"})
    for kind in (PARTY, ITEM):
        save_record_policy(
            organisation=books.organisation,
            kind=kind,
            actor=books.owner,
            trigger=RecordTrigger.BY_ITSELF,
        )
    bookkeeper.write("PUT", "Items", {"Code": f"THERE {tag}", "Name": "There"})
    changed = [make_party(books.workspace, f"{one} {tag}", number=f"{one}{tag}") for one in "PQ"]
    items = [make_item(books.workspace, f"{one} {tag}") for one in ("CHANGED", "SAME")]
    books.work()
    for party in changed:
        # One of the name only, which is never sent.
        email = "new@example.com" if party is changed[0] else ""
        given = PartyInput(number=party.number, name=f"New {party.name}", email=email)
        edit_party(workspace=books.workspace, actor=books.owner, party_id=party.pk, party=given)
    for item, price in zip(items, ("11.50", "10"), strict=True):
        edit_item(
            workspace=books.workspace,
            actor=books.owner,
            item_id=item.pk,
            item=ItemInput(
                code=item.code, name=item.name, unit_price=Decimal(price), account_code=""
            ),
        )
    Item.objects.filter(pk=items[1].pk).update(revision=9)
    Link.objects.filter(item=items[1]).update(wants_update=True)
    new = [make_item(books.workspace, f"{one} {tag}") for one in ("NEW", "THERE")]
    yield
    records = [*changed, *items, *new]
    assert {books.link(one).state for one in records} == {LinkState.SYNCED}
    assert not Link.objects.filter(wants_update=True).exists()
    contact = client_for(books.organisation).contacts_by_number([changed[0].number])
    assert [one.email_address for one in contact] == ["new@example.com"]
    there = client_for(books.organisation).items_by_code([one.code for one in (*items, *new)])
    assert {one.code: one.record_id for one in there} == {
        one.code: str(books.link(one).xero_id) for one in (*items, *new)
    }
    assert {one.sales.unit_price for one in there if one.sales} >= {Decimal("11.50")}


def steps_of(*purposes: str) -> tuple[str, ...]:
    return tuple(f"{purpose}.{step}" for purpose in purposes for step in ("seal", "send", "settle"))


def of_both(*verbs: str) -> tuple[str, ...]:
    endpoints = ("invoices", "credit_notes")
    return steps_of(*(f"{verb}_{endpoint}" for verb in verbs for endpoint in endpoints))


#: Every step there is, by the story whose round takes it.
STEPS: dict[Story, tuple[str, ...]] = {
    new_documents: (
        *("lane.take", "lane.release", "organisation.read", "organisation.keep"),
        *("contacts.link", "contacts.ask", "contacts.find", "resolve", "settlements.resolve"),
        *steps_of("create_contacts"),
        *of_both("create"),
    ),
    lost_and_forgotten_ones: ("ask", "batch.ask"),
    unanswered_ones: ("batch.unclear", "lane.block"),
    repeated_ones: ("batch.repeat", "batch.rest"),
    customers_in_the_way: (
        *("contacts.pause", "contacts.namesakes", "contacts.adopt", "contacts.stop"),
    ),
    ones_that_xero_shut_out: ("connection.error",),
    ones_of_a_module_switched_off: ("modules.aside", "pull.shut"),
    edited_ones: of_both("update", "attach"),
    approved_and_paid_ones: (
        "settlements.ask",
        *of_both("approve"),
        *steps_of("create_payments", "create_allocations"),
    ),
    withdrawn_ones: (
        *("look", "settlements.look"),
        *of_both("retract"),
        *steps_of("retract_payments", "retract_allocations"),
    ),
    parties_and_items: (
        *("contacts.compare", "items.ask", "items.find", "items.compare"),
        *steps_of("update_contacts", "create_items", "update_items"),
    ),
    doubled_ones: (
        *("check.begin", "pull.read", "pull.page", "check.done", "duplicates.look"),
        *of_both("stray"),
        *steps_of("stray_payments"),
    ),
    things_that_come_home: ("list.read", "list.keep", "pull.off", "pull.rest"),
    told_ones: ("webhooks.skip", "webhooks.leave"),
}


@pytest.mark.parametrize("story", STEPS, ids=lambda story: story.__name__)
def test_killed_anywhere_each_thing_stands_once_and_the_log_is_whole(
    books: Books, bookkeeper: Bookkeeper, story: Story, subtests
):
    for number, failpoint in enumerate(part_of(failpoints_of(story), every=4)):
        with subtests.test(failpoint):
            tale = story(books, bookkeeper, str(number))
            next(tale)

            died = books.worker_dies_at(failpoint)
            books.come_through()

            assert died, f"The story never reaches {failpoint}; give it what does."
            assert next(tale, None) is None
            assert not Batch.objects.filter(settled_at=None).exists()
            assert not Attempt.objects.filter(outcome=AttemptOutcome.OPEN).exists()


def test_every_boundary_has_its_story():
    told = [failpoint for story in STEPS for failpoint in failpoints_of(story)]

    assert sorted(told) == sorted(FAILPOINTS)
    assert {step for steps in STEPS.values() for step in steps} == {*COMMITS, *CALLS}
    assert max(map(len, PURPOSES)) <= Batch._meta.get_field("purpose").max_length


def failpoints_of(story: Story) -> list[str]:
    return [one for one in FAILPOINTS if one.rpartition(".")[0] in STEPS[story]]


def stand_once(books: Books, documents: list[Document], status: str) -> None:
    """Say that each document has one copy, of the status, and a last line in the log that is good."""
    state = LinkState.RETRACTED if status == "VOIDED" else LinkState.SYNCED
    copies = books.copies()
    for document in documents:
        [copy] = [one for one in copies if one["number"] == document.number]
        link = books.link(document)
        assert (copy["id"], copy["status"]) == (str(link.xero_id), status)
        assert link.state == state
        assert books.log(document)[-1][1] == AttemptOutcome.DONE


def edit(books: Books, document: Document) -> Document:
    return edit_document(
        workspace=books.workspace,
        actor=books.owner,
        document_id=document.pk,
        document=DocumentInput(
            kind=Kind(document.kind),
            party_number=document.party.number,
            issued_on=date(2026, 11, 3),
            due_on=date(2026, 12, 3),
            currency="GBP",
            lines=(line(tax_code="VAT20", unit_price="9.99"),),
        ),
    )
