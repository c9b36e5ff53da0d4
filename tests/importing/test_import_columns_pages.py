"""Saying what columns mean and where the table begins: every button there ends its trouble."""

import re

import msgspec
import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from pressing import page, press
from tables.workbook_files import compound, xlsx

from background_work import work_off
from factories import make_workspace, owner_of
from tallystick.books.models import Document
from tallystick.importing import uploads
from tallystick.importing.formats.shipped import SHIPPED
from tallystick.importing.glimpse import Glimpse
from tallystick.importing.meaning.mapping import inserted
from tallystick.importing.models import SavedMapping, UploadState
from tallystick.web.forms.columns import ColumnsForm

SHOP = "Order,Created,Buyer,Article,Gross,Shipping,Coupon,State,Note"
ROWS = (
    "A1,2026-03-02,Ada,Tea,12.00,3.00,0,paid,x",
    "A2,2026-03-03,Bo,Rice,9.00,0,1.00,paid,",
    "A3,2026-03-04,Cy,Nuts,5.00,0,0,void,y",
)
#: What a person says of a file of the shop.
GIVEN = {
    "name": "Corner shop",
    "tax_basis": "none",
    "tax_amounts": "computed",
    "party_by": "name",
    "zero": "take",
    "day_order": "",
    "decimal_mark": "",
    "terms_days": "14",
    "column-number": "Order",
    "column-issued_on": "Created",
    "column-party_name": "Buyer",
    "column-description": "Article",
    "column-unit_price": "Gross",
    "column-status": "State",
    "text-quantity": "1",
    "text-reference": "Order {Order}",
    "status:paid": "take",
    "status:void": "leave_out",
    "order-0-column": "Shipping",
    "order-0-how": "line",
    "order-0-description": "Shipping",
    "order-0-charge": "shipping",
    "order-1-column": "Coupon",
    "order-1-how": "spread",
    "unused": ["Note"],
}


@pytest.fixture
def shop(send):
    return lambda: send(*ROWS, header=SHOP, name="shop.csv")


@pytest.fixture
def say(browser, workspace):
    """Post what the columns of an upload mean; return the answer, its job done."""

    def say(upload, act="save", **given):
        address = reverse("import-columns", args=[workspace.slug, upload.pk])
        answer = browser.post(address, GIVEN | {"act": act} | given)
        work_off()
        upload.refresh_from_db()
        return answer

    return say


def columns_page(browser, upload, begun=""):
    address = reverse("import-columns", args=[upload.workspace.slug, upload.pk])
    return browser.get(address, {"begun": begun} if begun else {}).text


def test_each_column_is_offered_with_three_samples_and_the_others_are_listed(shop, browser):
    text = columns_page(browser, shop())

    assert '<option value="Buyer">Buyer · Ada, Bo, Cy</option>' in text
    left = text[text.index("Columns that nothing uses") :]
    shown = re.findall(r'<th scope="row">(\w+)(\s*<span[^>]*>May change what rows mean)?', left)
    assert dict(shown)["Coupon"]
    assert not dict(shown)["Note"]


def test_a_mapping_is_tried_on_the_file_before_it_is_kept(shop, say, browser):
    upload = shop()

    answer = say(upload, "try")

    assert answer.status_code == 302
    assert not SavedMapping.objects.exists()
    text = page(browser, upload)
    assert "is not saved yet" in text
    assert "2 documents would be made</span>" in text
    assert "23.00" in text  # 12 and 3 for shipping, 9 less 1 off
    assert 'value="start"' not in text
    assert "Save what the columns of shop.csv mean" in press(browser, upload, "start")
    assert not Document.objects.exists()


