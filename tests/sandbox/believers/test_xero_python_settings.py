"""Xero's own Python client writes and reads accounts, rates, items, tracking and contacts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from books_client import UK
from example_calls import fresh
from python_bodies import UNKNOWN, many, refusal
from xero_python.accounting import models as m
from xero_python.exceptions import NotFoundException


def test_accounts(api):
    made = api.create_account(
        m.Account(code=fresh("P"), name=fresh("Fun "), type=m.AccountType.EXPENSE)
    ).accounts[0]
    changed = api.update_account(
        made.account_id, many(m.Account(name=fresh("More fun ")))
    ).accounts[0]
    read_back = api.get_account(made.account_id).accounts[0]
    found = api.get_accounts(where=f'Code=="{made.code}"', order="Name").accounts
    gone = api.delete_account(made.account_id).accounts[0]

    assert (read_back.name, [one.account_id for one in found]) == (changed.name, [made.account_id])
    assert gone.status == "DELETED"
    twin = m.Account(code="200", name=fresh("Fun "), type=m.AccountType.REVENUE)
    assert "unique" in refusal(api.create_account, twin).lower()


def test_tax_rates(api):
    parts = [m.TaxComponent(name="State", rate=2.25), m.TaxComponent(name="City", rate=1)]
    rate = m.TaxRate(name=fresh("City "), report_tax_type="OUTPUT", tax_components=parts)

    made = api.create_tax_rates(many(rate)).tax_rates[0]
    read_back = api.get_tax_rate_by_tax_type(made.tax_type).tax_rates[0]
    gone = api.update_tax_rate(
        many(m.TaxRate(name=made.name, tax_type=made.tax_type, status="DELETED"))
    ).tax_rates[0]

    assert (made.effective_rate, read_back.name) == (Decimal("3.25"), made.name)
    assert gone.status == "DELETED"
    assert refusal(api.create_tax_rates, many(m.TaxRate(name="No parts")))


def test_currencies_users_and_themes(api):
    added = api.create_currency(m.Currency(code=m.CurrencyCode.CHF)).currencies[0]
    user = api.get_users(order="LastName").users[0]
    theme = api.get_branding_themes().branding_themes[0]

    assert added.code.value == "CHF"
    assert api.get_user(user.user_id).users[0].email_address == user.email_address
    assert api.get_branding_theme(theme.branding_theme_id).branding_themes[0].name == theme.name
    with pytest.raises(NotFoundException):
        api.get_branding_theme(UNKNOWN)


def test_items(api):
    body = m.Item(code=fresh("PI"), name="Tea", sales_details=m.Purchase(unit_price=9.5))

    made = api.create_items(many(body)).items[0]
    api.update_item(made.item_id, many(m.Item(code=made.code, name="Green tea")))
    upserted = api.update_or_create_items(
        many(m.Item(code=made.code, description="Loose")), summarize_errors=True
    ).items[0]
    read_back = api.get_item(made.item_id).items[0]
    api.delete_item(made.item_id)

    assert upserted.item_id == made.item_id
    assert (read_back.name, read_back.description) == ("Green tea", "Loose")
    with pytest.raises(NotFoundException):
        api.get_item(made.item_id)
    assert "already exists" in refusal(api.create_items, many(m.Item(code="BOOK")))


def test_tracking(api):
    made = api.create_tracking_category(m.TrackingCategory(name="Team")).tracking_categories[0]
    ident = made.tracking_category_id
    option = api.create_tracking_options(ident, m.TrackingOption(name="Up")).options[0]
    renamed = api.update_tracking_options(
        ident, option.tracking_option_id, m.TrackingOption(name="Down")
    ).options[0]
    read_back = api.get_tracking_category(ident).tracking_categories[0]
    gone = api.delete_tracking_options(ident, option.tracking_option_id).options[0]
    api.update_tracking_category(ident, m.TrackingCategory(name="Teams"))

    assert [one.name for one in read_back.options] == [renamed.name] == ["Down"]
    assert gone.status == "DELETED"
    assert refusal(api.create_tracking_category, m.TrackingCategory(name="Third"))
    assert api.delete_tracking_category(ident).tracking_categories[0].status == "DELETED"


def test_payment_services(api):
    body = m.PaymentService(
        payment_service_name=fresh("Pay "), payment_service_url="https://pay.example/"
    )
    theme = api.get_branding_themes().branding_themes[0].branding_theme_id

    made = api.create_payment_service(many(body)).payment_services[0]
    added = api.create_branding_theme_payment_services(
        theme, many(m.PaymentService(payment_service_id=made.payment_service_id))
    ).payment_services
    offered = api.get_branding_theme_payment_services(theme).payment_services

    assert (made.payment_service_type, made.pay_now_text) == ("Custom", "Pay by credit card")
    assert added == [made]
    assert made in offered
    assert made in api.get_payment_services().payment_services


def test_reminders_and_the_construction_industry_scheme(api):
    one = api.create_contacts(many(m.Contact(name=fresh("Firm ")))).contacts[0]

    assert api.get_invoice_reminders().invoice_reminders[0].enabled is False
    assert api.get_contact_cis_settings(one.contact_id).cis_settings[0].cis_enabled is False
    scheme = api.get_organisation_cis_settings(UK).cis_settings[0]
    assert scheme.cis_contractor_enabled is False


def test_contact_groups(api):
    one = api.create_contacts(many(m.Contact(name=fresh("Firm ")))).contacts[0]
    made = api.create_contact_group(many(m.ContactGroup(name=fresh("Group ")))).contact_groups[0]
    ident = made.contact_group_id

    added = api.create_contact_group_contacts(
        ident, many(m.Contact(contact_id=one.contact_id))
    ).contacts
    filled = api.get_contact_group(ident).contact_groups[0]
    shown = api.get_contact(one.contact_id).contacts[0].contact_groups
    api.delete_contact_group_contact(ident, one.contact_id)
    emptied = api.get_contact_group(ident).contact_groups[0]
    api.delete_contact_group_contacts(ident)
    listed = api.get_contact_groups(where=f'Name=="{made.name}"').contact_groups
    gone = api.update_contact_group(ident, many(m.ContactGroup(status="DELETED"))).contact_groups

    assert [contact.name for contact in filled.contacts] == [one.name]
    assert added[0].contact_id == one.contact_id
    assert [group.contact_group_id for group in shown] == [ident]
    assert (emptied.contacts, len(listed), gone[0].status) == ([], 1, "DELETED")


def test_contacts(api):
    bodies = [m.Contact(name=fresh("Firm "), contact_number=fresh("PC")) for _ in range(3)]

    made = api.create_contacts(many(*bodies), summarize_errors=True).contacts
    one = made[0]
    upserted = api.update_or_create_contacts(
        many(m.Contact(name=one.name, email_address="a@b.example"))
    ).contacts[0]
    numbered = api.get_contact_by_contact_number(one.contact_number).contacts[0]
    page = api.get_contacts(i_ds=[c.contact_id for c in made], page=2, page_size=2)
    api.update_contact(one.contact_id, many(m.Contact(contact_status="ARCHIVED")))
    archived = api.get_contact(one.contact_id).contacts[0]

    assert upserted.contact_id == numbered.contact_id == one.contact_id
    assert numbered.email_address == "a@b.example"
    assert (len(page.contacts), page.pagination.item_count) == (1, 3)
    assert archived.contact_status == "ARCHIVED"
    twins = many(m.Contact(name=made[1].name))
    assert refusal(api.create_contacts, twins) == (
        f"The contact name {made[1].name} is already assigned to another contact. "
        "The contact name must be unique across all active contacts."
    )
