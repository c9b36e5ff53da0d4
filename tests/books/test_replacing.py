"""Documents made in place of others with content of their own, credited in whole, and removed."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from factories import line, make_allocation, make_document, make_party, make_tax_code
from tallystick.books.documents import (
    DocumentInput,
    amend_document,
    cancel_documents,
    credit_document,
    remove_drafts,
    replace_document,
    submit_documents,
)
from tallystick.books.errors import InvalidRecord, WrongState
from tallystick.books.models import Document, Kind, Line, Status
from tallystick.books.numbers import next_in_families
from tallystick.workspaces.models import AuditEntry


def cancel(*documents):
    ids = [document.pk for document in documents]
    cancel_documents(workspace=documents[0].workspace, document_ids=ids, actor=None)


def given(document, **values):
    same = DocumentInput(
        kind=document.kind,
        number=document.number,
        party_number=document.party.number,
        issued_on=document.issued_on,
        due_on=document.due_on,
        lines=(line(unit_price="11"),),
    )
    return replace(same, **values)


def put_in_place(document, **values):
    return replace_document(
        workspace=document.workspace,
        actor=None,
        document_id=document.pk,
        document=given(document, **values),
    )


def credit(document, on=date(2026, 11, 20)):
    return credit_document(
        workspace=document.workspace, actor=None, document_id=document.pk, issued_on=on
    )


def test_what_comes_in_place_of_a_cancelled_document_has_content_of_its_own(workspace, announced):
    make_tax_code(workspace)
    old = make_document(workspace, number="CR-1", submitted=True)
    cancel(old)
    announced.clear()

    new = put_in_place(old, lines=(line(unit_price="11", tax_code="GST"),), reference="PO 8")

    new.refresh_from_db()
    assert (new.number, new.amends, new.status) == ("CR-1-2", old, Status.DRAFT)
    assert (new.total, new.reference) == (Decimal("12.65"), "PO 8")
    assert announced == []
    assert AuditEntry.objects.last().message == "CR-1-2 was made in place of CR-1."


def test_only_what_is_cancelled_and_has_nothing_in_its_place_is_replaced(workspace):
    old = make_document(workspace, number="CR-1")

    with pytest.raises(WrongState, match="not cancelled"):
        put_in_place(old)
    cancel(old)
    put_in_place(old)
    with pytest.raises(WrongState, match="CR-1-2 is in place of CR-1 already"):
        put_in_place(old)


def test_a_wrong_value_of_what_would_replace_it_makes_nothing(workspace):
    old = make_document(workspace, number="CR-1")
    cancel(old)

    with pytest.raises(InvalidRecord, match="NONE"):
        put_in_place(old, lines=(line(tax_code="NONE"),))
    with pytest.raises(InvalidRecord, match="keeps its kind"):
        put_in_place(old, kind=Kind.BILL)

    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "credited_by"),
    [
        (Kind.SALES_INVOICE, Kind.SALES_CREDIT_NOTE),
        (Kind.BILL, Kind.SUPPLIER_CREDIT_NOTE),
    ],
)
def test_a_document_is_credited_in_whole_line_by_line(workspace, kind, credited_by):
    lines = [line("Tea", unit_price="10"), line("Post", charge="freight")]
    document = make_document(workspace, kind=kind, number="CR-1", lines=lines, submitted=True)

    note = credit(document)

    note.refresh_from_db()
    assert (note.kind, note.number, note.status) == (credited_by, "CR-1-CN", Status.DRAFT)
    assert (note.party, note.total) == (document.party, document.total)
    assert (note.issued_on, note.due_on) == (date(2026, 11, 20), date(2026, 11, 20))
    described = [(each.description, each.charge) for each in note.lines.order_by("position")]
    assert described == [("Tea", ""), ("Post", "freight")]
    assert AuditEntry.objects.last().message == "CR-1-CN was made to credit CR-1."


def test_a_document_is_credited_once(workspace):
    document = make_document(workspace, number="CR-1", submitted=True)
    note = credit(document)

    with pytest.raises(WrongState, match="CR-1-CN credits CR-1 already"):
        credit(document)
    cancel(note)

    assert credit(document).number == "CR-1-CN-2"
    with pytest.raises(WrongState, match="CR-1-CN-2 credits CR-1 already"):
        credit(document)


def test_what_is_credited_in_whole_is_replaced_as_if_it_were_cancelled(workspace):
    document = make_document(workspace, number="CR-1", submitted=True)
    with pytest.raises(WrongState, match="CR-1 is not cancelled"):
        put_in_place(document)
    note = credit(document)

    new = put_in_place(document)

    assert (new.number, new.amends) == ("CR-1-2", document)
    with pytest.raises(WrongState, match="CR-1-2 is in place"):
        put_in_place(document)
    with pytest.raises(WrongState, match="not cancelled"):
        amend_document(workspace=workspace, actor=None, document_id=document.pk)
    cancel(new, note)
    with pytest.raises(WrongState, match="CR-1 is not cancelled"):
        put_in_place(document)


def test_what_is_not_owed_is_not_credited(workspace):
    party = make_party(workspace)
    draft = make_document(workspace, party=party, number="CR-1")
    credited = make_document(workspace, party=party, number="CR-2", submitted=True)
    note = make_document(
        workspace, party=party, kind=Kind.SALES_CREDIT_NOTE, number="CN-7", submitted=True
    )
    make_allocation(note, credited, "3.00")

    with pytest.raises(WrongState, match=r"CR-1 is not submitted.*Edit it"):
        credit(draft)
    with pytest.raises(WrongState, match="CN-7 is a credit note itself"):
        credit(note)
    with pytest.raises(WrongState, match="credited by CN-7, at least in part"):
        credit(credited)


def test_drafts_are_removed_and_their_numbers_are_free_again(workspace, announced):
    drafts = [make_document(workspace, number=number) for number in ("CR-1", "CR-2")]
    sent = make_document(workspace, number="CR-3", submitted=True)
    announced.clear()

    removed = remove_drafts(
        workspace=workspace, actor=None, document_ids=[*(each.pk for each in drafts), sent.pk]
    )

    assert removed == [each.pk for each in drafts]
    assert [*Document.objects.all()] == [sent]
    assert Line.objects.count() == 1
    assert announced == []
    assert AuditEntry.objects.filter(action="document.removed").count() == 2
    assert make_document(workspace, number="CR-1").number == "CR-1"


def test_a_draft_in_place_of_a_cancelled_document_leaves_that_when_it_is_removed(workspace):
    old = make_document(workspace, number="CR-1")
    submit_documents(workspace=workspace, document_ids=[old.pk], actor=None)
    cancel(old)
    new = amend_document(workspace=workspace, actor=None, document_id=old.pk)

    remove_drafts(workspace=workspace, actor=None, document_ids=[new.pk])

    assert put_in_place(old).number == "CR-1-2"


def test_families_get_their_next_numbers_together_and_none_twice(workspace):
    first = make_document(workspace, number="CR-1")
    cancel(first)
    second = put_in_place(first)
    cancel(second)
    apart = make_document(workspace, number="CR-9")
    bills = [make_document(workspace, kind=Kind.BILL, number="B-1") for _ in range(2)]

    found = next_in_families([each.pk for each in (first, second, apart, *bills)])

    assert [found[first.pk], found[second.pk]] == ["CR-1-3", "CR-1-4"]
    assert found[apart.pk] == "CR-9-2"
    assert [found[each.pk] for each in bills] == ["B-1-2", "B-1-3"]
