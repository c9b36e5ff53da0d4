"""The client against the stand-in Xero over real HTTP: what takes more than one call."""

import random
from datetime import date
from decimal import Decimal

import pytest
from beside_sandbox import APP, CALLBACK, SCOPES, UK, an_invoice, consent, fault

from strict_sandbox import strict_sandbox
from tallystick.money import Basis, document_totals, line_amount, line_tax
from tallystick.xero import (
    LINE_AMOUNT_TYPES,
    AccessTokenExpired,
    ConsentNotCompleted,
    ConsentRevoked,
    ContactDraft,
    Hosts,
    IdempotencyKeyReused,
    LineDraft,
    NotConnected,
    OutcomeUnknown,
    ScopeMissing,
    XeroClient,
    XeroUnavailable,
    connections,
    delete_connection,
    exchange_code,
    explain,
    http_pool,
    refresh,
    revoke,
    seal_create_invoices,
    seal_status_changes,
)


def test_a_consent_names_its_organisation_and_renews(http, hosts):
    tokens = consent(http, hosts)

    [found] = connections(
        http, hosts, tokens.access_token, auth_event_id=tokens.authentication_event_id
    )
    renewed = refresh(http, hosts, APP, tokens.refresh_token)

    assert found.tenant_id == UK
    assert found.tenant_type == "ORGANISATION"
    assert found.created_at is not None
    assert set(SCOPES) <= tokens.scopes
    assert renewed.refresh_token != tokens.refresh_token
    assert XeroClient(http, hosts, renewed.access_token, UK).organisation().base_currency == "GBP"


def test_a_code_serves_once(http, hosts):
    with pytest.raises(ConsentNotCompleted):
        exchange_code(http, hosts, APP, code="used", redirect_uri=CALLBACK, code_verifier="v" * 43)


def test_the_chart_of_accounts_and_the_tax_rates_are_read(client):
    accounts = {account.code: account for account in client.accounts()}
    rates = {rate.tax_type: rate for rate in client.tax_rates()}

    assert accounts["200"].name == "Sales"
    assert rates["OUTPUT2"].effective_rate == 20
    assert rates["OUTPUT2"].fits(accounts["200"].account_class)


def test_contacts_are_made_in_one_call_and_found_by_number_and_name(client):
    drafts = [ContactDraft(name=f"Shop {n}", contact_number=f"S-{n}") for n in range(120)]

    elements = client.create_contacts(drafts, "shops")

    assert all(element.ok for element in elements)
    found = client.contacts_by_number(f"S-{n}" for n in range(130))
    assert {contact.contact_number for contact in found} == {f"S-{n}" for n in range(120)}
    assert [found.contact_number for found in client.contacts_by_name("shop 7")] == ["S-7"]


def test_a_contact_of_the_same_name_is_refused_alone(client, contact):
    drafts = [ContactDraft(name="ann"), ContactDraft(name="Nobody else")]

    taken, made = client.create_contacts(drafts, "same-name")

    assert (taken.ok, taken.record.exists_in_xero) == (False, False)
    assert explain(taken.errors[0]).code == "contact_name_taken"
    assert made.ok


def test_good_invoices_land_though_one_is_refused(client, contact):
    bad_line = LineDraft(description="?", account_code="nope", tax_type="OUTPUT2")
    drafts = [
        an_invoice("P-1", contact),
        an_invoice("P-2", contact, status="AUTHORISED", line_items=[bad_line]),
        an_invoice("P-3", contact),
    ]

    elements = client.create_invoices(drafts, "partly")

    assert [element.ok for element in elements] == [True, False, True]
    assert [element.record.invoice_number for element in elements] == ["P-1", "P-2", "P-3"]
    assert any("nope" in error for error in elements[1].errors)
    found = client.invoices_by_number(["P-1", "P-2", "P-3"])
    assert {invoice.url for invoice in found} == {
        "https://books.test/documents/P-1",
        "https://books.test/documents/P-3",
    }
    assert found[0].line_items[0].unit_amount == Decimal("1.6667")
    assert found[0].issued_on == date(2026, 9, 14)
    assert found[0].status == "DRAFT"


def test_a_sealed_write_repeated_with_its_key_is_done_once(client, contact):
    sealed = seal_create_invoices([an_invoice("R-1", contact)])

    first = client.send(sealed, "repeat").documents[0]
    second = client.send(sealed, "repeat").documents[0]
    third = client.send(sealed, "another key").documents[0]

    assert first.record.invoice_id == second.record.invoice_id
    assert not third.ok
    assert explain(third.errors[0]).code == "number_taken"
    assert len(client.invoices_by_number(["R-1"])) == 1
    with pytest.raises(IdempotencyKeyReused):
        client.send(seal_create_invoices([an_invoice("R-2", contact)]), "repeat")


