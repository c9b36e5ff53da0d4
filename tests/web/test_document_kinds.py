"""Every kind of document: its list, its form, its page and what can be done to it."""

import uuid
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from factories import (
    line,
    make_document,
    make_member,
    make_party,
    make_payment,
    make_tax_code,
    make_template,
    make_user,
)
from tallystick.books.documents import cancel_documents
from tallystick.books.models import Document, Kind, Status
from tallystick.connections.models import Organisation
from tallystick.sync.acts.changing_rules import save_policy
from tallystick.sync.models import Link, LinkState, SentAs, Trigger
from tallystick.web.kinds import PAGES, KindPages
from tallystick.workspaces.models import Role
from web.conftest import problem

every_kind = pytest.mark.parametrize("kind", PAGES.values(), ids=PAGES)


def entered(*lines: dict[str, str], **head: str) -> dict[str, str]:
    form = {
        "party_number": "C7",
        "issued_on": "2026-11-02",
        "due_on": "2026-12-02",
        "currency": "NZD",
        "tax_basis": "exclusive",
        "lines-TOTAL_FORMS": str(len(lines)),
        "lines-INITIAL_FORMS": "0",
        **head,
    }
    for index, values in enumerate(lines):
        form |= {f"lines-{index}-{name}": value for name, value in values.items()}
    return form


BEANS = {"description": "Beans", "quantity": "2", "unit_price": "38.00", "tax_code": "GST"}


@pytest.fixture
def party(workspace):
    make_tax_code(workspace, "GST", "15")
    return make_party(workspace, "Harbour Cafe", number="C7")


@every_kind
def test_each_kind_is_written_listed_and_shown(
    browser: Client, workspace, party, kind: KindPages
) -> None:
    new = reverse(kind.new_name, args=[workspace.slug])
    assert f"New {kind.noun}" in browser.get(new).text

    answer = browser.post(new, entered(BEANS, number="N-1"), follow=True)
    listed = browser.get(reverse(kind.list_name, args=[workspace.slug]))

    document = Document.objects.get(kind=kind.kind)
    assert document.total == Decimal("87.40")
    assert answer.redirect_chain[-1][0] == reverse(kind.name, args=[workspace.slug, document.pk])
    assert kind.party.capitalize() in answer.text
    assert "N-1" in listed.text
    assert "87.40" in listed.text


@every_kind
def test_each_kind_is_submitted_kept_out_let_in_and_cancelled(
    browser: Client, workspace, organisation, kind: KindPages
) -> None:
    document = make_document(workspace, kind=kind.kind, number="N-1")
    act = reverse(kind.act_name, args=[workspace.slug])

    def press(act_name: str, **more: str) -> str:
        form = {"act": act_name, "id": document.pk, **more}
        return browser.post(act, form, follow=True).text

    assert f"1 {kind.noun} was submitted. It is on the way to Xero." in press("submit")
    assert "marked as not to be synced" in press("exclude")
    assert Link.objects.get().state == LinkState.EXCLUDED
    assert "let into Xero again" in press("include")
    assert Link.objects.get().state == LinkState.WAITING
    assert f"Cancel 1 {kind.noun}?" in press("cancel")
    press("cancel", confirmed="yes")
    document.refresh_from_db()
    assert document.status == Status.CANCELLED


