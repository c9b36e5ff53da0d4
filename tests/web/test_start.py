"""The start on Home: what is done, what is left, and the one button that does the next step."""

import re
from uuid import uuid4

from factories import make_document, make_member, make_payment, make_tax_code
from tallystick.books.documents import submit_documents
from tallystick.connections.models import Connection, ConnectionStatus
from tallystick.mapping.models import AccountChoice, Direction, TaxMapping
from tallystick.sync.acts.submitting import adopt_submitted
from tallystick.sync.models import LinkState
from tallystick.workspaces.models import Role


def steps(browser, address) -> dict[str, str]:
    """Return what Home says of each step: `done`, or else the button in brackets, `*` for next."""
    found = browser.get(address("workspace-home")).context["steps"]
    return {
        one.title: "done"
        if one.is_done
        else f"{'*' if one.is_next else ''}[{one.label if one.may_press else ''}] {one.told}"
        for one in found
    }


def test_a_new_workspace_is_led_from_connecting_to_the_first_sync(
    browser, workspace, address
) -> None:
    seen = steps(browser, address)

    assert list(seen) == [
        *("Connect Xero", "Tax rates", "Tax codes", "Accounts", "Items and contacts"),
        *("First documents", "First sync"),
    ]
    assert seen["Connect Xero"].startswith("*[Connect Xero]")
    assert seen["Tax codes"] == "[] Come with connecting."
    assert seen["First documents"].startswith("[Import a file]")
    page = browser.get(address("workspace-home")).text
    assert len(re.findall(r"button small[a-z ]* primary", page)) == 1


def test_each_step_is_ticked_off_and_the_next_one_offered_until_all_is_done(
    browser, workspace, owner, organisation, lists, put, address
) -> None:
    code = make_tax_code(workspace, "GST")
    assert steps(browser, address)["Tax codes"] == (
        "*[Map tax codes] 0 of 1 are mapped to Xero's rates."
    )
    TaxMapping.objects.create(organisation=organisation, tax_code=code, tax_type="OUTPUT2")
    assert steps(browser, address)["Accounts"] == (
        "*[Choose accounts] No default account is chosen for sales."
    )
    AccountChoice.objects.create(organisation=organisation, direction=Direction.SALES, code="200")
    document = make_document(workspace)
    assert steps(browser, address) | {"Connect Xero": ""} == {
        "Connect Xero": "",
        "Tax rates": "done",
        "Items and contacts": "[] 0 items and 0 contacts are here so far. They are read by themselves.",
        "Tax codes": "done",
        "Accounts": "done",
        "First documents": "done",
        "First sync": "*[Open the drafts] Your documents are drafts: submit those that shall go "
        "to Xero.",
    }
    submit_documents(workspace=workspace, document_ids=[document.pk], actor=owner)
    assert "on the way" in steps(browser, address)["First sync"]
    link = put(document.pk, LinkState.WAITING)
    assert steps(browser, address)["First sync"].startswith("*[Sync now]")
    put(document.pk, LinkState.FAILED, problem={"code": "", "message": "", "remedy": ""})
    assert steps(browser, address)["First sync"].startswith("*[See what needs you]")
    make_payment(document, "5", method="Card")
    assert steps(browser, address)["Payment methods"].startswith("*[Choose accounts] 1 without")

    put(document.pk, LinkState.SYNCED, xero_id=uuid4(), xero_status="DRAFT")

    assert link.pk
    assert steps(browser, address) == {}
    assert "Getting started" not in browser.get(address("workspace-home")).text


def test_other_books_are_a_new_start(browser, workspace, organisation, lists, put, address) -> None:
    document = make_document(workspace, submitted=True)
    put(document.pk, LinkState.SYNCED, xero_id=uuid4())
    assert steps(browser, address) == {}
    other = workspace.organisations.create(tenant_id=uuid4(), name="Second books")
    Connection.objects.update(organisation=other)
    adopt_submitted(type(other), workspace, other.pk)

    seen = steps(browser, address)

    assert seen["Connect Xero"] == "done"
    assert seen["Tax codes"] == "[] Are being read from Xero."
    assert seen["First sync"] == "[] Nothing is submitted that would go to Xero."


def test_what_needs_reconnecting_is_the_next_step_and_nothing_is_said_to_go_on_meanwhile(
    browser, workspace, organisation, address
) -> None:
    make_document(workspace, submitted=True)
    Connection.objects.update(status=ConnectionStatus.ERROR, problem="Access was removed in Xero.")

    seen = steps(browser, address)

    assert seen["Connect Xero"] == "*[Reconnect] Demo Company (NZ) needs reconnecting."
    assert seen["Tax codes"] == seen["Accounts"] == "[] Come with reconnecting."
    assert seen["First sync"] == "[] The first documents go out once Xero is reconnected."
    for name in ("tax-mapping", "accounts", "payment-methods"):
        page = browser.get(address(name)).text
        assert "Xero needs reconnecting" in page
        assert "being read from Xero" not in page


def cut(workspace) -> None:
    Connection.objects.filter(workspace=workspace).update(
        organisation=None, tenant_id=None, status=ConnectionStatus.DISCONNECTED
    )


def test_after_disconnecting_what_was_done_is_not_to_be_done_again(
    browser, workspace, organisation, lists, put, address
) -> None:
    code = make_tax_code(workspace, "GST")
    TaxMapping.objects.create(organisation=organisation, tax_code=code, tax_type="OUTPUT2")
    document = make_document(workspace, submitted=True)
    cut(workspace)

    seen = steps(browser, address)

    assert seen["Connect Xero"].startswith("*[Connect Xero] Demo Company (NZ) was disconnected.")
    assert seen["Tax codes"] == seen["First documents"] == "done"
    # Its page shows nothing to choose from meanwhile.
    assert seen["Accounts"] == "[] No default account is chosen for sales."
    assert seen["First sync"] == "[] Comes last: what you submit goes to Xero."

    put(document.pk, LinkState.SYNCED, xero_id=uuid4(), xero_status="DRAFT")

    assert steps(browser, address) == {}
    home = browser.get(address("workspace-home")).text
    assert "Demo Company (NZ) is not connected now" in home
    assert f'href="{address("integrations")}">Connect Xero<' in home
    assert "Not connected to Xero yet" not in home


def test_without_tax_codes_the_rates_of_xero_are_the_next_step(
    browser, organisation, lists, address
) -> None:
    assert steps(browser, address)["Tax codes"].startswith("*[See Xero's rates]")


def test_each_role_is_offered_what_it_may_do(workspace, signed_in, address) -> None:
    bookkeeper = signed_in(make_member(workspace, Role.BOOKKEEPER))

    seen = steps(bookkeeper, address)

    assert seen["Connect Xero"].startswith("[] ")
    assert seen["First documents"].startswith("*[Import a file]")


def test_every_step_button_leads_to_a_page(browser, workspace, owner, organisation, lists, address):
    make_tax_code(workspace, "GST")
    document = make_document(workspace)
    make_document(workspace, submitted=True)
    for state in (None, LinkState.WAITING):
        for one in browser.get(address("workspace-home")).context["steps"]:
            if one.may_press and not one.acts:
                assert browser.get(one.address).status_code == 200
            elif one.may_press:
                assert browser.post(one.address, follow=True).status_code == 200
        if state is None:
            submit_documents(workspace=workspace, document_ids=[document.pk], actor=owner)
