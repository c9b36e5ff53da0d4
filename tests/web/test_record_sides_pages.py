"""The Xero side of customers and items on their pages, and the rules by which they go there."""

import json
import uuid
import zlib
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factories import make_item, make_member, make_party, make_workspace
from tallystick.books.models import Item, Party
from tallystick.connections.models import Organisation
from tallystick.mirror.models import MirroredContact
from tallystick.sync.models import Link, LinkState, Owner, RecordPolicy, RecordTrigger
from tallystick.workspaces.models import Role

pytestmark = pytest.mark.django_db


def policy(organisation: Organisation, kind: str = "party", **values: Any) -> RecordPolicy:
    return RecordPolicy.objects.create(organisation=organisation, kind=kind, **values)


def linked(organisation: Organisation, record: Party | Item, **values: Any) -> Link:
    kind = "party" if isinstance(record, Party) else "item"
    given = {"state": LinkState.SYNCED, "xero_id": uuid.uuid4(), "xero_status": "ACTIVE"} | values
    return Link.objects.create(organisation=organisation, **{kind: record}, **given)


def mirrored(organisation: Organisation, link: Link, **said: Any) -> MirroredContact:
    raw = {"ContactID": str(link.xero_id), "Name": "There", "ContactStatus": "ACTIVE", **said}
    return MirroredContact.objects.create(
        organisation=organisation,
        xero_id=link.xero_id,
        name=raw["Name"],
        status=raw["ContactStatus"],
        read_at=Now(),
        noticed_at=Now(),
        digest=b"",
        raw=zlib.compress(json.dumps(raw).encode()),
    )


def page(browser, record: Party | Item) -> str:
    name = "party" if isinstance(record, Party) else "item-edit"
    return str(browser.get(reverse(name, args=[record.workspace.slug, record.pk])).text)


def press(browser, record: Party | Item, act: str) -> Any:
    name = "party-xero" if isinstance(record, Party) else "item-xero"
    address = reverse(name, args=[record.workspace.slug, record.pk])
    return browser.post(address, {"act": act}, follow=True)


def test_a_customer_that_is_not_there_can_be_sent(browser, workspace, organisation):
    party = make_party(workspace)
    assert "Not in Demo Company (NZ) yet." in page(browser, party)

    answer = press(browser, party, "send")

    assert f"{party} is on its way to Xero." in answer.text
    assert Link.objects.get(party=party).state == LinkState.QUEUED
    assert 'value="send"' not in page(browser, party)


def test_one_that_is_kept_out_cannot_be_sent(browser, workspace, organisation):
    party = make_party(workspace)
    Party.objects.update(do_not_sync=True)

    assert 'value="send"' not in page(browser, party)
    assert "is kept out of Xero" in press(browser, party, "send").text
    assert not Link.objects.filter(party=party).exists()


def test_what_differs_is_shown_and_a_choice_is_offered(browser, workspace, organisation):
    party = make_party(workspace)
    link = linked(organisation, party)
    mirrored(organisation, link, EmailAddress="theirs@example.com")

    shown = page(browser, party)
    assert "theirs@example.com" in shown
    assert str(link.xero_id) in shown
    assert "/Contacts/View/" in shown

    press(browser, party, "take_theirs")
    party.refresh_from_db()
    assert party.email == "theirs@example.com"
    assert "Take what Xero has" not in page(browser, party)


def test_ours_can_be_sent_over_theirs(browser, workspace, organisation):
    party = make_party(workspace)
    link = linked(organisation, party)
    mirrored(organisation, link, EmailAddress="theirs@example.com")

    press(browser, party, "send_ours")

    link.refresh_from_db()
    assert (link.wants_update, link.forced_revision) == (True, party.revision)


def test_what_xero_owns_is_only_read_in_the_form(browser, workspace, organisation):
    party = make_party(workspace)
    linked(organisation, party)
    policy(organisation, owner=Owner.XERO, trigger=RecordTrigger.BY_HAND)
    address = reverse("party-edit", args=[workspace.slug, party.pk])

    form = browser.get(address)
    assert "change it in Xero" in form.text
    assert form.context["form"].fields["name"].disabled
    assert not form.context["form"].fields["number"].disabled

    given = {"name": "Other", "number": "C-9", "is_customer": "on"}
    browser.post(address, given)
    party.refresh_from_db()
    assert (party.name, party.number) == ("Harbour Cafe", "C-9")


