from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from tallystick.xero import TaxRate
from tallystick.xero.answers import Envelope


def read(text: str) -> Envelope:
    return msgspec.json.decode(text, type=Envelope)


def test_an_invoice_is_read_with_exact_amounts_and_true_dates():
    envelope = read(
        """{"Id":"x","Status":"OK","DateTimeUTC":"/Date(1789378199160)/","Invoices":[{
        "InvoiceID":"i-1","Type":"ACCREC","InvoiceNumber":"INV-1","Url":"https://books.test/7",
        "Date":"/Date(1789344000000+0000)/","DateString":"2026-09-14T00:00:00",
        "DueDate":"/Date(1792454400000+0000)/","UpdatedDateUTC":"/Date(1789378199160+0000)/",
        "Status":"AUTHORISED","CurrencyCode":"NZD","CurrencyRate":1.0000000000,
        "SubTotal":21.00,"TotalTax":3.15,"Total":24.15,"AmountDue":"24.15","AmountPaid":0.0,
        "Contact":{"ContactID":"c-1","Name":"Ann","Addresses":[],"Phones":[]},
        "LineItems":[{"LineItemID":"l-1","Description":"Only words","Tracking":[],
        "ValidationErrors":[]}]}]}"""
    )

    [invoice] = envelope.invoices or ()
    assert invoice.exists_in_xero
    assert invoice.issued_on == date(2026, 9, 14)
    assert invoice.due_on == date(2026, 10, 20)
    assert invoice.fully_paid_on is None
    assert invoice.updated_at == datetime(2026, 9, 14, 9, 29, 59, 160000, UTC)
    assert (invoice.sub_total, invoice.total_tax) == (Decimal("21.00"), Decimal("3.15"))
    assert invoice.total == invoice.amount_due == Decimal("24.15")
    assert invoice.contact is not None
    assert invoice.contact.name == "Ann"
    assert invoice.line_items[0].quantity is None


def test_values_that_no_description_lists_are_taken_as_they_are():
    envelope = read('{"Accounts":[{"Code":"1","Type":"NEWTYPE","Class":"ODD","Status":"?"}]}')

    [account] = envelope.accounts or ()
    assert (account.type, account.account_class, account.status) == ("NEWTYPE", "ODD", "?")


def test_an_organisation_tells_its_lock_dates():
    envelope = read(
        """{"Organisations":[{"OrganisationID":"o-1","Name":"Demo","BaseCurrency":"NZD",
        "Class":"DEMO","IsDemoCompany":true,"PeriodLockDate":"/Date(1759190400000+0000)/",
        "PaymentTerms":{},"Timezone":"NEWZEALANDSTANDARDTIME","ShortCode":"!Qj35V"}]}"""
    )

    [organisation] = envelope.organisations or ()
    assert organisation.period_lock_date == date(2025, 9, 30)
    assert organisation.end_of_year_lock_date is None
    assert organisation.organisation_class == "DEMO"


@pytest.mark.parametrize(
    ("account_class", "fits"),
    [("REVENUE", True), ("LIABILITY", True), ("EXPENSE", False), ("ODD", False)],
)
def test_a_tax_rate_tells_which_accounts_it_fits(account_class, fits):
    envelope = read(
        """{"TaxRates":[{"Name":"Zero","TaxType":"ZERORATED","CanApplyToRevenue":true,
        "CanApplyToLiabilities":true,"EffectiveRate":0.0,
        "TaxComponents":[{"Name":"GST","Rate":0.0000,"IsCompound":false}]}]}"""
    )

    [rate] = envelope.tax_rates or ()
    assert isinstance(rate, TaxRate)
    assert rate.fits(account_class) is fits
    assert rate.components[0].rate == 0
