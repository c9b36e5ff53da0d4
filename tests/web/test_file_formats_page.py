"""Settings, File formats: what ships and what is one's own, and each act on it."""

import msgspec
import pytest
from django.test import Client

from factories import make_member, make_workspace, owner_of
from tallystick.importing.formats.shipped import SHIPPED
from tallystick.importing.meaning.mapping import Mapping, OrderColumn
from tallystick.importing.models import Remembered, SavedMapping, Upload
from tallystick.importing.questions import ASKED, Ask, Choice, in_words
from tallystick.importing.saving import save_mapping
from tallystick.workspaces.models import Role

pytestmark = pytest.mark.django_db

SHOP = Mapping(
    name="Corner shop",
    title="Corner shop",
    columns={
        "number": "Order",
        "issued_on": "Day",
        "description": "What",
        "unit_price": "Gross <b>",
        "status": "State",
    },
    texts={"quantity": "1"},
    order_columns=(OrderColumn(column="Post", description="Shipping", charge="shipping"),),
)


@pytest.fixture
def saved(workspace, owner):
    return save_mapping(workspace=workspace, actor=owner, mapping=SHOP)


@pytest.fixture
def said(workspace, saved):
    return Remembered.objects.create(
        workspace=workspace, format="Corner shop", answers={"status:gone": "leave_out"}
    )


def filled(text):
    """Return what the form of the page would send, its buttons left aside."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.given, self.select = {}, None

        def handle_starttag(self, tag, attributes):
            named = dict(attributes)
            if tag == "select":
                self.select = named["name"]
            elif tag == "option" and self.select and "selected" in named:
                self.given[self.select] = named.get("value", "")
            elif tag == "input" and named.get("type") == "text":
                self.given[named["name"]] = named.get("value", "")

    reader = Reader()
    reader.feed(text)
    return reader.given


def test_every_format_is_listed_with_its_columns_and_what_was_said(browser, address, said):
    text = browser.get(address("file-formats")).text

    assert all(mapping.title.replace("'", "&#x27;") in text for mapping in SHIPPED)
    assert "Corner shop" in text
    assert "Gross &lt;b&gt;" in text
    assert "Status “gone”: Leave it out" in text
    assert "File formats" in browser.get(address("workspace-home")).text


def test_a_mapping_is_edited_and_what_the_page_does_not_show_stays(
    browser, address, saved, said, workspace
):
    page = address("file-format", saved.pk)
    given = filled(browser.get(page).text)
    assert given["status:gone"] == "leave_out"

    answer = browser.post(page, given | {"tax_basis": "inclusive", "name": "Shop"})

    assert answer.status_code == 302, answer.text
    mapping = SavedMapping.objects.get().mapping()
    changes = {"tax_basis": "inclusive", "statuses": {"gone": "leave_out"}, "is_own": True}
    named = {"name": "Shop", "title": "Shop"}
    assert msgspec.to_builtins(mapping) == msgspec.to_builtins(SHOP) | changes | named
    assert Remembered.objects.get(format="Shop").answers == {}


def test_a_file_that_waits_goes_with_a_mapping_that_gets_another_name(
    browser, address, saved, workspace
):
    upload = Upload.objects.create(workspace=workspace, file_name="a", format="Corner shop")
    page = address("file-format", saved.pk)

    browser.post(page, filled(browser.get(page).text) | {"name": "Shop"})

    upload.refresh_from_db()
    assert upload.format == "Shop"


def test_a_mapping_cannot_take_the_name_of_another_or_lose_what_it_needs(
    browser, address, saved, workspace, owner
):
    other = msgspec.structs.replace(SHOP, name="Other", title="Other")
    save_mapping(workspace=workspace, actor=owner, mapping=other)
    page = address("file-format", saved.pk)
    given = filled(browser.get(page).text)

    taken = browser.post(page, given | {"name": "Other"})
    shipped = browser.post(page, given | {"name": "chinook"})
    lacking = browser.post(page, given | {"column-number": ""})

    assert taken.status_code == shipped.status_code == lacking.status_code == 422
    assert "There is one of this name already" in taken.text
    assert "Enter another name." in shipped.text
    assert "Choose the column." in lacking.text
    assert SavedMapping.objects.count() == 2


@pytest.mark.parametrize("name", ["Corner shop", "xero-export"])
def test_a_copy_gets_a_free_name_and_is_edited(name, browser, address, saved):
    for _ in range(2):
        answer = browser.post(address("file-format-copy"), {"name": name}, follow=True)
        assert "Change here what is different" in answer.text

    first, second = SavedMapping.objects.exclude(pk=saved.pk).order_by("pk")
    assert second.name == f"{first.name} 2"
    assert first.mapping().is_own
    gone = browser.post(address("file-format-copy"), {"name": "gone"}, follow=True)
    assert "There is no file format gone any more" in gone.text


def test_deleting_asks_once_and_forgets_what_was_said(browser, address, saved, said):
    page = address("file-format-delete", saved.pk)

    asked = browser.post(page)
    assert "Delete Corner shop?" in asked.text
    assert SavedMapping.objects.exists()
    browser.post(page, {"confirmed": "yes"})

    assert not SavedMapping.objects.exists()
    assert not Remembered.objects.exists()
    assert browser.post(page).status_code == 404


@pytest.mark.parametrize("ask", Ask)
def test_every_answer_can_be_told_in_words(ask):
    choice = next(iter(ASKED[ask].choices), Choice("GST", "GST"))

    assert in_words(ask, choice.value).endswith(f": {choice.label}")


def test_what_was_said_of_a_format_is_asked_again(browser, address, said):
    answer = browser.post(address("file-format-forget"), {"name": "Corner shop"}, follow=True)

    assert "asked about again" in answer.text
    assert not Remembered.objects.exists()
    assert "Ask again" not in answer.text


def test_nobody_sees_or_changes_the_formats_of_others(workspace, address, saved):
    stranger, viewer = Client(), Client()
    stranger.force_login(owner_of(make_workspace("Elsewhere")))
    viewer.force_login(make_member(workspace, Role.VIEWER))
    pages = [address("file-format", saved.pk), address("file-format-delete", saved.pk)]

    for page in [*pages, address("file-format-copy"), address("file-format-forget")]:
        assert stranger.post(page, {"name": "Corner shop"}).status_code == 404
        assert stranger.post(page.replace(workspace.slug, "elsewhere")).status_code in (302, 404)
        assert viewer.post(page, {"name": "Corner shop"}).status_code == 403
    assert viewer.get(address("file-formats")).status_code == 403
    assert SavedMapping.objects.count() == 1