def test_what_was_tried_is_kept_and_the_file_imported(shop, say, browser, document):
    upload = shop()
    say(upload, "try")

    press(browser, upload, "keep")
    press(browser, upload, "keep")
    assert SavedMapping.objects.get().name == "Corner shop"
    press(browser, upload, "start")
    work_off()

    one, other = document("A1"), document("A2")
    assert [line.charge for line in one.lines.order_by("pk")] == ["", "shipping"]
    assert (one.total, other.total, one.reference) == (15, 8, "Order A1")
    assert not Document.objects.filter(number="A3").exists()


def test_what_was_tried_can_be_changed_or_forgotten(shop, say, browser):
    upload = shop()
    say(upload, "try")

    changing = columns_page(browser, upload)
    press(browser, upload, "leave")
    work_off()
    upload.refresh_from_db()

    assert '<option value="spread" selected>' in changing
    assert 'value="Order {Order}"' in changing
    assert (upload.state, upload.tried) == (UploadState.REFUSED, {})


def test_what_cannot_be_used_is_said_at_its_field_and_nothing_is_tried(shop, say):
    upload = shop()

    wrong = {
        "text-reference": "Order {Nummer}",
        "text-quantity": "some",
        "currency": "pounds",
        "order-0-description": "",
        "order-2-description": "Fee",
    }
    answer = say(upload, "try", **wrong)
    nothing = say(upload, "try", **{"column-number": ""})

    assert answer.status_code == nothing.status_code == 422
    said = re.findall("<li>([^<]+)</li>", answer.text)
    assert "The file has no column Nummer." in said
    assert "Enter three letters, such as NZD." in said
    assert "Enter what the line says." in said
    assert "Choose the column." in said
    assert len([each for each in said if "number" in each]) == 1
    assert "Choose the column." in nothing.text
    upload.refresh_from_db()
    assert upload.tried == {}


def test_a_name_that_is_taken_is_no_way_to_lose_another_mapping(shop, say, send):
    say(shop())
    other = send("1,2026-03-02,Tea,5", header="No,Day,What,Money")
    columns = {"number": "No", "issued_on": "Day", "description": "What", "unit_price": "Money"}
    given = {f"column-{field}": name for field, name in columns.items()}
    blank = {key: "" for key in GIVEN if key.startswith(("text-", "order-", "column-"))}

    answer = say(other, **(blank | given | {"unused": []}))

    assert answer.status_code == 422
    assert "There is one of this name already" in answer.text
    assert SavedMapping.objects.get().mapping().columns["number"] == "Order"


def test_a_recognised_file_is_mapped_anew_by_changing_its_own_mapping(shop, say, browser):
    """Case 21: a mistake in a mapping can be mended where the file is."""
    say(shop(), **{"tax_basis": "exclusive", "status:void": "take"})
    upload = shop()
    assert upload.state == UploadState.CHECKED
    assert "Map the columns anew" in page(browser, upload)

    text = columns_page(browser, upload)
    say(upload, name="Another name is not taken here", tax_basis="inclusive")

    assert '<option value="exclusive" selected>' in text
    saved = SavedMapping.objects.get()
    assert (saved.name, saved.mapping().tax_basis) == ("Corner shop", "inclusive")
    assert saved.mapping().statuses["void"] == "leave_out"
    assert (upload.state, upload.report["documents"]) == (UploadState.CHECKED, 2)


