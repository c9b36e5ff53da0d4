"""What a file leaves open is asked on its page, and every answer ends what it is about."""

import csv
import io

import pytest
from django.urls import reverse
from pressing import SIMPLE, answer, page, press

from background_work import work_off
from factories import make_tax_code
from tallystick.books.models import Document
from tallystick.importing.models import Remembered, Upload, UploadState

MONTHS = (
    "*ContactName,*InvoiceNumber,*InvoiceDate,*DueDate,*Description,*Quantity,*UnitAmount,"
    "*AccountCode,*TaxType"
)
YANK = (
    "Yank Co,US-1,03/04/2026,04/03/2026,Tea,1,100,400,Tax Exempt",
    "Yank Co,US-2,12/31/2026,01/30/2027,Tea,1,100,400,Tax Exempt",
)


@pytest.mark.parametrize(("said", "day"), [("mdy", "2026-03-04"), ("dmy", "2026-04-03")])
def test_the_order_of_days_is_asked_once_with_rows_read_both_ways(said, day, send, browser):
    """Case 05, where the organisation's country says another order than the file may."""
    upload = send(YANK[0], header=MONTHS)

    asked = page(browser, upload)
    assert "Which comes first in the days of this file?" in asked
    assert asked.index("Day first</th>") < asked.index("Month first</th>")
    assert "3 April 2026, due 4 March 2026" in asked
    assert 'value="start"' not in asked
    assert "Import 1 document" not in asked
    assert "before its questions are answered" in press(browser, upload, "start")

    text = answer(browser, upload, day_order=said)
    if said == "dmy":
        assert "It would be due on 2026-03-04, before its date, 2026-04-03." in text
        assert "There is nothing to import" in text
        text = answer(browser, upload, odd="take")

    assert "Import 1 document" in text
    press(browser, upload, "start")
    work_off()
    assert Document.objects.get().issued_on.isoformat() == day


def test_statuses_are_asked_together_and_not_about_the_next_file(send, browser, workspace):
    header = MONTHS + ",Type,Status"
    rows = [
        "Yank Co,1,2026-11-02,2026-12-02,Tea,1,5,400,Tax Exempt,Invoice,Fine",
        "Yank Co,2,2026-11-02,2026-12-02,Tea,1,7,400,Tax Exempt,Invoice,Gone",
    ]
    upload = send(*rows, header=header)
    asked = page(browser, upload)
    assert "2 questions about this file" in asked

    half = answer(browser, upload, **{"status:Fine": "take"})
    assert "1 question about this file" in half
    text = answer(browser, upload, **{"status:Gone": "leave_out"})

    assert "Import 1 document" in text
    assert "5.00" in text
    assert "its status is Gone" in text
    assert "Import 1 document" in page(browser, send(*rows, header=header))
    assert Remembered.objects.get(workspace=workspace).answers == {
        "status:Fine": "take",
        "status:Gone": "leave_out",
    }


def test_a_column_that_may_change_what_rows_mean_is_said_to_change_nothing_or_mapped(send, browser):
    upload = send("1,C1,Cafe,2026-11-02,TEA,Tea,1,5,2.50", header=SIMPLE + ",Handling fee")
    asked = page(browser, upload)
    assert "has a column Handling fee (“2.50”)" in asked
    assert "Choose what it holds" in asked

    text = answer(browser, upload, **{"column:Handling fee": "unused"})

    assert "Import 1 document" in text


def test_what_else_can_be_said_stands_below_with_its_count(send, browser):
    upload = send("1,C1,Cafe,2026-11-02,TEA,Tea,1,5", ",C1,Cafe,2026-11-02,TEA,Rice,1,7")
    text = page(browser, upload)
    assert "1 row is of no document that is named. What is it?" in text
    assert 'name="answer-unnumbered" value="continue"' in text

    text = answer(browser, upload, unnumbered="continue")

    assert "Import 1 document" in text
    assert "12.00" in text


