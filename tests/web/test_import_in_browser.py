"""A file of a shop that nobody knows, from upload to what was left out, in a real Chromium."""

import csv

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from background_work import work_off
from tallystick.books.models import Document
from tallystick.importing.models import SavedMapping
from web.conftest import signed_in_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOP = """Corner shop;report;of all;orders;2026;x;y;z
Bestellung;Datum;Käufer;Artikel;Betrag;Versand;Zustand;Fee
A1;03.04.2026;Ada;Tee;12,50;3,00;bezahlt;0,25
A2;05.04.2026;Bo;Reis;9,00;0,00;bezahlt;0
A3;13.04.2026;Cy;Nüsse;5,00;0,00;storniert;0
A4;99.04.2026;Di;Öl;7,00;0,00;bezahlt;0
"""


@pytest.fixture(autouse=True)
def _own_directory(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.csv"
    path.write_bytes(SHOP.encode("cp1252"))
    return path


def upload(page: Page, path) -> None:
    page.get_by_role("link", name="Import", exact=True).first.click()
    page.get_by_label("CSV file or workbook").set_input_files(path)
    page.get_by_role("button", name="Check the file").click()
    wait(page)


def wait(page: Page) -> None:
    """Have the step done that the page waits for."""
    expect(page.get_by_text("You may leave this page")).to_be_visible()
    work_off()
    if page.evaluate("!document.documentElement.classList.contains('scripted')"):
        page.reload()
    expect(page.get_by_text("You may leave this page")).to_have_count(0)


def choose_header_row(page: Page) -> None:
    page.get_by_role("link", name="Choose the header row").click()
    page.get_by_label("Line 2", exact=False).check()
    page.get_by_role("button", name="Read it so").click()
    wait(page)


def map_columns(page: Page) -> None:
    page.get_by_role("link", name="Say what the columns mean").click()
    page.get_by_label("Name of this kind of file").fill("Corner shop")
    page.get_by_label("Amounts are").select_option("Free of tax")
    chosen = {
        "Document number": "Bestellung",
        "Date": "Datum",
        "Customer or supplier name": "Käufer",
        "Description": "Artikel",
        "Unit price": "Betrag",
        "Status": "Zustand",
    }
    for field, column in chosen.items():
        page.get_by_label(f"Column of {field}", exact=True).select_option(column)
    page.get_by_label("Fixed text for Quantity").fill("1")
    shipping = page.get_by_role("group", name="Column of the order 1")
    shipping.get_by_label("Column", exact=True).select_option("Versand")
    shipping.get_by_label("Text").fill("Versand")
    shipping.get_by_label("For").select_option("Shipping")
    page.get_by_role("button", name="Try it on this file").click()
    wait(page)


def answer_questions(page: Page) -> None:
    expect(page.get_by_text("3 questions about this file")).to_be_visible()
    group = page.get_by_role("group", name="bezahlt")
    group.get_by_label("Take it", exact=True).check()
    page.get_by_role("group", name="storniert").get_by_label("Leave it out").check()
    page.get_by_role("group", name="Fee").get_by_label("It changes nothing").check()
    page.get_by_role("button", name="Check the file with this").click()
    wait(page)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_file_of_an_unknown_shop_goes_all_the_way(
    script, chromium, live_server, workspace, shop, tmp_path
) -> None:
    page = signed_in_page(chromium, live_server, workspace, java_script_enabled=script)
    upload(page, shop)
    expect(page.get_by_text("Nothing was imported")).to_be_visible()
    choose_header_row(page)
    map_columns(page)
    expect(page.get_by_text("Tried on this file only")).to_be_visible()
    answer_questions(page)

    expect(page.get_by_text("2 documents would be made")).to_be_visible()
    page.get_by_role("button", name="Save what the columns mean").click()
    assert SavedMapping.objects.get().mapping().name == "Corner shop"
    page.get_by_role("button", name="Import 2 documents").click()
    wait(page)
    expect(page.get_by_text("2 documents were imported")).to_be_visible()
    assert sorted(Document.objects.values_list("number", "total")) == [("A1", 15.5), ("A2", 9)]

    with page.expect_download() as download:
        page.get_by_role("link", name="Rows left out, with reasons").click()
    left = tmp_path / "left.csv"
    download.value.save_as(left)
    rows = list(csv.reader(left.read_text().splitlines()))
    assert {row[0] for row in rows[1:]} == {"A3", "A4"}
    left.write_text(left.read_text().replace("99.04.2026", "09.04.2026"))
    upload(page, left)
    page.get_by_role("button", name="Import 1 document").click()
    wait(page)
    expect(page.get_by_text("1 document was imported")).to_be_visible()
    assert Document.objects.get(number="A4").issued_on.isoformat() == "2026-04-09"
    page.context.close()


def test_by_keyboard_alone_a_question_is_answered(page: Page, tmp_path) -> None:
    path = tmp_path / "days.csv"
    header = "number,issued_on,due_on,party_name,description,quantity,unit_price"
    path.write_text(f"{header}\n1,03/04/2026,04/03/2026,Yank,Tea,1,5\n")
    upload(page, path)

    page.get_by_label("Day first", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Check the file with this")).to_be_focused()
    page.keyboard.press("Enter")
    wait(page)

    expect(page.get_by_role("button", name="Import 1 document")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_an_import_is_wider_than_a_phone(
    scheme, chromium, live_server, workspace, shop
) -> None:
    phone = signed_in_page(
        chromium,
        live_server,
        workspace,
        viewport={"width": 360, "height": 740},
        color_scheme=scheme,
    )
    phone.goto(reverse("import", args=[workspace.slug]))
    phone.get_by_label("CSV file or workbook").set_input_files(shop)
    phone.get_by_role("button", name="Check the file").click()
    wait(phone)
    look(phone, "shop.csv")
    phone.get_by_role("link", name="Choose the header row").click()
    look(phone, "Where the table begins")
    phone.get_by_label("Line 2", exact=False).check()
    phone.get_by_role("button", name="Read it so").click()
    wait(phone)
    phone.get_by_role("link", name="Say what the columns mean").click()
    look(phone, "What the columns mean")
    phone.go_back()
    map_columns(phone)
    look(phone, "shop.csv")
    answer_questions(phone)
    look(phone, "shop.csv")
    phone.get_by_role("button", name="Save what the columns mean").click()
    phone.goto(reverse("file-formats", args=[workspace.slug]))
    look(phone, "File formats")
    phone.get_by_role("link", name="Edit").click()
    look(phone, "Corner shop")
    phone.context.close()


def test_answers_that_are_sentences_go_on_below_on_a_phone(
    chromium, live_server, workspace, tmp_path
) -> None:
    file = tmp_path / "lost.csv"
    file.write_text(
        "number,party_name,issued_on,description,quantity,unit_price\n"
        "1,Ada,2026-11-02,Tea,1,5\n,Ada,2026-11-02,Cake,1,5\n"
    )
    phone = signed_in_page(chromium, live_server, workspace, viewport={"width": 360, "height": 740})
    phone.goto(reverse("import", args=[workspace.slug]))
    phone.get_by_label("CSV file or workbook").set_input_files(file)
    phone.get_by_role("button", name="Check the file").click()
    wait(phone)

    expect(phone.get_by_role("button", name="Leave them out, with the documents")).to_be_visible()
    look(phone, "lost.csv")
    phone.context.close()


def look(page: Page, heading: str) -> None:
    """Measure the page of that heading; waits for it, so that no former one is measured instead."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, heading