def test_a_shipped_format_is_begun_from_and_kept_under_another_name(send, say, browser, workspace):
    upload = send(
        "1,Cafe,2026-03-02,Tea,2,5",
        header="number,party_name,issued_on,description,quantity,unit_price",
    )
    text = columns_page(browser, upload)
    given = {
        f"column-{f}": f
        for f in ("number", "party_name", "issued_on", "description", "quantity", "unit_price")
    }
    blank = {key: "" for key in GIVEN if key.startswith(("text-", "order-", "column-"))}

    say(upload, name="Ours", **(blank | given | {"unused": []}))

    assert '<option value="unit_price" selected>' in text
    assert 'value="Tallystick&#x27;s simple template 2"' in text or "simple template" in text
    assert upload.report["format"] == "Ours"


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda each: each.name)
def test_a_copy_of_every_shipped_format_says_what_the_format_says(shipped):
    if shipped.holds != "documents":
        return
    names = [*shipped.columns.values(), *shipped.unused]
    names += [name for text in shipped.texts.values() for name in inserted(text)]
    for each in shipped.order_columns:
        names += filter(None, (each.column, each.tax_column))
    glimpse = Glimpse(list(dict.fromkeys(names)), [])
    unbound = ColumnsForm(None, glimpse=glimpse, base=shipped, is_named=False)
    data = QueryDict(mutable=True)
    for name in unbound.fields:
        value = unbound[name].value()
        data.setlist(name, value if isinstance(value, tuple) else ["" if value is None else value])

    form = ColumnsForm(data, glimpse=glimpse, base=shipped, is_named=False)

    assert form.is_valid(), form.errors
    named = {"title": shipped.name, "is_own": True}
    assert form.to_mapping() == msgspec.structs.replace(shipped, **named)


def test_what_was_answered_is_part_of_the_mapping_that_is_made_anew(shop, say, browser, workspace):
    say(shop(), **{"status:void": ""})
    upload = shop()
    assert "status is “void”" in page(browser, upload)
    address = reverse("import-answer", args=[workspace.slug, upload.pk])
    browser.post(address, {"answer-status:void": "take"})
    work_off()

    text = columns_page(browser, upload)
    say(upload, **{"status:void": "leave_out"})

    void = text[text.index('name="status:void"') :]
    assert 'value="take" selected' in void[: void.index("</select>")]
    assert upload.report["documents"] == 2  # what is said last counts


def test_a_file_may_begin_from_any_mapping(shop, say, send, browser):
    say(shop())
    later = send(
        *(row + ",1" for row in ROWS), header=SHOP.replace("Gross", "Price gross") + ",Points"
    )
    assert later.state == UploadState.REFUSED

    text = columns_page(browser, later, begun="=Corner shop")

    assert '<option value="Order" selected>' in text
    assert "You are changing Corner shop" in text


def test_the_row_that_names_the_columns_is_chosen(browser, workspace, send):
    rows = ["My shop,,,", "Nr,Day,What,Price", "1,2026-03-02,Tea,5"]
    upload = send(content="\n".join(["Name of column,Of,Many,Words", *rows]).encode())
    address = reverse("import-layout", args=[workspace.slug, upload.pk])
    assert "Choose the header row" in page(browser, upload)
    shown = browser.get(address).text

    answer = browser.post(address, {"header_line": "3"})
    work_off()

    assert "Line 3" in shown
    assert answer.status_code == 302
    upload.refresh_from_db()
    assert upload.header == ["Nr", "Day", "What", "Price"]
    assert '<option value="Price">Price · 5</option>' in columns_page(browser, upload)
    again = browser.get(address).text
    assert re.search('value="3" checked', again)


def test_of_a_layout_that_cannot_be_read_nothing_is_offered_that_was_seen_before(
    browser, workspace, send
):
    upload = send("1,C1,Cafe,2026-11-02,TEA,Tea,1,5")
    address = reverse("import-layout", args=[workspace.slug, upload.pk])

    browser.post(address, {"header_line": "99"})
    work_off()

    upload.refresh_from_db()
    text = page(browser, upload)
    assert "Line 99 is blank or not in the file" in text
    assert "Say what the columns mean" not in text
    browser.post(address, {"header_line": "0"})
    work_off()
    upload.refresh_from_db()
    assert upload.state == UploadState.CHECKED


