"""Tax mapping asks about documents that were made without tax; each way out ends the question."""

import re

import pytest
from django.urls import reverse

from factories import line, make_document, make_tax_code
from tallystick.mapping.models import AccountChoice, TaxMapping
from tallystick.mirror.models import TaxRate
from tallystick.sync.models import LinkState


@pytest.fixture
def vat(workspace, organisation, lists):
    """Codes of 15 % and 0 %, mapped, and an account for sales; returns the former."""
    TaxRate.objects.create(
        organisation=organisation,
        tax_type="NONE",
        name="No GST",
        status="ACTIVE",
        effective_rate=0,
        can_apply_to=["REVENUE"],
    )
    AccountChoice.objects.create(organisation=organisation, direction="sales", code="200")
    codes = {}
    for name, rate, tax_type in (("GST", "15", "OUTPUT2"), ("ZERO", "0", "NONE")):
        codes[name] = make_tax_code(workspace, name, rate)
        TaxMapping.objects.create(
            organisation=organisation, tax_code=codes[name], tax_type=tax_type
        )
    return codes["GST"]


@pytest.fixture
def untaxed(workspace, organisation, vat, put):
    """Two invoices that failed for want of a tax code."""
    documents = [
        make_document(workspace, lines=[line(unit_price="100")], submitted=True) for _ in range(2)
    ]
    for one in documents:
        put(one.pk, LinkState.FAILED, waits_for="tax-default", problem={"code": "no_tax_code"})
    return documents


def states(documents) -> set[str]:
    return {one.links.get().state for one in documents}


def choose(browser, address, code) -> str:
    form = {"default_tax_code": str(code.pk)}
    return browser.post(address("tax-mapping"), form, follow=True).text


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_default_with_tax_asks_with_both_sums_and_one_press_sends(
    browser, workspace, address, vat, untaxed
) -> None:
    page = choose(browser, address, vat)

    assert "go out now" not in page
    assert "2 invoices, 200.00 NZD will come to 230.00 NZD with the tax" in text_of(page)
    assert states(untaxed) == {LinkState.HELD}
    fields = dict(re.findall(r'name="(everything|filter|next|confirmed)" value="([^"]*)"', page))
    answer = browser.post(
        reverse("attention-act", args=[workspace.slug]), {"act": "add_tax", **fields}, follow=True
    )
    assert answer.redirect_chain[-1][0] == address("tax-mapping")
    assert "2 invoices, 230.00 NZD, queued for Xero with the tax." in text_of(answer.text)
    assert "Entered without tax" not in answer.text
    assert states(untaxed) == {LinkState.QUEUED}


def test_a_default_without_tax_sends_at_once(browser, workspace, address, vat, untaxed) -> None:
    zero = workspace.tax_codes.get(code="ZERO")

    page = choose(browser, address, zero)

    assert "2 documents for 200.00 NZD go out now." in page
    assert states(untaxed) == {LinkState.QUEUED}


def test_needs_attention_and_the_documents_page_offer_it_too(
    browser, workspace, address, vat, untaxed
) -> None:
    choose(browser, address, vat)
    page = browser.get(address("needs-attention")).text
    assert "Entered without tax" in page
    assert "Retry" not in page, "it would only ask again"
    act = {"act": "add_tax", "everything": "yes", "filter": "held~made_untaxed~tax-default"}

    asked = browser.post(address("attention-act"), act).text

    assert "2 invoices, 200.00 NZD will come to 230.00 NZD with the tax, here and in Xero." in asked
    assert states(untaxed) == {LinkState.HELD}
    one = untaxed[0]
    document = browser.get(reverse("invoice", args=[workspace.slug, one.pk])).text
    assert "Add the tax" in document
    browser.post(
        address("decide"), {"act": "add_tax", "link": str(one.links.get().pk)}, follow=True
    )
    one.refresh_from_db()
    assert (str(one.total), one.links.get().state) == ("115.00", LinkState.QUEUED)


def test_who_may_not_send_is_told_and_not_offered_it(
    workspace, address, vat, untaxed, browser, signed_in
) -> None:
    from factories import make_member
    from tallystick.workspaces.models import Role

    choose(browser, address, vat)
    viewer = signed_in(make_member(workspace, Role.VIEWER))

    page = viewer.get(address("tax-mapping")).text

    assert "Entered without tax" in page
    assert 'value="add_tax"' not in page
    assert viewer.post(address("attention-act"), {"act": "add_tax"}).status_code == 403
