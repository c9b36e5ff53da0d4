"""Undoing an import: as a whole while nothing of it is in Xero, through its run afterwards."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.models import F

from factories import make_document, make_member, make_party, make_payment
from tallystick.books.documents import amend_document
from tallystick.books.models import Document, Kind, Payment, Status
from tallystick.importing.errors import ImportRefused
from tallystick.importing.imports import begin, note, note_entries
from tallystick.importing.models import How, Import
from tallystick.sync.acts.undoing_imports import (
    ImportUndoing,
    NotUndone,
    import_preview,
    undo_import,
)
from tallystick.sync.acts.undoing_runs import undo_run
from tallystick.sync.models import Intent, Link, LinkState, Run
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import AuditEntry, Role
from xero_books import Books

pytestmark = pytest.mark.django_db(transaction=True)


def imported(books: Books, *documents: Document, how: How = How.MADE) -> Import:
    """Make an import that made these documents."""
    kept = begin(
        workspace=books.workspace,
        actor=books.owner,
        file_name="sales.csv",
        format="tallystick",
        submit=True,
    )
    note(kept, how, [document.pk for document in documents])
    return kept


def undone(books: Books, kept: Import) -> ImportUndoing:
    return undo_import(workspace=books.workspace, actor=books.owner, import_id=kept.pk)


def drafts(books: Books, *numbers: str) -> list[Document]:
    party = make_party(books.workspace)
    return [
        make_document(books.workspace, party=party, number=number, currency="GBP")
        for number in numbers
    ]


def waiting(books: Books, number: str, **given) -> Document:
    """Submit a document that waits for Sync now."""
    document = books.submit(number, **given)
    books.links_of(document).update(state=LinkState.WAITING)
    return document


def test_what_was_never_submitted_is_removed_and_what_was_is_cancelled(books: Books):
    one, two = drafts(books, "CR-1", "CR-2")
    sent = waiting(books, "CR-3")
    kept = imported(books, one, two, sent)
    make_document(books.workspace, party=one.party, number="X-1")

    told = import_preview(kept)
    done = undone(books, kept)
    books.drain()

    assert done == told
    assert str(done.removed) == "2 invoices, 20.00 GBP"
    assert str(done.cancelled) == "1 invoice, 14.94 GBP"
    assert {each.number: each.status for each in Document.objects.all()} == {
        "CR-3": Status.CANCELLED,
        "X-1": Status.DRAFT,
    }
    assert books.workspace.parties.count() == 1
    kept.refresh_from_db()
    assert kept.undone_by == books.owner
    assert books.invoices() == []
    said = AuditEntry.objects.get(action="import.undone").message
    assert said == "The import of sales.csv was undone: 3 invoices, 34.94 GBP."


def test_in_xero_it_is_undone_by_its_run_first(books: Books):
    documents = [waiting(books, number) for number in ("CR-1", "CR-2")]
    kept = imported(books, *documents)
    books.sync_now()
    books.drain()
    run = Run.objects.get()

    with pytest.raises(NotUndone) as refused:
        undone(books, kept)
    assert "2 invoices, 29.88 GBP of it are in Xero. Undo the sync first" in str(refused.value)
    assert refused.value.runs == (run,)
    undo_run(workspace=books.workspace, actor=books.owner, run_id=run.pk)
    with pytest.raises(NotUndone, match="are in Xero"):
        undone(books, kept)
    books.drain(rounds=2)
    done = undone(books, kept)
    books.drain()

    assert done.cancelled.count == 2
    assert books.live() == []
    assert {each.status for each in Document.objects.all()} == {Status.CANCELLED}


def test_what_went_out_by_itself_is_gathered_as_a_run(books: Books):
    documents = [books.submit(number) for number in ("CR-1", "CR-2")]
    apart = books.submit("CR-3")
    kept = imported(books, *documents)
    books.drain()
    assert not Run.objects.exists()

    for _ in range(2):
        with pytest.raises(NotUndone) as refused:
            undone(books, kept)
    [run] = Run.objects.all()
    assert (refused.value.runs, run.of_import) == ((run,), kept)
    undo_run(workspace=books.workspace, actor=books.owner, run_id=run.pk)
    books.drain(rounds=2)
    undone(books, kept)

    assert [one["number"] for one in books.live()] == ["CR-3"]
    assert books.link(apart).state == LinkState.SYNCED


def test_what_is_being_sent_is_waited_for(books: Books):
    document = books.submit("CR-1")
    kept = imported(books, document)
    fault = books.sandbox.fault("hold_before", method="PUT", path="*/Invoices", times=1)

    with books.round_in_thread():
        books.sandbox.wait_until_holding(fault)
        with pytest.raises(NotUndone, match="1 invoice of it is being sent just now"):
            undone(books, kept)
        books.sandbox.release(fault)

    with pytest.raises(NotUndone, match="is in Xero"):
        undone(books, kept)
    assert Document.objects.get().status == Status.SUBMITTED
    assert len(books.live()) == 1


def test_undone_while_a_worker_is_at_it_nothing_stays_in_xero(books: Books):
    """Whoever comes first wins: refused, or cancelled here and taken out there."""
    documents = [books.submit(f"CR-{number}") for number in range(1, 6)]
    kept = imported(books, *documents)

    with books.round_in_thread():
        try:
            undone(books, kept)
        except NotUndone:
            is_undone = False
        else:
            is_undone = True
    books.work()

    assert len(books.live()) == (0 if is_undone else 5)


def test_payments_that_it_did_not_bring_refuse_it(books: Books):
    free, paid = waiting(books, "CR-1"), waiting(books, "CR-2")
    kept = imported(books, free, paid)
    make_payment(paid, "4.00")

    with pytest.raises(NotUndone) as refused:
        undone(books, kept)

    assert str(refused.value) == (
        "Nothing was undone. Delete these first, then undo the import again: Payment of 4.00 GBP "
        "on CR-2."
    )
    assert {each.status for each in Document.objects.all()} == {Status.SUBMITTED}
    kept.refresh_from_db()
    assert kept.undone_at is None


def test_an_import_of_payments_is_undone_too(books: Books):
    paid = waiting(books, "CR-1")
    kept = begin(workspace=books.workspace, actor=None, file_name="p.csv", format="payments")
    payment = make_payment(paid, "4.00")
    books.links_of(payment).update(state=LinkState.WAITING)
    note_entries(kept, "payment", [payment.pk])

    done = undone(books, kept)

    assert str(done.settlements) == "1 payment, 4.00 GBP"
    assert Payment.objects.get().status == "deleted"
    assert Document.objects.get().status == Status.SUBMITTED


def test_what_it_edited_and_what_was_cancelled_before_stays(books: Books):
    edited, cancelled = waiting(books, "CR-1"), waiting(books, "CR-2")
    kept = imported(books, edited, how=How.EDITED)
    [draft] = drafts(books, "CR-3")
    note(kept, How.MADE, [cancelled.pk, draft.pk])
    books.cancel(cancelled)
    copy = amend_document(workspace=books.workspace, actor=None, document_id=cancelled.pk)
    Document.objects.filter(pk=draft.pk).update(revision=F("revision") + 1)

    done = undone(books, kept)

    assert (done.edited, done.cancelled_before.count, done.changed) == (1, 1, 1)
    assert {each.number: each.status for each in Document.objects.all()} == {
        "CR-1": Status.SUBMITTED,
        "CR-2": Status.CANCELLED,
        copy.number: Status.DRAFT,
    }


def test_undone_twice_at_once_it_is_undone_once(books: Books):
    kept = imported(books, *drafts(books, "CR-1", "CR-2"), waiting(books, "CR-3"))
    together = threading.Barrier(2)

    def undo_it(_: int) -> str:
        together.wait(20)
        try:
            return str(undone(books, kept).all.counted)
        except NotUndone as refused:
            return str(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        said = sorted(threads.map(undo_it, range(2)))

    assert said == ["3 invoices", "Nothing was undone. It was undone already."]
    assert AuditEntry.objects.filter(action="import.undone").count() == 1


def test_no_chunk_comes_after_the_undo(books: Books):
    kept = imported(books, *drafts(books, "CR-1"))
    undone(books, kept)

    with pytest.raises(ImportRefused, match=r"sales\.csv was undone while it was written"):
        note(kept, How.MADE, [each.pk for each in drafts(books, "CR-2")])


def test_only_people_who_may_change_the_books_undo(books: Books):
    kept = imported(books, *drafts(books, "CR-1"))
    viewer = make_member(books.workspace, Role.VIEWER)

    with pytest.raises(NotAllowed):
        undo_import(workspace=books.workspace, actor=viewer, import_id=kept.pk)


def test_bills_and_credit_notes_are_undone_alike(books: Books):
    documents = [waiting(books, f"D-{kind}", kind=kind) for kind in Kind]
    kept = imported(books, *documents)

    undone(books, kept)

    assert not Document.objects.exclude(status=Status.CANCELLED).exists()
    assert set(Link.objects.filter(party=None).values_list("state", "intent")) == {
        (LinkState.RETRACTED, Intent.RETRACT)
    }
