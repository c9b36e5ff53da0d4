"""What was said of a file, or of its format before, is told with every file and can be taken back."""

from pressing import answer, page, press

from background_work import work_off
from factories import make_tax_code
from tallystick.books.models import Document
from tallystick.importing.models import Remembered, UploadState

HEADER = "number,party_name,issued_on,description,quantity,unit_price,tax_code"
WITH_TOTAL = HEADER + ",total"
INSIDE = "Amounts: With tax inside"


def test_what_was_said_of_the_format_before_is_told_and_taken_back(send, browser, workspace):
    make_tax_code(workspace, "VAT20", "20")
    first = send("1,Ann,2026-11-02,Tea,1,12.00,VAT20,12.00", header=WITH_TOTAL)
    assert INSIDE in answer(browser, first, tax_basis="inclusive")

    # Nothing in the next file says how its prices stand to tax.
    upload = send("2,Ann,2026-11-02,Tea,1,12.00,VAT20", header=HEADER)
    assert INSIDE in page(browser, upload)
    assert upload.report["total"] == {"NZD": "12.00"}
    press(browser, upload, "ask", key="tax_basis")
    work_off()

    upload.refresh_from_db()
    assert INSIDE not in page(browser, upload)
    assert upload.report["total"] == {"NZD": "14.40"}
    assert Remembered.objects.get().answers == {}


def test_an_answer_that_was_pressed_by_mistake_is_asked_again(send, browser, workspace):
    row = "1,Ann,2026-11-02,Tea,1,12.00,"
    press(browser, send(row, header=HEADER), "start")
    work_off()
    upload = send(row.replace("12.00", "13.00"), header=HEADER)
    by_mistake = answer(browser, upload, changed="amend")
    assert "Documents here with other content: Cancel it and make a new one" in by_mistake

    press(browser, upload, "ask", key="changed")
    work_off()

    text = page(browser, upload)
    assert "1 document is here with other content." in text
    press(browser, upload, "start")
    work_off()
    assert Document.objects.get().total == 12


def test_what_is_said_of_the_format_meanwhile_is_looked_at_before_it_counts(
    send, browser, workspace
):
    make_tax_code(workspace, "VAT20", "20")
    upload = send("2,Ann,2026-11-02,Tea,1,12.00,VAT20", header=HEADER)
    # Somebody else has a file of the format, and says what its prices are.
    other = send("1,Ann,2026-11-02,Tea,1,12.00,VAT20,12.00", header=WITH_TOTAL)
    answer(browser, other, tax_basis="inclusive")

    press(browser, upload, "start")
    work_off()
    upload.refresh_from_db()

    assert upload.state == UploadState.CHECKED
    assert not Document.objects.exists()
    text = page(browser, upload)
    assert "How files of this format are read was changed since you looked." in text
    assert INSIDE in text
    press(browser, upload, "start")
    work_off()
    assert Document.objects.get().total == 12


def test_what_was_said_is_told_of_what_was_imported(send, browser):
    upload = send("1,Ann,2036-11-02,Tea,1,12.00,", header=HEADER)
    answer(browser, upload, odd="take")
    press(browser, upload, "start")
    work_off()
    upload.refresh_from_db()

    text = page(browser, upload)

    assert "Days that look wrong: They are right: take them" in text
    assert "Take it back" not in text
