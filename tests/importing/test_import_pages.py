"""The pages that upload, check and import a file, and the jobs behind them."""

import os
import re
import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pressing import SIMPLE, page, press

from background_work import work_off
from factories import make_document, make_member, make_party, make_workspace, owner_of
from tallystick.background import queue
from tallystick.background.models import Pool, Task, TaskState
from tallystick.books.balances import outstanding
from tallystick.books.models import Document, Kind, Status
from tallystick.importing import uploads
from tallystick.importing.models import SavedMapping, Upload, UploadState
from tallystick.workspaces.models import Role

GOOD = "1,C1,Cafe,2026-11-02,TEA,Tea,1,5.00"
BAD = "2,C1,Cafe,2026-11-02,TEA,Tea,<b>x</b>,5.00"


@pytest.fixture(autouse=True)
def _own_directory(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def test_a_file_is_kept_and_its_check_queued_with_it(send):
    upload = send(GOOD, work=False)

    task = Task.objects.get()
    assert (task.kind, task.state, upload.task) == ("import", TaskState.WAITING, task)
    assert uploads.path_of(upload).read_text().endswith(GOOD)
    assert upload.state == UploadState.CHECKING


def test_the_check_shows_numbers_and_bad_rows_and_imports_nothing(send, browser):
    upload = send(GOOD, BAD, name="sales.csv.gz")

    text = page(browser, upload)

    assert "Import 1 document<" in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert "Write a number" in text
    assert not Document.objects.exists()


def test_a_confirmed_file_is_imported_once_and_removed(send, browser):
    upload = send(GOOD, BAD)

    press(browser, upload, "start", submit="yes")
    press(browser, upload, "start")
    work_off()

    upload.refresh_from_db()
    assert upload.state == UploadState.DONE
    assert Document.objects.get().status == Status.SUBMITTED
    assert not uploads.path_of(upload).exists()
    text = page(browser, upload)
    assert "1 document was imported" in text
    assert "1 of them was submitted" in text


def test_a_file_that_was_read_otherwise_in_another_tab_is_looked_at_again(send, browser):
    upload = send("1,A1,Ann,2026-03-04,x,Mug,1,5.00")
    looked = seen_on(page(browser, upload))
    # In another tab the same file is read by a mapping that takes days and months otherwise.
    press(browser, upload, "format", format="tallystick")
    work_off()

    told = press(browser, upload, "start", seen=looked)
    upload.refresh_from_db()
    state = upload.state
    press(browser, upload, "start", seen=seen_on(told))
    work_off()

    assert state == UploadState.CHECKED
    assert "was checked anew since you looked at it" in told
    assert Document.objects.count() == 1


def seen_on(text):
    return re.search(r'name="seen" value="([0-9a-f]+)"', text)[1]


def test_payments_and_allocations_go_the_same_way(send, browser, workspace):
    party = make_party(workspace)
    invoice = make_document(workspace, party=party, number="INV-1", submitted=True)
    make_document(
        workspace, party=party, kind=Kind.SALES_CREDIT_NOTE, number="CN-1", submitted=True
    )
    files = {
        "number,paid_on,amount": "INV-1,2026-11-10,4.00",
        "credit_note,invoice,allocated_on,amount": "CN-1,INV-1,2026-11-12,6.00",
    }

    for header, row in files.items():
        upload = send(row, "INV-9" + row[row.index(",") :], header=header)
        assert upload.state == UploadState.CHECKED
        assert "INV-9" in page(browser, upload)
        press(browser, upload, "start")
        work_off()
        upload.refresh_from_db()
        assert (upload.state, upload.report["documents"]) == (UploadState.DONE, 1)

    assert outstanding(invoice) == 0


def test_the_pages_speak_of_payments_where_the_file_holds_some(send, browser, workspace):
    make_document(workspace, number="INV-1", submitted=True)

    upload = send("INV-1,2026-11-10,4.00", header="number,paid_on,amount")
    checked = page(browser, upload)
    press(browser, upload, "start")
    work_off()
    done = page(browser, upload)

    assert "Import 1 payment<" in checked
    assert 'name="submit"' not in checked
    assert "1 payment was imported" in done
    assert "Show the payments" in done


def test_an_import_leads_to_the_lists_of_the_kinds_that_it_made(send, browser, workspace):
    upload = send(GOOD + ",bill", "2" + GOOD[1:] + ",supplier_credit_note", header=SIMPLE + ",kind")
    press(browser, upload, "start")
    work_off()

    done = page(browser, upload)

    shown = re.findall(r'href="([^"]+)">Show the ([a-z ]+)<', done)
    assert [noun for _, noun in shown] == ["bills", "supplier credits"]
    assert all("Cafe" in browser.get(address).text for address, _ in shown)


def test_after_an_interruption_it_leads_to_the_lists_of_all_kinds(send, browser):
    upload = send(GOOD + ",bill", header=SIMPLE + ",kind")
    press(browser, upload, "start")
    work_off()
    upload.refresh_from_db()
    # What was made before counts as here already, whatever kind it is.
    upload.report |= {"interruptions": 1, "created": {}}
    upload.save()

    shown = re.findall("Show the ([a-z ]+)<", page(browser, upload))

    assert shown == ["invoices", "credit notes", "bills", "supplier credits"]


def test_the_check_offers_to_submit_documents_of_every_kind(send, browser):
    upload = send(GOOD + ",bill", header=SIMPLE + ",kind")

    assert "Submit the 1 document too" in page(browser, upload)


def test_the_latest_files_are_listed_with_their_state(send, browser, workspace):
    send(GOOD)
    send(header="PK\x03\x04 and so on", name="book.xlsx")
    send(GOOD, work=False, name="next.csv")

    text = browser.get(reverse("import", args=[workspace.slug])).text

    assert [text.index(word) for word in ("Being checked", "Not imported", "Ready to import")]
    assert text.index("next.csv") < text.index("book.xlsx") < text.index("sales.csv")


def test_every_bad_row_can_be_fetched_as_csv(send, browser, workspace):
    upload = send(BAD)

    answer = browser.get(reverse("import-bad-rows", args=[workspace.slug, upload.pk]))

    assert b"2,quantity,<b>x</b>," in answer.getvalue()
    assert 'filename="sales bad rows.csv"' in answer["Content-Disposition"]


def test_progress_is_shown_while_a_step_runs(send, browser):
    upload = send(GOOD, work=False)
    queue.keep(queue.take(Pool.IMPORT), {"stage": "reading", "done": 3, "total": 9})

    running = page(browser, upload)

    assert 'data-refresh-seconds="1"' in running
    assert 'value="3" max="9"' in running
    assert "Reading the file" in running


def test_a_third_file_of_a_workspace_waits_and_says_for_what(send, browser):
    first, _, third = (send(GOOD, work=False) for _ in range(3))
    assert queue.take(Pool.IMPORT)
    assert queue.take(Pool.IMPORT)

    assert queue.take(Pool.IMPORT) is None
    assert "Waits for 2 others of this workspace" in page(browser, third)
    assert "Waits for" not in page(browser, first)


def test_where_no_worker_runs_the_page_says_so_and_what_to_do(send, browser):
    upload = send(GOOD, work=False)
    assert "no worker is running" not in page(browser, upload)
    Task.objects.update(created_at=timezone.now() - timedelta(minutes=1))

    assert "no worker is running" in page(browser, upload)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert "no worker is running" not in page(browser, upload)


def test_more_than_twenty_waiting_files_are_refused_in_words(send, browser, workspace):
    for _ in range(20):
        send(GOOD, work=False)

    address = reverse("import", args=[workspace.slug])
    answer = browser.post(address, {"file": SimpleUploadedFile("one more.csv", b"number\n1\n")})

    assert answer.status_code == 422
    assert "20 of this workspace are being worked on or wait already" in answer.text
    assert Upload.objects.count() == 20
    assert len(list(uploads.path_of(Upload.objects.latest("pk")).parent.iterdir())) == 20


def test_a_file_at_work_is_not_discarded(send, browser):
    upload = send(GOOD, work=False)

    assert "is being worked on" in press(browser, upload, "discard")
    assert Upload.objects.exists()


def test_a_file_with_unknown_columns_asks_what_they_mean_and_remembers(send, browser, workspace):
    header, row = "Beleg;Datum;Kunde;Text;Menge;Preis", "R1;2.11.2026;Café;Tee;2;1.000,50"
    upload = send(row, header=header)
    assert "Say what the columns mean" in page(browser, upload)
    address = reverse("import-columns", args=[workspace.slug, upload.pk])
    given = {
        "name": "Kasse",
        "day_order": "dmy",
        "decimal_mark": ",",
        "tax_basis": "none",
        "terms_days": "14",
        "column-number": "Beleg",
        "column-issued_on": "Datum",
        "column-party_name": "Kunde",
        "column-description": "Text",
        "column-quantity": "Menge",
        "column-unit_price": "Preis",
    }

    unpriced = browser.post(address, given | {"column-unit_price": ""})
    unnamed = browser.post(address, given | {"column-description": ""})
    taken = browser.post(address, given | {"name": "chinook"})
    answer = browser.post(address, given)

    assert unpriced.status_code == unnamed.status_code == taken.status_code == 422
    assert "Choose the column." in unpriced.text
    assert "Choose the column." in unnamed.text
    assert "Enter another name." in taken.text
    assert answer.status_code == 302
    assert SavedMapping.objects.get().mapping().terms_days == 14
    work_off()
    assert "2,001.00" in page(browser, upload)
    assert send(row, header=header).report["format"] == "Kasse"


def test_columns_with_known_names_are_guessed(send, browser, workspace):
    upload = send("x", header="Invoice,Quantity,UnitPrice,Description,InvoiceNo")

    text = browser.get(reverse("import-columns", args=[workspace.slug, upload.pk])).text

    assert '<option value="UnitPrice" selected>' in text
    assert '<option value="InvoiceNo" selected>' in text


def test_a_file_that_is_no_table_says_so(send, browser):
    upload = send(header="PK\x03\x04 and so on")

    assert "The workbook is damaged" in page(browser, upload)


def test_a_discarded_file_is_gone(send, browser):
    upload = send(GOOD)

    assert "was discarded" in press(browser, upload, "discard")

    assert not Upload.objects.exists()
    assert list(uploads.path_of(upload).parent.iterdir()) == []


def test_a_file_that_vanished_is_said_to_be_gone(send, browser):
    upload = send(GOOD, work=False)
    uploads.path_of(upload).unlink()

    work_off()

    assert "Upload it again" in page(browser, upload)


def test_an_empty_or_too_large_file_is_refused_at_the_field(browser, workspace, monkeypatch):
    address = reverse("import", args=[workspace.slug])
    monkeypatch.setattr(uploads, "MOST_MEGABYTES", 0)

    empty = browser.post(address, {"file": SimpleUploadedFile("a.csv", b"")})
    large = browser.post(address, {"file": SimpleUploadedFile("a.csv", b"number\n")})

    assert empty.status_code == large.status_code == 422
    assert "The file is empty" in empty.text
    assert "Pack it with gzip" in large.text
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("name", "megabytes", "said"),
    [
        ("import", 600, "larger than 500 MB. Pack it with gzip"),
        ("invoice-new", 6, "too large for this page"),
    ],
)
def test_what_is_too_large_is_refused_by_its_length_before_it_is_read(
    browser, workspace, name, megabytes, said
):
    address = reverse(name, args=[workspace.slug])

    answer = browser.post(address, CONTENT_LENGTH=str(megabytes * 1_000_000))

    assert answer.status_code == 413
    assert said in answer.text


