"""Proposals on the settings pages: shown with their reason, chosen by one press and never without."""

from factories import make_document, make_member, make_payment, make_tax_code
from tallystick.books.models import TaxCode
from tallystick.mapping.models import AccountChoice, MethodAccount, TaxMapping
from tallystick.sync.models import LinkState
from tallystick.workspaces.models import Role


def press(browser, address, name: str, **changed: str):
    """Save the page of choices as it is shown, with what a person changed."""
    form = browser.get(address(name)).context["form"]
    shown = {field.name: field.value() or "" for field in form}
    return browser.post(address(name), shown | changed, follow=True)


def test_a_tax_code_shows_its_proposal_and_one_press_maps_it_and_releases_what_waited(
    browser, workspace, organisation, lists, stuck, address
) -> None:
    code = make_tax_code(workspace, "GST")
    link = stuck(f"tax:{code.pk}:sales", "8430.20")
    seen = browser.get(address("tax-mapping")).text
    assert "same rate, 15%, on sales" in seen
    assert "2 choices are proposed" in seen
    assert "Save mapping with 2 proposals" in seen
    assert not TaxMapping.objects.exists()

    answer = press(browser, address, "tax-mapping")

    assert "1 document for 8,430.20 NZD goes out now." in answer.text
    mapped = set(TaxMapping.objects.values_list("direction", "tax_type"))
    assert mapped == {("sales", "OUTPUT2"), ("purchases", "INPUT2")}
    link.refresh_from_db()
    assert link.state == LinkState.QUEUED
    assert "proposed" not in answer.text.casefold()


def test_a_proposal_can_be_emptied_before_the_press(
    browser, workspace, organisation, lists, address
) -> None:
    code = make_tax_code(workspace, "GST")

    press(browser, address, "tax-mapping", **{f"tax-{code.pk}-purchases": ""})

    assert list(TaxMapping.objects.values_list("direction", flat=True)) == ["sales"]


def test_what_is_chosen_already_is_not_proposed_otherwise(
    browser, workspace, organisation, lists, account, address
) -> None:
    account("201", "Shop takings")
    AccountChoice.objects.create(organisation=organisation, direction="sales", code="201")

    press(browser, address, "accounts")

    assert AccountChoice.objects.get(direction="sales", charge="").code == "201"
    assert AccountChoice.objects.get(direction="purchases", charge="").code == "300"
    rounding = AccountChoice.objects.filter(charge="rounding")
    assert set(rounding.values_list("code", flat=True)) == {"860"}


def test_where_nothing_is_sure_the_page_says_why(
    browser, workspace, organisation, lists, account, address
) -> None:
    account("201", "Sales")
    make_tax_code(workspace, "VAT20", "20")

    assert "200 Sales and 201 Sales fit equally well" in browser.get(address("accounts")).text
    seen = browser.get(address("tax-mapping"))
    assert "Xero has no rate of 20% on sales." in seen.text
    assert "Save mapping</button>" in seen.text


def test_payments_get_the_only_bank_account_by_one_press(
    browser, workspace, organisation, lists, put, address
) -> None:
    document = make_document(workspace, submitted=True)
    put(document.pk, LinkState.SYNCED, xero_status="AUTHORISED")
    make_payment(document, method="Card")
    seen = browser.get(address("payment-methods")).text
    assert "called Card clearing" in seen
    assert "the only bank account" in seen

    press(browser, address, "payment-methods")

    assert set(MethodAccount.objects.values_list("method", flat=True)) == {"Card", ""}


def test_a_workspace_without_codes_takes_xeros_rates_that_are_ticked(
    browser, workspace, organisation, lists, address
) -> None:
    seen = browser.get(address("tax-mapping"))
    assert "Begin with Xero's 2 rates" in seen.text

    answer = browser.post(address("tax-codes-from-xero"), {"tax_type": ["OUTPUT2"]}, follow=True)

    assert "1 tax code was made; each is mapped." in answer.text
    assert TaxCode.objects.get().code == "GST of revenue"
    assert TaxMapping.objects.get().tax_type == "OUTPUT2"


def test_codes_of_another_country_are_joined_by_the_rates_that_there_are(
    browser, workspace, organisation, lists, address
) -> None:
    make_tax_code(workspace, "VAT20", "20")
    make_tax_code(workspace, "NONE", "0")
    seen = browser.get(address("tax-mapping")).text
    assert "None of your tax codes above 0% fits a rate of Demo Company (NZ)." in seen

    browser.post(address("tax-codes-from-xero"), {"tax_type": ["OUTPUT2", "INPUT2"]})

    assert TaxCode.objects.count() == 4
    assert "Begin with Xero" not in browser.get(address("tax-mapping")).text


def test_taking_no_rate_makes_nothing_and_says_so(browser, organisation, lists, address) -> None:
    answer = browser.post(address("tax-codes-from-xero"), {}, follow=True)

    assert "No rate was ticked, so nothing was made." in answer.text
    assert not TaxCode.objects.exists()


def test_who_may_not_choose_is_shown_what_is_chosen_and_nothing_else(
    workspace, organisation, lists, signed_in, address
) -> None:
    make_tax_code(workspace, "GST")
    bookkeeper = signed_in(make_member(workspace, Role.BOOKKEEPER))

    seen = bookkeeper.get(address("tax-mapping"))
    refused = bookkeeper.post(address("tax-codes-from-xero"), {"tax_type": ["OUTPUT2"]})

    assert "Proposed" not in seen.text
    assert seen.context["form"].proposed == 0
    assert refused.status_code == 403
