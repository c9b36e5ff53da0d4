"""The page of an import where what it brings is cancelled here, or here with other content."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from background_work import work_off
from factories import make_tax_code
from tallystick.books.documents import cancel_documents
from tallystick.books.models import Document, Status
from tallystick.importing.models import Import, Upload
from tallystick.importing.report import ImportReport

HEADER = "number,party_name,issued_on,description,quantity,unit_price,tax_code"


@pytest.fixture(autouse=True)
def _own_directory(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def upload(browser, address, workspace):
    """Upload two documents, the first at this price, and have them checked; return the page."""
    make_tax_code(workspace, "VAT20", "20")

    def upload(price: str) -> str:
        rows = (f"CR-{n},Redo Co,2026-11-08,Tea,1,{price if n == 1 else 10},VAT20" for n in (1, 2))
        file = SimpleUploadedFile("orders.csv", "\n".join([HEADER, *rows]).encode())
        browser.post(address("import"), {"file": file})
        return shown()

    def shown() -> str:
        work_off()
        return browser.get(address("import-upload", Upload.objects.latest("pk").pk)).text

    def press(name: str, **fields: str) -> str:
        browser.post(address(name, Upload.objects.latest("pk").pk), fields)
        return shown()

    upload.press = press
    return upload


@pytest.fixture
def imported(upload):
    upload("10")
    assert "2 documents were imported" in upload.press("import-act", act="start")
    return upload


def cancel_all(workspace) -> None:
    ids = list(Document.objects.values_list("pk", flat=True))
    cancel_documents(workspace=workspace, document_ids=ids, actor=None)


def test_one_press_has_all_that_is_cancelled_made_anew(imported, workspace):
    cancel_all(workspace)

    told = imported("11")
    assert "2 documents of the file are cancelled here." in told
    assert "Make them anew" in told
    assert "CR-2 was cancelled here on" in told
    assert "There is nothing to import." in told
    checked = imported.press("import-answer", **{"answer-cancelled": "make"})
    assert "2, in place of documents that are cancelled here" in checked
    assert "Import 2 documents" in checked
    done = imported.press("import-act", act="start")

    assert "2 documents were imported" in done
    standing = Document.objects.exclude(status=Status.CANCELLED)
    assert set(standing.values_list("number", flat=True)) == {"CR-1-2", "CR-2-2"}


def test_what_is_otherwise_is_shown_and_edited_by_a_press(imported):
    told = imported("11")
    assert "1 document is here with other content." in told
    assert "line 1 price 10.00 becomes 11.00" in told
    for label in ("Leave what is here", "Change what is here", "Cancel it", "Credit it"):
        assert label in told
    checked = imported.press("import-answer", **{"answer-changed": "edit"})
    assert "1 document would be changed" in checked
    assert "What would change here" in checked
    done = imported.press("import-act", act="start")

    assert "1 document was changed" in done
    assert "What was changed here" in done
    assert Document.objects.get(number="CR-1").revision == 2
    assert "There is nothing to import." in imported("11")


def test_all_that_a_press_does_is_said_on_it():
    report = ImportReport(
        format="tallystick",
        dry_run=True,
        created={"sales_invoice": 1},
        corrected={"edit": 3},
        cancelled=2,
    )

    assert report.done == "1 document would be made, 3 changed, 2 cancelled"
    assert report.doing == "Import 1 document, change 3 and cancel 2"
    report.dry_run, report.created = False, {}
    assert report.done == "3 documents were changed, 2 cancelled"
    assert report.doing == "Change 3 documents and cancel 2"


def test_what_was_imported_leads_to_its_undo(imported, browser, address):
    done = imported.press("import-act", act="start")
    kept = Import.objects.get()

    assert address("kept-import", kept.pk) in done
    assert address("kept-imports") in browser.get(address("import")).text
    assert "Undo this import" in browser.get(address("kept-import", kept.pk)).text