def test_strangers_have_no_large_file_taken_from_them(workspace):
    answer = Client().post(reverse("import", args=[workspace.slug]), CONTENT_LENGTH="400000000")

    assert answer.status_code == 413


def test_old_files_go_and_so_does_what_a_dying_web_server_left(send):
    old, done, new = send(GOOD), send(GOOD), send(GOOD)
    Upload.objects.exclude(pk=new.pk).update(created_at=timezone.now() - timedelta(days=8))
    Upload.objects.filter(pk=done.pk).update(state=UploadState.DONE)
    folder = uploads.path_of(old).parent
    for name in ("receiving.half", "987654"):
        (folder / name).write_text("half a file")
    two_hours_ago = time.time() - 7200
    os.utime(folder / "receiving.half", (two_hours_ago, two_hours_ago))
    os.utime(folder / "987654", (two_hours_ago, two_hours_ago))
    (folder / "receiving.now").write_text("arriving")

    uploads.forget_old()

    assert set(Upload.objects.values_list("pk", flat=True)) == {done.pk, new.pk}
    left = {path.name for path in folder.iterdir() if path.suffix != ".csv"}
    assert left == {str(done.pk), str(new.pk), "receiving.now"}


def test_a_folder_that_cannot_be_written_to_is_said_and_nothing_is_kept(
    browser, workspace, settings, tmp_path
):
    (tmp_path / "in-the-way").write_text("no folder")
    settings.DATA_DIR = tmp_path / "in-the-way"

    answer = browser.post(
        reverse("import", args=[workspace.slug]), {"file": SimpleUploadedFile("a.csv", b"number\n")}
    )

    assert answer.status_code == 422
    assert "could not be kept" in answer.text
    assert not Upload.objects.exists()
    assert not Task.objects.exists()


def test_nobody_sees_or_touches_the_uploads_of_others(send, workspace):
    upload = send(GOOD)
    stranger = Client()
    stranger.force_login(owner_of(make_workspace("Elsewhere")))
    viewer = Client()
    viewer.force_login(make_member(workspace, Role.VIEWER))
    elsewhere = reverse("import-upload", args=["elsewhere", upload.pk])

    for name in ("import-upload", "import-bad-rows", "import-columns"):
        address = reverse(name, args=[workspace.slug, upload.pk])
        assert stranger.get(address).status_code == 404
        assert viewer.get(address).status_code == 403
    assert stranger.get(elsewhere).status_code == 404
    assert viewer.get(reverse("import", args=[workspace.slug])).status_code == 403


def test_rows_of_no_document_are_downloaded_corrected_and_uploaded_alone(browser, send, workspace):
    upload = send(GOOD.replace("Tea", "Tea, green"))
    address = reverse("import-left-out", args=[workspace.slug, upload.pk])
    assert address in page(browser, upload)

    listed = b"".join(browser.get(address).streaming_content).decode()
    again = send(content=listed.replace("Tea, green", "Tea").encode())

    assert (again.report["documents"], again.report["bad_row_count"]) == (1, 0)
