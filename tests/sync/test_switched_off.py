"""What belongs to a module that is off stays here and says so, and goes once it is on again."""

import pytest
from bookkeeper import Bookkeeper

from factories import line, make_allocation, make_document, make_payment
from tallystick.books.models import Kind
from tallystick.connections.models import ModuleSchedule, Organisation, ScopePress
from tallystick.connections.module_switching import switch_module
from tallystick.connections.modules import Module, StepMissing
from tallystick.connections.schedules import read_as_usual, read_manually
from tallystick.sync.acts.check_now import check_now
from tallystick.sync.acts.retrying import retry_links
from tallystick.sync.acts.sync_now import sync_now
from tallystick.sync.models import Link, LinkState, PulledKind, Reading, Trigger
from tallystick.sync.preview.planning import plan_push
from tallystick.sync.reports.link_states import state_of
from tallystick.sync.reports.outlook import after_submitting, before_submitting, what_stays
from tallystick.sync.rounds.jobs import due_organisations
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "Bills are switched off. Switch them on under Settings, Integrations, Modules."


def switch(books: Books, module: Module, *, is_on: bool) -> None:
    switch_module(organisation=books.organisation, module=module, is_on=is_on, actor=books.owner)


def test_what_is_submitted_while_its_module_is_off_stays_and_says_why(books: Books):
    switch(books, Module.BILLS, is_on=False)
    bill, invoice = books.submit("BILL-1", kind=Kind.BILL), books.submit("INV-1")
    books.work()

    assert [one["number"] for one in books.invoices()] == ["INV-1"]
    link = books.link(bill)
    assert (link.state, link.waits_for) == (LinkState.WAITING, "module:bills:go")
    assert state_of(link).tooltip == f"Stays here: {WHY}"
    assert due_organisations() == []
    told = after_submitting(books.workspace, [bill.pk, invoice.pk]).sentence()
    assert told == f" It stays here: {WHY.rstrip('.')}."

    switch(books, Module.BILLS, is_on=True)
    books.work()

    assert sorted(one["number"] for one in books.invoices()) == ["BILL-1", "INV-1"]


def test_what_is_queued_when_it_is_switched_off_stays_and_what_waited_for_a_press_waits_again(
    books: Books,
):
    queued = books.submit("BILL-1", kind=Kind.BILL)
    books.policy(Kind.BILL, trigger=Trigger.BY_HAND)
    pressed = books.submit("BILL-2", kind=Kind.BILL)

    switch(books, Module.BILLS, is_on=False)
    books.work()
    assert books.invoices() == []
    assert plan_push(books.organisation).count == 0
    assert sync_now(workspace=books.workspace, actor=books.owner).count == 0
    assert what_stays(books.workspace) == f" 2 records stay here: {WHY}"

    switch(books, Module.BILLS, is_on=True)
    books.work()

    assert [one["number"] for one in books.invoices()] == ["BILL-1"]
    assert books.link(queued).state == LinkState.SYNCED
    assert (books.link(pressed).state, books.link(pressed).waits_for) == (LinkState.WAITING, "")


def test_before_submitting_it_is_told_that_it_will_stay(books: Books):
    draft = make_document(
        books.workspace, kind=Kind.BILL, lines=[line(unit_price="5")], currency="GBP"
    )
    switch(books, Module.BILLS, is_on=False)

    drafts = type(draft).objects.filter(pk=draft.pk)
    assert WHY.rstrip(".") in before_submitting(books.workspace, drafts).sentence(ahead=True)


def test_payments_and_allocations_stay_while_payments_are_off(books: Books, bookkeeper: Bookkeeper):
    invoice = books.submit("INV-1")
    note = books.submit("CN-1", kind=Kind.SALES_CREDIT_NOTE)
    books.work()
    for one in (invoice, note):
        bookkeeper.approve(books.link(one))
    switch(books, Module.PAYMENTS, is_on=False)
    payment, allocation = make_payment(invoice, "1.00"), make_allocation(note, invoice, "2.00")
    books.work()
    assert books.payments() == books.allocations() == []
    assert "Payments are switched off." in state_of(books.link(payment)).tooltip

    switch(books, Module.PAYMENTS, is_on=True)
    books.work()

    assert books.link(allocation).state == LinkState.SYNCED
    assert books.link(payment).state == LinkState.SYNCED


def test_what_is_cancelled_leaves_xero_though_its_module_is_off(books: Books):
    bill = books.submit("BILL-1", kind=Kind.BILL)
    books.work()
    switch(books, Module.BILLS, is_on=False)

    books.cancel(bill)
    books.work()

    assert books.live() == []
    assert books.link(bill).state == LinkState.RETRACTED


def test_retry_of_what_stays_is_refused_in_the_same_words_and_others_are_retried(books: Books):
    bill, invoice = books.submit("BILL-1", kind=Kind.BILL), books.submit("INV-1")
    Link.objects.update(state=LinkState.FAILED)
    switch(books, Module.BILLS, is_on=False)
    links = {one: books.link(one).pk for one in (bill, invoice)}

    with pytest.raises(StepMissing) as refused:
        retry_links(workspace=books.workspace, actor=books.owner, link_ids=[links[bill]])
    both = retry_links(workspace=books.workspace, actor=books.owner, link_ids=list(links.values()))

    assert str(refused.value) == WHY
    assert both == 1
    assert books.link(bill).state == LinkState.FAILED
    assert books.link(invoice).state == LinkState.QUEUED


def test_with_nothing_on_that_is_sent_sync_now_and_the_check_are_refused(books: Books):
    for module in (Module.BILLS, Module.CREDIT_NOTES, Module.PAYMENTS, Module.INVOICES):
        switch(books, module, is_on=False)

    for act in (sync_now, check_now):
        with pytest.raises(StepMissing, match="Invoices are switched off"):
            act(workspace=books.workspace, actor=books.owner)

    assert not ScopePress.objects.exists()


def test_a_kind_that_is_off_is_read_again_once_it_is_on(books: Books):
    Reading.objects.update(is_by_hand=False)
    switch(books, Module.CREDIT_NOTES, is_on=False)
    Reading.objects.filter(kind=PulledKind.CREDIT_NOTES).update(due_at=books.organisation.bound_at)
    before = books.sandbox.calls()
    books.work()
    assert (books.sandbox.calls() - before)["GET CreditNotes"] == 0
    assert Reading.objects.get(kind=PulledKind.CREDIT_NOTES).due_at is None

    switch(books, Module.CREDIT_NOTES, is_on=True)
    books.work()

    assert (books.sandbox.calls() - before)["GET CreditNotes"] == 1


def test_manual_only_plans_nothing_and_the_usual_turn_plans_again(books: Books):
    organisation = Organisation.objects.get(pk=books.organisation.pk)
    Reading.objects.update(is_by_hand=False, due_at=organisation.bound_at)
    books.work()

    read_manually(organisation=organisation, actor=books.owner)
    planned = Reading.objects.exclude(due_at=None, slice_due_at=None)
    by_modules = planned.exclude(kind__in=["organisation", "currencies", "tracking"])
    assert not by_modules.exists()
    assert ModuleSchedule.objects.count() == len(Module)

    read_as_usual(organisation=organisation, actor=books.owner)
    assert Reading.objects.get(kind=PulledKind.CONTACTS).due_at is not None