@every_kind
def test_each_list_is_exported(browser: Client, workspace, kind: KindPages) -> None:
    make_document(workspace, kind=kind.kind, number="N-1")

    answer = browser.get(reverse(kind.export_name, args=[workspace.slug]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    assert text.splitlines()[0].startswith(f"Number,{kind.party.capitalize()} number")
    assert "N-1" in text
    assert f"{kind.name}s-" in answer["Content-Disposition"]


def test_an_act_on_one_kind_leaves_the_others_alone(browser: Client, workspace) -> None:
    bill = make_document(workspace, kind=Kind.BILL, number="N-1")

    browser.post(reverse("invoice-act", args=[workspace.slug]), {"act": "submit", "id": bill.pk})

    bill.refresh_from_db()
    assert bill.status == Status.DRAFT
    assert browser.get(reverse("invoice", args=[workspace.slug, bill.pk])).status_code == 404


def test_all_that_a_document_can_say_is_entered_and_comes_back(
    browser: Client, workspace, party
) -> None:
    make_template(workspace, "Exports")
    lines = [
        {**BEANS, "account_code": "260", "tracking_1": "Region: North", "tracking_2": "Team: Blue"},
        {"description": "Delivery", "quantity": "1", "unit_price": "6.5", "charge": "freight"},
        {"description": "With many thanks"},
    ]
    head = {"currency": "USD", "currency_rate": "1.6512", "total": "93.92", "template": "Exports"}

    browser.post(
        reverse("bill-new", args=[workspace.slug]),
        entered(*lines, **head, number="8841", do_not_sync="on"),
    )

    bill = Document.objects.get()
    assert (bill.currency_rate, bill.rounding) == (Decimal("1.6512"), Decimal("0.02"))
    assert (bill.template.name, bill.do_not_sync) == ("Exports", True)
    kept = bill.lines.order_by("position").values_list("charge", "account_code", "tracking")
    assert list(kept) == [
        ("", "260", [["Region", "North"], ["Team", "Blue"]]),
        ("freight", "", []),
        ("", "", []),
    ]
    edit = reverse("bill-edit", args=[workspace.slug, bill.pk])
    form = browser.get(edit).context["form"]
    shown = {name: form.head[name].value() for name in form.head.fields}
    shown |= {field.html_name: field.value() or "" for each in form.lines for field in each}
    shown |= {"lines-TOTAL_FORMS": "4", "lines-INITIAL_FORMS": "0"}
    browser.post(edit, shown)
    again = Document.objects.get()
    assert again.revision == 2
    assert (again.total, again.currency_rate, again.template) == (
        bill.total,
        bill.currency_rate,
        bill.template,
    )
    assert list(again.lines.order_by("position").values_list("charge", "account_code", "tracking"))


def test_tracking_without_an_option_is_said_at_its_field(browser: Client, workspace, party) -> None:
    answer = browser.post(
        reverse("invoice-new", args=[workspace.slug]), entered({**BEANS, "tracking_1": "Region"})
    )

    assert answer.status_code == 422
    assert "such as Region: North" in answer.text


def test_a_credit_note_has_no_due_date(browser: Client, workspace, party) -> None:
    new = reverse("credit-note-new", args=[workspace.slug])

    assert "due_on" not in browser.get(new).context["form"].head.fields
    browser.post(new, entered(BEANS))

    note = Document.objects.get()
    assert note.due_on == note.issued_on


@pytest.mark.parametrize(
    ("state", "values", "told"),
    [
        (LinkState.QUEUED, {}, "not in Xero yet: it goes there as it is after your change"),
        (LinkState.SYNCED, {"xero_status": "DRAFT"}, "Its copy in Xero is not approved yet"),
        (LinkState.SYNCED, {"xero_status": "AUTHORISED"}, "you will see both sides and choose"),
        (LinkState.EXCLUDED, {}, "Nothing of it is in Xero"),
    ],
)
def test_the_form_of_a_submitted_document_tells_what_happens_in_xero(
    browser: Client, workspace, organisation, put, state, values, told
) -> None:
    document = make_document(workspace, submitted=True)
    if state == LinkState.SYNCED:
        values = {**values, "xero_id": "11111111-1111-4111-8111-111111111111"}
    put(document.pk, state, **values)

    answer = browser.get(reverse("invoice-edit", args=[workspace.slug, document.pk]))

    assert told in answer.text
    assert "Save changes" in answer.text
    assert "Save and submit" not in answer.text


def test_a_submitted_document_is_changed_but_not_its_customer(
    browser: Client, workspace, party
) -> None:
    document = make_document(workspace, party=party, number="INV-7", submitted=True)
    make_party(workspace, "Bayside", number="C8")
    edit = reverse("invoice-edit", args=[workspace.slug, document.pk])

    refused = browser.post(edit, entered(BEANS, party_number="C8"))
    browser.post(edit, entered(BEANS))

    assert "It stays with C7" in refused.text
    document.refresh_from_db()
    assert (document.total, document.revision) == (Decimal("87.40"), 2)
    assert document.status == Status.SUBMITTED


def test_a_cancelled_document_is_amended_with_a_new_number(browser: Client, workspace) -> None:
    document = make_document(workspace, kind=Kind.BILL, number="8841", submitted=True)
    amend = reverse("document-amend", args=[workspace.slug, document.pk])
    assert "is not cancelled" in browser.post(amend, follow=True).text
    cancel_documents(workspace=workspace, document_ids=[document.pk], actor=None)

    answer = browser.post(amend, follow=True)

    copy = Document.objects.get(amends=document)
    assert (copy.number, copy.status) == ("8841-2", Status.DRAFT)
    assert "8841-2 is a draft in place of 8841." in answer.text
    page = browser.get(reverse("bill", args=[workspace.slug, document.pk]))
    assert "8841-2 is in its place" in page.text
    assert "Amend with a new number" not in page.text


def test_cancelling_what_is_paid_says_what_to_delete_first(browser: Client, workspace) -> None:
    document = make_document(workspace, number="INV-7", submitted=True)
    make_payment(document, "4")
    form = {"act": "cancel", "id": document.pk, "confirmed": "yes"}

    answer = browser.post(reverse("invoice-act", args=[workspace.slug]), form, follow=True)

    assert "Delete these first, then cancel again: Payment of 4" in answer.text


def test_the_question_before_submitting_tells_what_the_rules_say(
    browser: Client, workspace, organisation: Organisation, owner
) -> None:
    make_document(workspace, kind=Kind.BILL)
    save_policy(
        organisation=organisation,
        kind=Kind.BILL,
        actor=owner,
        sent_as=SentAs.AUTHORISED,
        trigger=Trigger.BY_HAND,
    )
    act, form = reverse("bill-act", args=[workspace.slug]), {"act": "submit", "everything": "yes"}

    asked = browser.post(act, form).text
    done = browser.post(act, {**form, "confirmed": "yes"}, follow=True).text

    assert "It waits for Sync now. What goes there goes as approved." in asked
    assert "1 bill was submitted. It waits for Sync now." in done


def test_a_document_is_marked_as_in_xero_by_its_number(
    browser: Client, workspace, organisation, put
) -> None:
    document = make_document(workspace, number="INV-7", submitted=True)
    put(document.pk, LinkState.WAITING)
    page = browser.get(reverse("invoice", args=[workspace.slug, document.pk])).text
    assert "It is in Xero already" in page

    match = reverse("document-match", args=[workspace.slug, document.pk])
    answer = browser.post(match, {"number": "X-7"}, follow=True)

    assert "Xero is asked whether its X-7 is INV-7" in answer.text
    assert Link.objects.get().claim == "X-7"
    assert browser.post(match, {"number": ""}).status_code == 422


def test_every_problem_is_told_with_its_remedy(browser, workspace, organisation, put) -> None:
    document = make_document(workspace, number="INV-7", submitted=True)
    told = problem("INV-7 was not sent: line 1 has no tax mapping.")
    other = {"message": "INV-7 was not sent: no account is chosen.", "remedy": "Choose it."}
    told["details"] = {"others": [{**other, "screen": "accounts"}]}
    put(document.pk, LinkState.FAILED, problem=told)

    text = browser.get(reverse("invoice", args=[workspace.slug, document.pk])).text

    assert "line 1 has no tax mapping" in text
    assert "no account is chosen" in text
    assert reverse("tax-mapping", args=[workspace.slug]) in text
    assert f'href="{reverse("accounts", args=[workspace.slug])}">Open Accounts' in text


def test_a_customers_contact_is_chosen_on_the_documents_page(
    browser, workspace, organisation, put
) -> None:
    party = make_party(workspace, "Harbour Cafe", number="C7")
    document = make_document(workspace, party=party, submitted=True)
    told = problem("Is it the same?", screen="party", code="contact_name_taken")
    contact = "22222222-2222-4222-8222-222222222222"
    told["details"] = {"candidates": [{"id": contact, "name": "Harbour Cafe", "number": ""}]}
    put(document.pk, LinkState.HELD, problem=told, waits_for=f"party:{party.pk}")
    address = reverse("invoice", args=[workspace.slug, document.pk])
    assert "Use Harbour Cafe" in browser.get(address).text

    browser.post(
        reverse("party-contact", args=[workspace.slug, party.pk]),
        {"contact": contact, "next": address},
    )

    assert Link.objects.get(party=party).claim == contact
    assert Link.objects.get(document=document).state == LinkState.QUEUED


def test_who_may_not_send_decides_nothing(workspace, organisation, put, signed_in) -> None:
    document = make_document(workspace, submitted=True)
    told = problem("Xero has another.", screen="document", code="differs")
    link = put(document.pk, LinkState.HELD, problem=told, xero_id=uuid.uuid4())
    bookkeeper = signed_in(make_member(workspace, Role.BOOKKEEPER))

    page = bookkeeper.get(reverse("invoice", args=[workspace.slug, document.pk]))
    refused = bookkeeper.post(
        reverse("decide", args=[workspace.slug]), {"act": "send_ours", "link": link.pk}
    )

    assert "Only an owner or an integration manager may decide this." in page.text
    assert refused.status_code == 403
    link.refresh_from_db()
    assert link.state == LinkState.HELD


def test_a_supplier_is_added_shown_and_kept_out(browser, workspace, organisation, owner) -> None:
    form = {"name": "Coastal Rope", "number": "S1", "is_supplier": "on", "do_not_sync": "on"}
    browser.post(reverse("party-new", args=[workspace.slug]), form)
    supplier = workspace.parties.get(number="S1")
    bill = make_document(workspace, party=supplier, kind=Kind.BILL, number="8841", submitted=True)

    page = browser.get(reverse("party", args=[workspace.slug, supplier.pk]))
    listed = browser.get(reverse("party-list", args=[workspace.slug]), {"role": "supplier"})
    state = Link.objects.get(document=bill).state
    browser.post(
        reverse("party-edit", args=[workspace.slug, supplier.pk]), {**form, "do_not_sync": ""}
    )

    assert "8841" in page.text
    assert "New bill" in page.text
    assert "New invoice" not in page.text
    assert "Coastal Rope" in listed.text
    assert state == LinkState.EXCLUDED
    assert Link.objects.get(document=bill).state == LinkState.WAITING


def test_home_leads_to_the_documents_of_each_kind(browser, workspace) -> None:
    make_document(workspace, kind=Kind.BILL)
    make_document(workspace, lines=[line()])

    text = browser.get(f"/w/{workspace.slug}/").text

    assert f'{reverse("bill-list", args=[workspace.slug])}?status=draft">1 bill<' in text
    assert f'{reverse("invoice-list", args=[workspace.slug])}?status=draft">1 invoice<' in text


@every_kind
def test_its_pdf_is_there_for_members_only(client: Client, workspace, owner, kind: KindPages):
    document = make_document(workspace, kind=kind.kind, number='No/1 "odd"')
    address = reverse("document-pdf", args=[workspace.slug, document.pk])
    client.force_login(owner)

    answer = client.get(address)

    assert answer.headers["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    client.force_login(make_user())
    assert client.get(address).status_code == 404
