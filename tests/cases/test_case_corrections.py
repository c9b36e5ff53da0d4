"""Case 20: what a file made is cancelled or changed, and the corrected file imported again, up to Xero."""

from decimal import Decimal

import pytest
from shared_cases import in_xero, shared, summed

from tallystick.books.models import Document, Status
from tallystick.importing.models import Import
from tallystick.importing.report import Cause
from tallystick.importing.run import import_file
from tallystick.sync.acts.undoing_imports import NotUndone, undo_import
from tallystick.sync.acts.undoing_runs import undo_run
from tallystick.sync.models import Run

FIRST, SECOND = (f"20-cancel-and-import-again-{place}.csv" for place in (1, 2))
TWO = {"CR-1": Decimal("12.00"), "CR-2": Decimal("12.00")}


@pytest.fixture
def imported(books, bring):
    """The first file of the case, as it stands in Xero."""
    bring(books, FIRST)
    assert in_xero(books) == TWO
    return books


def test_case_20_cancelled_corrected_and_imported_again(imported, bring, outcome):
    books = imported
    books.cancel(*Document.objects.all())
    assert in_xero(books) == {}

    told = bring(books, SECOND)
    assert in_xero(books) == {}
    made = bring(books, SECOND, answers={"cancelled": "make"})
    found = in_xero(books)
    again = bring(books, SECOND, answers={"cancelled": "make"})

    assert (told.count(Cause.CANCELLED), told.already_here, told.needs_person) == (2, 0, True)
    assert told.left_out[Cause.CANCELLED].total == {"GBP": Decimal("25.20")}
    assert (made.documents, made.anew, made.needs_person) == (2, 2, False)
    assert found == {"CR-1-2": Decimal("13.20"), "CR-2-2": Decimal("12.00")}
    assert (again.documents, again.already_here) == (0, 2)
    assert in_xero(books) == found
    outcome(f"20 told as cancelled; by one choice made anew: {summed(found)}")


@pytest.mark.parametrize(
    ("mode", "right"),
    [
        ("leave", TWO),
        ("edit", {"CR-1": Decimal("13.20"), "CR-2": Decimal("12.00")}),
        ("amend", {"CR-1-2": Decimal("13.20"), "CR-2": Decimal("12.00")}),
        ("credit", TWO | {"CR-1-CN": Decimal("12.00"), "CR-1-2": Decimal("13.20")}),
    ],
)
def test_case_20_a_changed_order_edits_amends_or_credits_in_xero(
    imported, bring, outcome, mode, right
):
    books = imported

    report = bring(books, SECOND, answers={"changed": mode})
    found = in_xero(books)
    bring(books, SECOND, answers={"changed": mode})

    assert found == right
    assert in_xero(books) == right
    assert report.needs_person == (mode == "leave")
    outcome(f"20 with {mode} of what is changed: {summed(found)}")


def test_case_20_undone_as_a_whole_it_is_imported_with_its_own_numbers(books, outcome):
    given = {"workspace": books.workspace, "actor": books.owner, "dry_run": False}
    import_file(source=shared(FIRST), **given)

    undo_import(workspace=books.workspace, actor=books.owner, import_id=Import.objects.get().pk)
    import_file(source=shared(SECOND), submit=True, **given)

    found = in_xero(books)
    assert found == {"CR-1": Decimal("13.20"), "CR-2": Decimal("12.00")}
    outcome(f"20 undone before it was sent: {summed(found)}")


def test_case_20_in_xero_it_is_undone_through_its_run(imported, bring, outcome):
    books, kept = imported, Import.objects.get()
    given = {"workspace": books.workspace, "actor": books.owner}

    with pytest.raises(NotUndone, match=r"2 invoices, 24\.00 GBP of it are in Xero"):
        undo_import(import_id=kept.pk, **given)
    undo_run(run_id=Run.objects.get().pk, **given)
    assert in_xero(books) == {}
    undo_import(import_id=kept.pk, **given)
    bring(books, SECOND, answers={"cancelled": "make"})

    found = in_xero(books)
    assert found == {"CR-1-2": Decimal("13.20"), "CR-2-2": Decimal("12.00")}
    assert Document.objects.filter(status=Status.CANCELLED).count() == 2
    outcome(f"20 undone through its run, then imported again: {summed(found)}")
