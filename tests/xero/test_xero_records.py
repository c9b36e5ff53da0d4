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


def test_a_credit_note_is_read_with_what_became_of_it():
    envelope = read(
        """{"CreditNotes":[{"CreditNoteID":"n-1","CreditNoteNumber":"CN-1","ID":"n-1",
        "Type":"ACCRECCREDIT","Status":"AUTHORISED","Total":30.00,"RemainingCredit":12.50,
        "Date":"/Date(1789344000000+0000)/","CurrencyRate":1.2345670000,"DueDateString":null,
        "Payments":[{"PaymentID":"p-1","Date":"/Date(1789344000000+0000)/","Amount":7.50}],
        "Allocations":[{"AllocationID":"x-1","Amount":10.00,"Date":"/Date(1789344000000+0000)/",
        "Invoice":{"InvoiceID":"i-1","InvoiceNumber":"INV-1","LineItems":[]}}]}]}"""
    )

    [note] = envelope.credit_notes or ()
    assert (note.record_id, note.number, note.url) == ("n-1", "CN-1", None)
    assert (note.applied, note.outstanding) == (Decimal("17.50"), Decimal("12.50"))
    assert note.issued_on == date(2026, 9, 14)
    [allocation], [payment] = note.allocations, note.payments
    assert allocation.invoice is not None
    assert (allocation.allocation_id, allocation.amount) == ("x-1", Decimal("10.00"))
    assert (allocation.invoice.invoice_id, allocation.allocated_on) == ("i-1", date(2026, 9, 14))
    assert (payment.payment_id, payment.amount) == ("p-1", Decimal("7.50"))


def test_an_invoice_tells_what_is_paid_and_credited_on_it():
    envelope = read(
        """{"Invoices":[{"InvoiceID":"i-1","InvoiceNumber":"INV-1","AmountPaid":5.00,
        "AmountCredited":2.50,"AmountDue":1.25,"Payments":[{"PaymentID":"p-1",
        "Date":"/Date(1789344000000+0000)/","Amount":5.00,"Reference":"Card","CurrencyRate":1.0,
        "HasAccount":false,"HasValidationErrors":false}],"CreditNotes":[{"CreditNoteID":"n-1",
        "CreditNoteNumber":"CN-1","ID":"n-1","AppliedAmount":2.50,
        "Date":"/Date(1789344000000+0000)/","Total":9.00}],"LineItems":[{"Tracking":[{"Name":"Region",
        "Option":"North","TrackingCategoryID":"t-1","Options":[]}]}]}]}"""
    )

    [invoice] = envelope.invoices or ()
    assert (invoice.record_id, invoice.number) == ("i-1", "INV-1")
    assert (invoice.applied, invoice.outstanding) == (Decimal("7.50"), Decimal("1.25"))
    [payment], [credit] = invoice.payments, invoice.credit_notes
    assert (payment.paid_on, payment.reference) == (date(2026, 9, 14), "Card")
    assert (credit.credit_note_id, credit.credit_note_number) == ("n-1", "CN-1")
    assert (credit.applied_amount, credit.allocated_on) == (Decimal("2.50"), date(2026, 9, 14))
    [tracking] = invoice.line_items[0].tracking
    assert (tracking.name, tracking.option) == ("Region", "North")


def test_a_payment_names_its_document_wherever_xero_put_it():
    envelope = read(
        """{"Payments":[{"PaymentID":"p-1","PaymentType":"ARCREDITPAYMENT","Status":"DELETED",
        "Amount":2.00,"BankAmount":1.00,"IsReconciled":false,"Account":{"AccountID":"a-1"},
        "Date":"/Date(1789344000000+0000)/","UpdatedDateUTC":"/Date(1789378199160+0000)/",
        "Invoice":{"Type":"ACCRECCREDIT","InvoiceID":"n-1","InvoiceNumber":"CN-1"}},
        {"PaymentID":"p-2","CreditNote":{"CreditNoteID":"n-2"}},{"PaymentID":"p-3"}]}"""
    )

    first, second, third = envelope.payments or ()
    assert [one.document_id for one in (first, second, third)] == ["n-1", "n-2", ""]
    assert (first.type, first.status, first.is_reconciled) == ("ARCREDITPAYMENT", "DELETED", False)
    assert (first.amount, first.bank_amount) == (Decimal("2.00"), Decimal("1.00"))
    assert first.paid_on == date(2026, 9, 14)
    assert first.account is not None
    assert (first.account.account_id, first.account.code) == ("a-1", None)


def test_a_document_that_tells_no_amounts_has_nothing_applied():
    envelope = read('{"Invoices":[{"InvoiceID":"i-1"}],"CreditNotes":[{"CreditNoteID":"n-1"}]}')

    for document in (*(envelope.invoices or ()), *(envelope.credit_notes or ())):
        assert (document.applied, document.outstanding) == (Decimal(0), Decimal(0))


def test_tracking_categories_tell_the_options_that_new_lines_may_bear():
    envelope = read(
        """{"TrackingCategories":[{"Name":"Region","Status":"ACTIVE","TrackingCategoryID":"t-1",
        "Options":[{"TrackingOptionID":"o-1","Name":"North","Status":"ACTIVE","IsActive":true},
        {"TrackingOptionID":"o-2","Name":"Old","Status":"ARCHIVED","IsArchived":true}]}]}"""
    )

    [category] = envelope.tracking_categories or ()
    assert category.active_options == ("North",)
