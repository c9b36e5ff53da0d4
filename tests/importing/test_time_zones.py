"""Times that name no zone: asked about once where a day hangs on it, with rows read both ways."""

import pytest
from django.urls import reverse
from pressing import answer, page, press

from background_work import work_off
from tallystick.books.models import Document
from tallystick.importing.errors import ImportRefused

HEADER = "number,party_number,party_name,issued_on,description,quantity,unit_price"
EVENING = "1,C1,Cafe,2026-11-02 23:50,Tea,1,5"
MORNING = "1,C1,Cafe,2026-11-02 06:10,Tea,1,5"


@pytest.mark.parametrize(
    ("said", "day"), [("Pacific/Auckland", "2026-11-02"), ("UTC", "2026-11-03")]
)
def test_it_is_asked_on_the_page_and_not_about_the_next_file(said, day, send, browser):
    upload = send(MORNING, EVENING.replace("1,C1", "2,C1"), header=HEADER)

    asked = page(browser, upload)
    assert "Of which time zone are the times of this file?" in asked
    assert "2 November 2026</td>" in asked
    assert "3 November 2026</td>" in asked
    assert 'value="start"' not in asked
    text = answer(browser, upload, time_zone=said)

    assert f"taken for those of {said}, as is said for this format." in text
    press(browser, upload, "start")
    work_off()
    assert Document.objects.get(number="2").issued_on.isoformat() == day
    again = page(browser, send(EVENING.replace("1,C1", "3,C1"), header=HEADER))
    assert "time zone are the times" not in again


def test_any_zone_can_be_said_by_its_name(simple, document):
    simple(EVENING, header=HEADER, answers={"time_zone": "Australia/Perth"})

    assert document("1").issued_on.isoformat() == "2026-11-03"


def test_another_zone_is_chosen_on_the_page(send, browser):
    upload = send(EVENING, header=HEADER)
    assert "<option>Australia/Perth</option>" in page(browser, upload)

    address = reverse("import-answer", args=[upload.workspace.slug, upload.pk])
    browser.post(
        address, {"answer-time_zone": "UTC", "other-time_zone": "Australia/Perth"}, follow=True
    )
    work_off()
    upload.refresh_from_db()

    assert "taken for those of Australia/Perth" in page(browser, upload)


def test_what_is_no_zone_is_refused_on_the_page(send, browser):
    upload = send(EVENING, header=HEADER)

    address = reverse("import-answer", args=[upload.workspace.slug, upload.pk])
    said = browser.post(address, {"other-time_zone": "Nowhere"}, follow=True).text

    assert "Nowhere is not one that has a single meaning" in said
    assert "Of which time zone" in said


def test_that_days_were_turned_into_those_of_the_books_is_told(simple, document):
    turned = simple(EVENING.replace("23:50", "13:00Z"), header=HEADER)
    as_it_is = simple(EVENING.replace("23:50", "01:00Z").replace("1,C1", "2,C1"), header=HEADER)

    assert document("1").issued_on.isoformat() == "2026-11-03"
    assert "2026-11-02 13:00Z in line 2 is 3 November 2026 there" in " ".join(turned.told)
    assert not any("there" in told for told in as_it_is.told)


def test_a_zone_that_there_is_not_is_refused(simple):
    with pytest.raises(ImportRefused, match="IST is not one that has a single meaning"):
        simple(EVENING, header=HEADER, answers={"time_zone": "IST"})
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (HEADER, MORNING),
        (HEADER, "1,C1,Cafe,2026-11-02,Tea,1,5"),
        (HEADER, "1,C1,Cafe,2026-11-02 00:00:00,Tea,1,5"),
        (HEADER, EVENING.replace("23:50", "23:50 +1300")),
    ],
)
def test_it_is_not_asked_where_no_day_hangs_on_it(header, row, simple, document):
    report = simple(row, header=header)

    assert report.questions == []
    assert document("1").issued_on.isoformat() == "2026-11-02"


def test_it_is_asked_about_due_dates_and_payments_too(simple):
    due = simple(
        "1,C1,Cafe,2026-11-02,2026-11-09 22:00,Tea,1,5",
        header=HEADER.replace("issued_on", "issued_on,due_on"),
    )
    paid = simple("1,5,2026-11-02 22:00,R1", header="number,amount,paid_on,reference")

    for report in (due, paid):
        assert [each.key for each in report.questions] == ["time_zone"]
        assert report.is_blocked