def test_encoding_and_delimiter_are_chosen_where_the_file_says_neither(browser, workspace, send):
    header = "number\tissued_on\tparty_name\tdescription\tunit_price"
    rows = b"1\t2026-03-02\t\xd7\xe0\xe9\xed\xe0\xff\t\xd7\xe0\xe9\t5\n\x98\x81\x8d\n"
    content = f"{header}\n".encode() + rows
    upload = send(content=content)
    assert upload.state == UploadState.REFUSED
    text = page(browser, upload)
    assert "Choose the encoding" in text
    address = reverse("import-layout", args=[workspace.slug, upload.pk])
    assert "No rows can be shown" in browser.get(address).text

    browser.post(address, {"encoding": "cp1251", "delimiter": "tab", "header_line": "0"})
    work_off()

    upload.refresh_from_db()
    assert upload.state == UploadState.CHECKED
    assert upload.layout == {"encoding": "cp1251", "delimiter": "\t", "sheet": "", "header_line": 0}
    assert browser.post(address, {"encoding": "rot13"}).status_code == 422


POISON = {
    "a sign outside UTF-8 in the header": b"number,issued_on,Montant \x81\x8d,unit_price\n1,2026-03-02,x,5\n",
    "half a sign": b"number,issued_on,caf\xc3",
    "binary": bytes(range(256)) * 40,
    "zeros": bytes(4096),
    "lone surrogates": "number,\ud800x\n1,2\n".encode("utf-8", "surrogatepass"),
    "NUL in the header": b"number,issued\0on,unit_price\n1,2,3\n",
    "one endless line": b"x" * 300_000,
    "PDF": b"%PDF-1.7\n",
    "blank": b"\n\n  \n",
}


@pytest.mark.parametrize("content", POISON.values(), ids=POISON.keys())
def test_no_poisoned_file_waits_for_ever_and_each_can_be_discarded(
    content, browser, send, workspace
):
    upload = send(content=content)

    text = page(browser, upload)

    assert upload.state == UploadState.REFUSED
    assert upload.problem.endswith(".")
    assert "Choose the encoding" in text
    layout = reverse("import-layout", args=[workspace.slug, upload.pk])
    assert browser.get(layout).status_code == 200
    assert browser.post(layout, {"encoding": "utf-16"}).status_code == 302
    work_off()
    upload.refresh_from_db()
    assert upload.state == UploadState.REFUSED
    assert "was discarded" in press(browser, upload, "discard")
    assert not uploads.path_of(upload).exists()


def test_nobody_maps_the_files_of_others(shop, workspace):
    upload = shop()
    stranger = Client()
    stranger.force_login(owner_of(make_workspace("Elsewhere")))

    for name in ("import-columns", "import-layout", "import-left-out", "import-answer"):
        for slug in (workspace.slug, "elsewhere"):
            address = reverse(name, args=[slug, upload.pk])
            assert stranger.post(address).status_code in (404, 405)
            assert stranger.get(address).status_code in (404, 405)


def test_another_sheet_of_a_workbook_is_chosen(browser, workspace, send):
    header = ["number", "issued_on", "party_name", "description", "unit_price"]
    sheets = {
        "Notes": [["Some", "words"], ["a", "b"]],
        "Sales": [header, ["1", "2026-03-02", "A", "Tea", "5"]],
    }
    upload = send(content=xlsx(sheets), name="book.xlsx")
    assert upload.state == UploadState.REFUSED
    text = page(browser, upload)
    assert "Of 2 sheets “Notes” was read" in text
    assert "Choose the header row or sheet" in text
    assert "Choose the encoding" not in text
    address = reverse("import-layout", args=[workspace.slug, upload.pk])

    browser.post(address, {"sheet": "Sales", "header_line": "0"})
    work_off()

    upload.refresh_from_db()
    assert (upload.state, upload.report["documents"]) == (UploadState.CHECKED, 1)
    assert '<option value="Sales" selected>' in browser.get(address).text


def test_a_workbook_with_a_password_can_only_be_discarded(browser, send):
    upload = send(content=compound("EncryptedPackage", b"x" * 5000), name="book.xlsx")

    text = page(browser, upload)

    assert "protected by a password" in text
    assert "Choose the" not in text
    assert "was discarded" in press(browser, upload, "discard")