def test_no_answer_or_a_wrong_one_changes_nothing(send, browser, workspace):
    upload = send(YANK[0], header=MONTHS)
    address = reverse("import-answer", args=[workspace.slug, upload.pk])

    nothing = browser.post(address, {}, follow=True)
    wrong = browser.post(address, {"answer-day_order": "ymd", "answer-zero": "take"}, follow=True)

    assert "Choose an answer first" in nothing.text
    assert "Choose an answer first" in wrong.text
    upload.refresh_from_db()
    assert (upload.answers, upload.state) == ({}, UploadState.CHECKED)


def test_a_tax_code_of_the_file_is_one_that_is_here(send, browser, workspace):
    make_tax_code(workspace, "GST", "15")
    upload = send("1,C1,Cafe,2026-11-02,TEA,Tea,1,10,Mwst", header=SIMPLE + ",tax_code")
    assert "GST · 15%" in page(browser, upload)
    address = reverse("import-tax-codes", args=[workspace.slug, upload.pk])

    neither = browser.post(address, {"name-0": "", "ours-0": ""}, follow=True)
    browser.post(address, {"name-0": "", "ours-0": "ours:GST"})
    work_off()

    assert "Say of every code what it is" in neither.text
    upload.refresh_from_db()
    assert upload.report["total"] == {"NZD": "11.50"}
    assert upload.answers == {"tax:Mwst": "GST"}


def test_what_is_left_out_is_named_summed_downloaded_corrected_and_uploaded_alone(
    send, browser, workspace, document
):
    good, bad = "1,C1,Cafe,2026-11-02,TEA,Tea,1,5", "2,C1,Cafe,2026-13-02,TEA,Tea,1,7"
    upload = send(good, bad, "1,C2,Other,2026-11-02,TEA,Tea,1,5")
    press(browser, upload, "start")
    work_off()
    upload.refresh_from_db()
    text = page(browser, upload)
    assert "Left out" in text
    address = reverse("import-left-out", args=[workspace.slug, upload.pk])
    assert address in text

    answer = browser.get(address)
    content = b"".join(answer.streaming_content).decode()
    assert "left out.csv" in answer["Content-Disposition"]
    header, *rows = csv.reader(io.StringIO(content))
    assert header[-1].startswith("Why it was left out")
    assert "2" in {row[0] for row in rows}
    again = send(content=content.replace("2026-13-02", "2026-12-02").encode())

    assert again.state == UploadState.CHECKED
    press(browser, again, "start")
    work_off()
    assert document("2").issued_on.isoformat() == "2026-12-02"


def test_what_was_only_checked_is_not_listed_as_imported(send, browser, workspace):
    upload = send("1,C1,Cafe,2026-11-02,TEA,Tea,1,5")
    listed = reverse("import", args=[workspace.slug])
    cell = '<td class="money" data-cell="end">{}</td>'

    checked = browser.get(listed).text
    press(browser, upload, "start")
    work_off()

    assert cell.format("") in checked
    assert cell.format("1") in browser.get(listed).text


def test_what_the_file_says_is_shown_as_text(send, browser):
    upload = send("1,C1,Cafe,2026-11-02,TEA,Tea,1,5,<b>x</b>", header=SIMPLE + ",<i>Fee</i>")

    text = page(browser, upload)
    columns = browser.get(reverse("import-columns", args=[upload.workspace.slug, upload.pk])).text

    for each in (text, columns):
        assert "<b>x" not in each
        assert "<i>Fee" not in each
    assert "&lt;i&gt;Fee" in text


def test_a_file_may_be_read_by_another_format(send, browser):
    upload = send("1,C1,Cafe,2026-11-02,TEA,Tea,1,5", format="chinook")
    assert upload.state == UploadState.REFUSED

    press(browser, upload, "format", format="")
    work_off()

    upload.refresh_from_db()
    assert (upload.state, upload.report["format"]) == (UploadState.CHECKED, "tallystick")
    assert Upload.objects.get().format == ""