def test_a_draft_is_deleted_by_its_id(client, contact):
    [made] = client.create_invoices([an_invoice("D-1", contact)], "d-1")

    answer = client.send(
        seal_status_changes("Invoices", [(made.record.invoice_id, "DELETED")]), "d-1 away"
    )

    assert answer.documents[0].ok
    [gone] = client.invoices_by_id([made.record.invoice_id])
    assert gone.status == "DELETED"


def test_more_ids_than_one_query_holds_are_all_found(client, contact):
    drafts = [an_invoice(f"M-{n}", contact) for n in range(120)]
    made = client.create_invoices(drafts, "many")

    found = client.invoices_by_id(element.record.invoice_id for element in made)

    assert {invoice.invoice_number for invoice in found} == {f"M-{n}" for n in range(120)}


@pytest.mark.parametrize("basis", ["exclusive", "inclusive", "none"])
def test_xeros_totals_equal_ours_to_the_cent(client, contact, basis: Basis):
    chance = random.Random(basis)  # noqa: S311 - repeatable on purpose
    rates = {"OUTPUT2": Decimal(20), "RROUTPUT": Decimal(5), "ZERORATEDOUTPUT": Decimal(0)}
    drafts, expected = [], {}
    for n in range(50):
        lines, sums = [], []
        for _ in range(chance.randint(1, 20)):
            quantity = Decimal(chance.randint(1, 99_999)).scaleb(-chance.choice([0, 0, 2, 4]))
            price = Decimal(chance.randint(1, 999_999)).scaleb(-chance.choice([2, 3, 4]))
            discount = chance.choice([None, None, Decimal("12.5"), Decimal(5)])
            tax_type = chance.choice(list(rates))
            lines.append(
                LineDraft(
                    description="x",
                    quantity=quantity,
                    unit_amount=price,
                    discount_rate=discount,
                    account_code="200",
                    tax_type=tax_type if basis != "none" else None,
                )
            )
            amount = line_amount(quantity, price, discount)
            sums.append((amount, line_tax(amount, rates[tax_type], basis)))
        number = f"T-{basis}-{n}"
        types = LINE_AMOUNT_TYPES[basis]
        drafts.append(an_invoice(number, contact, line_amount_types=types, line_items=lines))
        expected[number] = tuple(document_totals(sums, basis))

    elements = client.create_invoices(drafts, f"totals {basis}")

    assert [element.errors for element in elements if not element.ok] == []
    totals = {
        element.record.invoice_number: (
            element.record.sub_total,
            element.record.total_tax,
            element.record.total,
        )
        for element in elements
    }
    assert totals == expected


@pytest.mark.parametrize(
    ("action", "landed"), [("cut_after", 1), ("half", 1), ("garbage", 1), ("cut_before", 0)]
)
def test_after_an_unclear_answer_asking_tells_what_happened(
    sandbox, client, contact, action, landed
):
    number = f"U-{action}"

    with fault(sandbox, action, "/api.xro/2.0/Invoices*"), pytest.raises(OutcomeUnknown):
        client.create_invoices([an_invoice(number, contact)], number)

    assert len(client.invoices_by_number([number])) == landed


def test_an_organisation_offline_is_tried_later(sandbox, client):
    with fault(sandbox, "status", "/api.xro/2.0/Accounts"), pytest.raises(XeroUnavailable):
        client.accounts()


def test_an_expired_token_asks_to_be_renewed(sandbox, http, hosts):
    tokens = consent(http, hosts)
    client = XeroClient(http, hosts, tokens.access_token, UK)

    with fault(sandbox, "expire_token", "/api.xro/2.0/Accounts"), pytest.raises(AccessTokenExpired):
        client.accounts()

    renewed = refresh(http, hosts, APP, tokens.refresh_token)
    assert XeroClient(http, hosts, renewed.access_token, UK).accounts()


def test_an_end_of_the_consent_is_told_from_an_end_of_one_connection():
    with strict_sandbox() as running, http_pool() as http:
        hosts = Hosts.all_at(running.url)
        narrow = consent(http, hosts, ["openid", "offline_access", "accounting.settings.read"])
        client = XeroClient(http, hosts, narrow.access_token, UK)

        with pytest.raises(ScopeMissing):
            client.contacts_by_name("Ann")
        [found] = connections(http, hosts, narrow.access_token)
        delete_connection(http, hosts, narrow.access_token, found.connection_id)
        with pytest.raises(NotConnected):
            client.accounts()
        renewed = refresh(http, hosts, APP, narrow.refresh_token)
        revoke(http, hosts, APP, renewed.refresh_token)
        with pytest.raises(ConsentRevoked):
            refresh(http, hosts, APP, renewed.refresh_token)
