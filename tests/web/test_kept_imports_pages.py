"""Imports: what each made, and undoing it as a whole."""

import pytest

from factories import line, make_document, make_member, make_party, make_payment
from tallystick.books.models import Document, Status
from tallystick.importing.imports import begin, end, note
from tallystick.importing.models import How, Import
from tallystick.importing.report import ImportReport
from tallystick.workspaces.models import Role


@pytest.fixture
def kept(workspace, owner) -> Import:
    """An import of two drafts and one that was submitted."""
    party = make_party(workspace)
    documents = [
        make_document(
            workspace,
            party=party,
            number=f"CR-{n}",
            lines=[line(unit_price="20")],
            submitted=n == 3,
        )
        for n in (1, 2, 3)
    ]
    kept = begin(
        workspace=workspace, actor=owner, file_name="sales.csv", format="tallystick", submit=True
    )
    note(kept, How.MADE, [document.pk for document in documents])
    end(kept, ImportReport(format="tallystick", dry_run=False, created={"sales_invoice": 3}))
    return kept


def test_imports_are_listed_and_lead_to_their_page(browser, address, kept, owner) -> None:
    text = browser.get(address("kept-imports")).text

    assert "sales.csv" in text
    assert str(owner) in text
    assert address("kept-import", kept.pk) in text


def test_where_nothing_was_imported_it_is_said(browser, address) -> None:
    assert "Nothing was imported yet" in browser.get(address("kept-imports")).text


def test_the_page_says_what_undoing_would_do(browser, address, kept) -> None:
    text = browser.get(address("kept-import", kept.pk)).text

    for words in ("2 invoices", "40.00", "their numbers are free again", "Submitted", "20.00"):
        assert words in text
    assert "cannot be undone" not in text


def test_what_the_import_cancelled_is_told_to_stay_so(browser, address, kept) -> None:
    report = ImportReport(format="tallystick", dry_run=False, corrected={"amend": 2}, cancelled=1)
    end(kept, report)

    told = "3 that the import cancelled stay cancelled"

    assert told in browser.get(address("kept-import", kept.pk)).text
    assert told in browser.post(address("kept-import-undo", kept.pk)).text


def test_undoing_asks_once_with_count_and_money(browser, address, kept) -> None:
    undo = address("kept-import-undo", kept.pk)

    asked = browser.post(undo).text

    assert "Undo this import: 3 invoices?" in asked
    assert "2 invoices, 40.00 NZD: removed; their numbers are free again." in asked
    assert "1 invoice, 20.00 NZD: cancelled" in asked
    assert Document.objects.count() == 3
    after = browser.post(undo, {"confirmed": "yes"}, follow=True).text
    assert "The import of sales.csv was undone: 3 invoices, 60.00 NZD." in after
    assert "Undo this import" not in after
    assert Document.objects.get().status == Status.CANCELLED
    assert "Undone" in browser.get(address("kept-imports")).text


def test_undone_meanwhile_it_is_said(browser, address, kept) -> None:
    undo = address("kept-import-undo", kept.pk)
    browser.post(undo, {"confirmed": "yes"})

    after = browser.post(undo, {"confirmed": "yes"}, follow=True).text

    assert "Nothing was undone. It was undone already." in after


def test_what_is_in_xero_leads_to_its_run(browser, address, kept, put, organisation, run) -> None:
    sent = Document.objects.get(number="CR-3")
    there = run.organisation.links.filter(xero_id__isnull=False).first()
    there.delete()
    put_there = {"xero_id": there.xero_id, "xero_status": "DRAFT", "run": run}
    organisation.links.create(document=sent, state="synced", **put_there)

    shown = browser.get(address("kept-import", kept.pk)).text
    pressed = browser.post(address("kept-import-undo", kept.pk), follow=True).text

    assert "1 invoice, 20.00 NZD of it is in Xero. Undo the sync first" in shown
    assert address("run", run.pk) in shown
    assert "Nothing was undone. 1 invoice, 20.00 NZD of it is in Xero." in pressed
    assert Document.objects.filter(number__startswith="CR").count() == 3


def test_payments_on_it_are_named(browser, address, kept) -> None:
    make_payment(Document.objects.get(number="CR-3"), "4.00")

    after = browser.post(
        address("kept-import-undo", kept.pk), {"confirmed": "yes"}, follow=True
    ).text

    assert "Payment of 4.00 NZD on CR-3" in after
    assert Document.objects.count() == 3


def test_who_may_only_look_sees_no_button(workspace, signed_in, address, kept) -> None:
    viewer = signed_in(make_member(workspace, Role.VIEWER))

    assert ">Undo this import</button>" not in viewer.get(address("kept-import", kept.pk)).text
    assert viewer.post(address("kept-import-undo", kept.pk)).status_code == 403
    assert Document.objects.count() == 3
