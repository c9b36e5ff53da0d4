"""undo-import: what it prints, changes and ends with."""

import pytest
from test_cli_rescue import command

from factories import make_document, make_party
from tallystick.books.models import Document, Status
from tallystick.cli.exits import Exit
from tallystick.importing.imports import begin, note
from tallystick.importing.models import How, Import
from tallystick.sync.models import Run
from xero_books import Books


@pytest.fixture
def kept(books: Books) -> Import:
    """An import of a draft and of an invoice that is on its way to Xero."""
    party = make_party(books.workspace, "Harbour Cafe", number="C1")
    sent = books.submit("CR-1", party)
    draft = make_document(books.workspace, party=party, number="CR-2", currency="GBP")
    kept = begin(
        workspace=books.workspace,
        actor=None,
        file_name="sales.csv",
        format="tallystick",
        submit=True,
    )
    note(kept, How.MADE, [sent.pk, draft.pk])
    return kept


def test_it_is_shown_first_and_undone_with_yes(books: Books, kept: Import) -> None:
    listed, shown = command("undo-import"), command("undo-import", str(kept.pk))

    assert f"{kept.pk}" in listed.stdout
    assert "the command line  sales.csv" in listed.stdout
    assert "1 invoice, 10.00 GBP: drafts, removed" in shown.stdout
    assert "1 invoice, 14.94 GBP: submitted, cancelled" in shown.stdout
    assert shown.exception.code == Exit.NEEDS_PERSON
    assert Document.objects.count() == 2

    done = command("undo-import", str(kept.pk), "--yes")

    assert done.exit_code == Exit.OK
    assert done.stdout == "The import of sales.csv was undone: 2 invoices, 24.94 GBP.\n"
    assert Document.objects.get().status == Status.CANCELLED


def test_what_is_in_xero_names_the_command_that_takes_it_out(books: Books, kept: Import) -> None:
    books.drain()

    refused = command("undo-import", str(kept.pk), "--yes")

    run = Run.objects.get()
    assert refused.exception.code == Exit.NEEDS_PERSON
    assert "is in Xero" in str(refused.exception)
    assert f"tallystick undo {run.pk} --yes" in str(refused.exception)
    command("undo", str(run.pk), "--yes")
    books.drain(rounds=2)
    assert command("undo-import", str(kept.pk), "--yes").exit_code == Exit.OK
    assert books.live() == []


def test_a_number_that_is_none_is_said(books: Books) -> None:
    ended = command("undo-import", "77")

    assert ended.exception.code == Exit.USAGE
    assert "has no import 77" in str(ended.exception)