def test_people_without_the_role_cannot_send(signed_in, workspace, organisation):
    party = make_party(workspace)
    bookkeeper = signed_in(make_member(workspace, Role.BOOKKEEPER))

    assert "Only an owner or an integration manager may send it." in page(bookkeeper, party)
    assert press(bookkeeper, party, "send").status_code == 403


def test_another_workspaces_customer_is_not_found(browser, workspace, organisation):
    other = make_party(make_workspace("Elsewhere"))

    address = reverse("party-xero", args=[workspace.slug, other.pk])
    assert browser.post(address, {"act": "send"}).status_code == 404


def test_an_items_page_shows_its_side(browser, workspace, organisation):
    item = make_item(workspace)
    assert "Items do not go to Xero, by the sync rules." in page(browser, item)
    assert "do not go to" in press(browser, item, "send").text

    policy(organisation, "item", trigger=RecordTrigger.BY_HAND)
    press(browser, item, "send")
    assert Link.objects.get(item=item).kind == "item"


def test_a_failed_item_is_told_wherever_failures_are(browser, workspace, organisation):
    item = make_item(workspace)
    problem = {"code": "item_code_taken", "message": "Taken.", "remedy": "Rename.", "screen": ""}
    linked(organisation, item, state=LinkState.FAILED, xero_id=None, problem=problem)

    assert "Taken." in page(browser, item)
    for name in ("needs-attention", "workspace-home", "sync-log", "sync-rules"):
        answer = browser.get(reverse(name, args=[workspace.slug]))
        assert answer.status_code == 200, name
    told = browser.get(reverse("needs-attention", args=[workspace.slug])).text
    assert item.code in told


def test_the_rules_are_saved_and_told(browser, workspace, organisation):
    party = make_party(workspace)
    problem = {"code": "email_invalid", "message": "Bad e-mail.", "remedy": "", "screen": ""}
    linked(organisation, party, problem=problem)
    address = reverse("sync-rules", args=[workspace.slug])
    shown = browser.get(address)
    assert "Bad e-mail." in shown.text
    forms = [rule.form for rule in [*shown.context["rules"], *shown.context["record_rules"]]]
    given = {
        form.add_prefix(name): form.get_initial_for_field(field, name) or ""
        for form in forms
        for name, field in form.fields.items()
    }
    given |= {"party-trigger": "by_itself", "party-phone_as": "MOBILE", "item-trigger": "by_hand"}

    answer = browser.post(address, given, follow=True)

    assert "The rules were saved." in answer.text
    saved = RecordPolicy.objects.get(organisation=organisation, kind="party")
    assert (saved.trigger, saved.phone_as, saved.address_as) == ("by_itself", "MOBILE", "POBOX")
    assert RecordPolicy.objects.get(kind="item").trigger == "by_hand"
    assert "goes to Xero as soon as it is saved" in answer.text


def test_all_that_changed_is_sent_from_the_rules(browser, workspace, organisation):
    for number in ("A", "B"):
        make_party(workspace, number=number)
    address = reverse("send-records", args=[workspace.slug, "party"])

    assert "2 are on their way to Xero." in browser.post(address, follow=True).text
    assert "Xero has all of them" in browser.post(address, follow=True).text
    assert Link.objects.filter(state=LinkState.QUEUED).count() == 2
    unknown = reverse("send-records", args=[workspace.slug, "nothing"])
    assert browser.post(unknown).status_code == 404


def test_a_page_asks_no_more_for_many_differences(browser, workspace, organisation):
    party = make_party(workspace)
    link = linked(organisation, party)
    mirrored(organisation, link, EmailAddress="theirs@example.com", TaxNumber="GB1")
    page(browser, party)

    with CaptureQueriesContext(connection) as asked:
        page(browser, party)

    assert len(asked) < 45
