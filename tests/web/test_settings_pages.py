"""Settings: tax mapping, accounts, payment methods, sync rules and document templates."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factories import (
    line,
    make_document,
    make_member,
    make_payment,
    make_tax_code,
    make_template,
    make_workspace,
)
from tallystick.books.models import DocumentTemplate, Kind, TaxCode
from tallystick.mapping.models import (
    AccountChoice,
    MappingDefaults,
    MethodAccount,
    Rounding,
    TaxMapping,
)
from tallystick.mirror.models import Account, Currency
from tallystick.sync.acts.changing_rules import save_policy
from tallystick.sync.links.sync_rules import KINDS, policy_of
from tallystick.sync.models import KindPolicy, Link, LinkState, SentAs, Trigger, WhenDraft
from tallystick.web.forms import payment_methods
from tallystick.web.forms.mapping import TaxMappingForm
from tallystick.workspaces.models import Role
from web.conftest import problem

PAGES = ["tax-mapping", "accounts", "payment-methods", "sync-rules", "document-templates"]


def names(answer) -> dict[str, str]:
    """What each select of the page is called, by its name."""
    fields = answer.context["form"].fields.items()
    return {field.label: name for name, field in fields}


def offered(answer, label: str) -> list[str]:
    """The words of what a select offers, groups opened."""
    form = answer.context["form"]
    words = []
    for value, shown in form.fields[names(answer)[label]].choices:
        found = [one for _, one in shown] if isinstance(shown, list) else [shown or value]
        words += map(str, found)
    return words


def state_of(link: Link) -> str:
    link.refresh_from_db()
    return link.state


@pytest.mark.parametrize("name", PAGES)
def test_every_page_teaches_what_will_stand_there(name, browser, workspace, address) -> None:
    answer = browser.get(address(name))

    assert answer.status_code == 200
    assert 'class="empty"' in answer.text


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_in_the_rail(name, browser, workspace, organisation, address) -> None:
    answer = browser.get(address(name))

    assert f'href="{address(name)}" aria-current="page"' in answer.text


@pytest.mark.parametrize("name", PAGES[:4])
def test_a_bookkeeper_sees_a_page_and_cannot_change_it(
    name, workspace, organisation, address, signed_in
) -> None:
    bookkeeper = signed_in(make_member(workspace, Role.BOOKKEEPER))

    seen = bookkeeper.get(address(name))
    refused = bookkeeper.post(address(name), {})

    assert "Only an owner or an integration manager may change this." in seen.text
    assert 'type="submit"' not in seen.text.partition("<main")[2]
    assert refused.status_code == 403


@pytest.mark.parametrize("name", PAGES)
def test_nobody_sees_the_settings_of_another_workspace(name, browser) -> None:
    other = make_workspace("Other")

    assert browser.get(reverse(name, args=[other.slug])).status_code == 404


@pytest.mark.parametrize("name", PAGES[:3])
def test_ten_more_rows_cost_no_more_queries(
    name, browser, workspace, organisation, lists, address, stuck_payment
) -> None:
    make_tax_code(workspace, "A")
    stuck_payment("method:card")
    browser.get(address(name))
    with CaptureQueriesContext(connection) as few:
        browser.get(address(name))
    for count in range(10):
        make_tax_code(workspace, f"B{count}")
        stuck_payment(f"method:m{count}", method=f"M{count}")

    with CaptureQueriesContext(connection) as many:
        browser.get(address(name))

    assert len(many) == len(few)


# Tax mapping


def test_a_tax_code_has_a_rate_for_each_direction(
    browser, workspace, organisation, lists, address
) -> None:
    code = make_tax_code(workspace, "GST")
    page = browser.get(address("tax-mapping"))
    assert offered(page, "GST on sales")[1:] == ["GST of revenue · 15% · OUTPUT2"]
    assert offered(page, "GST on purchases")[1:] == ["GST of expense · 15% · INPUT2"]

    chosen = {f"tax-{code.pk}-sales": "OUTPUT2", f"tax-{code.pk}-purchases": "INPUT2"}
    browser.post(address("tax-mapping"), chosen)

    mapped = TaxMapping.objects.filter(tax_code=code).values_list("direction", "tax_type")
    assert set(mapped) == {("sales", "OUTPUT2"), ("purchases", "INPUT2")}


def test_saving_releases_what_waited_and_tells_how_many_and_how_much(
    browser, workspace, organisation, lists, address, stuck
) -> None:
    code = make_tax_code(workspace, "GST")
    links = [stuck(f"tax:{code.pk}:sales", "4215.10") for _ in range(2)]
    Currency.objects.create(organisation=organisation, code="USD")
    foreign = stuck("tax-default", "7", currency="USD")
    other = stuck("account:sales:")
    assert "2 waiting" in browser.get(address("tax-mapping")).text

    form = {f"tax-{code.pk}-sales": "OUTPUT2", "default_tax_code": str(code.pk)}
    answer = browser.post(address("tax-mapping"), form, follow=True)

    assert "3 documents for 8,430.20 NZD and 7.00 USD go out now." in answer.text
    assert {state_of(link) for link in [*links, foreign]} == {LinkState.QUEUED}
    assert state_of(other) == LinkState.FAILED


def test_saving_what_nothing_waits_for_says_no_more_than_that(
    browser, workspace, organisation, lists, address, stuck
) -> None:
    code = make_tax_code(workspace, "GST")
    stuck(f"tax:{code.pk}:sales")

    form = {f"tax-{code.pk}-purchases": "INPUT2"}
    answer = browser.post(address("tax-mapping"), form, follow=True)

    assert "The mapping was saved." in answer.text
    assert "go out now" not in answer.text


def test_a_rate_that_xero_does_not_have_is_not_taken(
    browser, workspace, organisation, lists, address
) -> None:
    code = make_tax_code(workspace, "GST")

    answer = browser.post(address("tax-mapping"), {f"tax-{code.pk}-sales": "INPUT2"})

    assert answer.status_code == 422
    assert "Choose one from the list." in answer.text
    assert not TaxMapping.objects.exists()


def test_a_rate_that_is_gone_from_xero_stays_chosen_until_another_is(
    browser, workspace, organisation, lists, address
) -> None:
    code = make_tax_code(workspace, "GST")
    TaxMapping.objects.create(organisation=organisation, tax_code=code, tax_type="OLD")
    page = browser.get(address("tax-mapping"))
    assert "OLD · no longer in Xero" in offered(page, "GST on sales")

    form = {f"tax-{code.pk}-sales": "OLD", f"tax-{code.pk}-purchases": "INPUT2"}
    browser.post(address("tax-mapping"), form)

    assert TaxMapping.objects.get(direction="sales").tax_type == "OLD"


def test_a_choice_that_did_not_stand_on_the_page_is_not_taken_away(
    browser, workspace, organisation, lists, address
) -> None:
    code = make_tax_code(workspace, "GST")
    TaxMapping.objects.create(organisation=organisation, tax_code=code, tax_type="OUTPUT2")

    browser.post(address("tax-mapping"), {"default_tax_code": str(code.pk)})
    assert TaxMapping.objects.get().tax_type == "OUTPUT2"
    browser.post(address("tax-mapping"), {f"tax-{code.pk}-sales": ""})

    assert not TaxMapping.objects.exists()


def test_a_tax_code_is_added_on_the_mapping_page(browser, workspace, address) -> None:
    given = {"new-code": "GST", "new-name": "GST on sales", "new-rate": "15"}

    browser.post(address("tax-code-new"), given)
    again = browser.post(address("tax-code-new"), given)

    assert TaxCode.objects.get().rate == Decimal(15)
    assert "Another tax code has it" in again.text


# Accounts


def test_accounts_are_chosen_by_charge_and_direction(
    browser, workspace, organisation, lists, address, stuck
) -> None:
    stuck("account:sales:", "60")
    stuck("account:sales:freight", "40")
    bill = stuck("account:purchases:", kind=Kind.BILL)
    assert browser.get(address("accounts")).text.count("1 waiting") == 3

    form = {"default-sales": "200", "freight-purchases": "300"}
    answer = browser.post(address("accounts"), form, follow=True)

    chosen = AccountChoice.objects.values_list("direction", "charge", "code")
    assert set(chosen) == {("sales", "", "200"), ("purchases", "freight", "300")}
    # What waited for the account of freight has the default one now.
    assert "2 documents for 100.00 NZD go out now." in answer.text
    assert state_of(bill) == LinkState.FAILED


def test_a_rounding_line_needs_its_account(
    browser, workspace, organisation, lists, address, stuck
) -> None:
    link = stuck("rounding")
    page = browser.get(address("accounts"))
    assert "Xero&#x27;s own account for it is 860 Rounding." in page.text

    refused = browser.post(address("accounts"), {"rounding": "line"})
    assert refused.status_code == 422
    assert "Choose the account that rounding lines go to." in refused.text
    assert state_of(link) == LinkState.FAILED
    form = {"rounding": "line", "rounding-sales": "860"}
    answer = browser.post(address("accounts"), form, follow=True)

    assert MappingDefaults.objects.get().rounding == Rounding.LINE
    assert "1 document for 100.00 NZD goes out now." in answer.text


# Payment methods


def test_each_method_in_use_has_an_account_whatever_its_letter_case(
    browser, workspace, organisation, lists, address, stuck_payment
) -> None:
    links = [stuck_payment("method:card", "Card"), stuck_payment("method:card", "CARD")]
    stuck_payment("method:", "")
    page = browser.get(address("payment-methods"))
    rows = [(row.title, row.about) for row in page.context["form"].rows()]
    assert rows[0] == ("CARD", "2 payments")
    assert [title for title, _ in rows] == ["CARD", "All others"]
    assert offered(page, "Account of CARD")[1:] == ["Business account · NZD", "610 Card clearing"]

    clearing = Account.objects.get(code="610")
    form = {names(page)["Account of CARD"]: str(clearing.xero_id)}
    answer = browser.post(address("payment-methods"), form, follow=True)

    assert MethodAccount.objects.get().account_id == clearing.xero_id
    assert "2 payments for 80.00 NZD go out now." in answer.text
    assert {state_of(link) for link in links} == {LinkState.QUEUED}


def test_of_more_methods_than_get_a_row_the_page_tells(
    browser, lists, address, stuck_payment, monkeypatch
) -> None:
    monkeypatch.setattr(payment_methods, "MOST", 2)
    for method in ("Card", "Cash"):
        stuck_payment(f"method:{method.lower()}", method)
    assert "more methods than get a row" not in browser.get(address("payment-methods")).text

    stuck_payment("method:cheque", "Cheque")
    page = browser.get(address("payment-methods"))

    assert [row.title for row in page.context["form"].rows()][1:] == ["Cheque", "All others"]
    assert "Payments name more methods than get a row: these are 2 of them" in page.text


def test_the_account_of_all_others_serves_every_method_without_one(
    browser, workspace, organisation, lists, address, stuck_payment
) -> None:
    stuck_payment("method:cash", "Cash")
    stuck_payment("method:", "")
    bank = Account.objects.get(type="BANK")
    page = browser.get(address("payment-methods"))

    form = {names(page)["Account of all others"]: str(bank.xero_id)}
    answer = browser.post(address("payment-methods"), form, follow=True)

    assert "2 payments for 80.00 NZD go out now." in answer.text


def test_approving_drafts_releases_the_payments_that_asked(
    browser, workspace, organisation, lists, address, stuck_payment
) -> None:
    save_policy(
        organisation=organisation, kind="payment", actor=workspace.memberships.get().user,
        starts_on=date(2026, 1, 1),
    )  # fmt: skip
    link = stuck_payment("", state=LinkState.HELD)
    Link.objects.filter(pk=link.pk).update(
        waits_for=f"document:{link.payment.document_id}",
        problem=problem("Still a draft.", code="not_approved"),
    )
    assert "1 waiting" in browser.get(address("payment-methods")).text

    form = {"when_draft": "approve"}
    answer = browser.post(address("payment-methods"), form, follow=True)

    assert "1 payment for 40.00 NZD goes out now." in answer.text
    assert state_of(link) == LinkState.QUEUED
    policy = policy_of(organisation, "payment")
    assert (policy.when_draft, policy.starts_on) == (WhenDraft.APPROVE, date(2026, 1, 1))


def test_a_method_of_another_workspace_is_not_shown(
    browser, workspace, organisation, lists, address
) -> None:
    other = make_workspace("Other")
    make_payment(make_document(other, submitted=True), method="Barter")

    assert "Barter" not in browser.get(address("payment-methods")).text


# Sync rules


def rules(organisation, **changed: str) -> dict[str, str]:
    """What the page sends for rules nobody has touched, save those changed (`bill__trigger`)."""
    form = {"payment-trigger": "on_submit"}
    for kind in Kind.values:
        form |= {f"{kind}-sent_as": "DRAFT", f"{kind}-trigger": "on_submit"}
        form |= {f"{kind}-when_voided": "cancel"}
    return form | {name.replace("__", "-"): value for name, value in changed.items()}


def test_rules_are_told_in_sentences(browser, workspace, organisation, address) -> None:
    organisation.timezone = "Pacific/Auckland"
    organisation.save()
    form = rules(
        organisation,
        sales_invoice__sent_as="AUTHORISED",
        sales_invoice__number_prefix="WEB-",
        sales_invoice__attach_pdf="on",
        bill__trigger="schedule",
        bill__send_at="18:00",
        bill__starts_on="2026-04-01",
        payment__trigger="by_hand",
    )
    browser.post(address("sync-rules"), form)

    words = [rule.words for rule in browser.get(address("sync-rules")).context["rules"]]

    told = dict(zip(KINDS, words, strict=True))
    assert told["sales_invoice"] == (
        "Sales invoices go to Xero approved as soon as they are submitted; they count in your "
        "books at once. INV-1043 is called WEB-INV-1043 there. Each has its PDF beside it."
    )
    assert told["bill"] == (
        "Bills go to Xero as drafts every day at 18:00 (Pacific/Auckland); you approve them there. "
        "What is dated before 1 April 2026 stays out."
    )
    assert told["supplier_credit_note"] == (
        "Supplier credit notes go to Xero as drafts as soon as they are submitted; you approve "
        "them there."
    )
    assert told["payment"] == (
        "Payments, and credits set against documents, go to Xero when somebody presses Sync now."
    )


def test_only_the_rules_that_were_changed_are_saved(
    browser, workspace, organisation, address
) -> None:
    form = rules(organisation, bill__trigger="schedule", bill__send_at="18:00")

    browser.post(address("sync-rules"), form)

    policy = KindPolicy.objects.get()
    assert (policy.kind, policy.trigger, policy.send_at) == ("bill", Trigger.SCHEDULE, time(18))
    assert policy.next_send_at is not None


def test_a_rule_that_cannot_be_kept_is_refused_at_its_field_and_none_is_saved(
    browser, workspace, organisation, address
) -> None:
    form = rules(
        organisation,
        sales_invoice__sent_as="SUBMITTED",
        bill__trigger="schedule",
        sales_credit_note__number_prefix="W" * 21,
    )

    answer = browser.post(address("sync-rules"), form)

    assert answer.status_code == 422
    errors = {rule.kind: dict(rule.form.errors) for rule in answer.context["rules"]}
    assert errors["bill"] == {"send_at": ["Enter the time of day at which to send."]}
    assert list(errors["sales_credit_note"]) == ["number_prefix"]
    assert "plain prefix of at most 20 characters" in answer.text
    assert not KindPolicy.objects.exists()


def test_what_is_entered_is_told_without_being_saved(
    browser, workspace, organisation, address
) -> None:
    form = rules(organisation, bill__sent_as=SentAs.AUTHORISED, act="explain")

    answer = browser.post(address("sync-rules"), form)

    assert answer.status_code == 200
    assert answer.context["rules"][1].words.endswith("they count in your books at once.")
    assert not KindPolicy.objects.exists()


def test_rules_keep_what_payments_of_drafts_do(browser, workspace, organisation, address) -> None:
    actor = workspace.memberships.get().user
    save_policy(organisation=organisation, kind="payment", actor=actor, when_draft="approve")

    browser.post(address("sync-rules"), rules(organisation, payment__starts_on="2026-04-01"))

    policy = policy_of(organisation, "payment")
    assert (policy.when_draft, policy.starts_on) == (WhenDraft.APPROVE, date(2026, 4, 1))


def test_what_waits_for_sync_now_is_told_beside_the_rules(
    browser, workspace, organisation, address, put
) -> None:
    document = make_document(workspace, lines=[line(unit_price="88.40")], submitted=True)
    put(document.pk, LinkState.WAITING)

    answer = browser.get(address("sync-rules"))

    assert answer.context["waiting"].count_text == "1"
    assert "88.40" in answer.text


# Document templates


def test_a_template_is_added_and_changed(browser, workspace, address) -> None:
    make_tax_code(workspace, "VAT0", "0")
    browser.post(address("document-template-new"), {"name": "Exports"})
    template = DocumentTemplate.objects.get()

    given = {"name": "Exports to the EU", "tax_code": "VAT0"}
    answer = browser.post(address("document-template-edit", template.pk), given, follow=True)

    template.refresh_from_db()
    assert (template.name, template.tax_code.code) == ("Exports to the EU", "VAT0")
    assert "Exports to the EU was saved." in answer.text


def test_two_templates_cannot_be_named_alike(browser, workspace, address) -> None:
    make_template(workspace, "Exports")

    answer = browser.post(address("document-template-new"), {"name": "Exports"})

    assert answer.status_code == 422
    assert "Another template has it; change it." in answer.text


def test_a_bookkeeper_sees_templates_and_cannot_change_them(workspace, address, signed_in) -> None:
    template = make_template(workspace, "Exports")
    bookkeeper = signed_in(make_member(workspace, Role.BOOKKEEPER))

    assert "Exports" in bookkeeper.get(address("document-templates")).text
    edit = bookkeeper.get(address("document-template-edit", template.pk))
    assert edit.status_code == 403


def test_a_template_of_another_workspace_is_not_found(browser, workspace, address) -> None:
    other = make_template(make_workspace("Other"), "Theirs")

    assert browser.get(address("document-template-edit", other.pk)).status_code == 404


# Integrations


def test_integrations_lists_what_is_still_to_be_chosen(
    browser, workspace, organisation, lists, address, stuck_payment
) -> None:
    make_tax_code(workspace, "GST")
    stuck_payment("method:card")
    make_document(workspace, kind=Kind.BILL, number="B-1")

    first = browser.get(address("integrations"))
    assert [one.message for one in first.context["unchosen"]] == [
        "No tax rate is chosen for GST.",
        "No default account is chosen for sales.",
        "No default account is chosen for purchases.",
        "No account is chosen for payments by card.",
    ]
    browser.post(address("accounts"), {"default-sales": "200", "default-purchases": "300"})
    second = browser.get(address("integrations"))

    pages = [one.mend.address for one in second.context["unchosen"]]
    assert pages == [address("tax-mapping"), address("payment-methods")]


def test_lists_that_come_while_the_page_is_made_are_not_missed(
    browser, organisation, lists, account, address
) -> None:
    """Offered nothing, the page looks again, though by the time it is drawn the lists are here."""
    Account.objects.all().delete()
    form = TaxMappingForm(None, organisation)
    account("200", "Sales")

    page = render_to_string(
        "web/pages/tax_mapping.html",
        {"workspace": organisation.workspace, "organisation": organisation, "form": form},
        request=browser.get(address("tax-mapping")).wsgi_request,
    )

    assert "data-refresh-seconds" in page
