"""What is taken, twice or locked is known whatever the words, and what to do then is possible here."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.xero import explain

#: How it may be said that something is another's.
TAKEN = (
    *("already exists", "is already in use", "is already being used", "has been taken"),
    *("has already been used", "has been used on a voided invoice", "is used by another invoice"),
    *(
        "exists",
        "was previously used",
        "must be unique",
        "is not unique",
        "has already been created",
    ),
    *("is assigned to another one", "was used before", "belongs to another one"),
)
NUMBERS = (
    *("The invoice number", "Invoice No. INV-0041", "An invoice with number INV-0041"),
    *("InvoiceNumber 'INV-0041'", "That invoice number", "A document with this number"),
)


@settings(derandomize=True, deadline=None)
@given(st.sampled_from(NUMBERS), st.sampled_from(TAKEN))
def test_a_number_that_is_taken_is_compared_before_anything_is_renumbered(number, taken):
    explanation = explain(f"{number} {taken}.", "invoice")

    assert (explanation.code, explanation.field) == ("number_taken", "number")
    assert explanation.remedy.startswith("Compare the two.")


@pytest.mark.parametrize(
    "said", ["Duplicate invoice detected: INV-0041", "Duplicate invoice number"]
)
def test_a_duplicate_invoice_is_a_number_that_is_taken(said):
    assert explain(said, "invoice").code == "number_taken"


@settings(derandomize=True, deadline=None)
@given(
    st.sampled_from(("contact name", "ContactName", "customer name 'Ann'")), st.sampled_from(TAKEN)
)
def test_a_name_that_is_taken_is_known_for_it(name, taken):
    assert explain(f"The {name} {taken}", "contact").code == "contact_name_taken"


@settings(derandomize=True, deadline=None)
@given(st.sampled_from(("Supplier reference", "Bill reference 'A-1'")), st.sampled_from(TAKEN))
def test_the_reference_of_a_bill_is_its_number_to_xero(reference, taken):
    explanation = explain(f"{reference} {taken}", "bill")

    assert explanation.code == "number_taken"
    assert explain(f"{reference} does not exist", "bill").code == "number_invalid"


@pytest.mark.parametrize("noun", ["payment", "allocation"])
@pytest.mark.parametrize(
    "said",
    [
        "Duplicate {}",
        "The {} already exists",
        "A {} of $120.00 dated 03/04/2026 with reference 'Inv 12' already exists for this invoice",
    ],
)
def test_a_payment_or_allocation_that_is_there_already_is_not_sent_again(noun, said):
    explanation = explain(said.format(noun), noun)

    assert explanation.code == f"{noun}_refused"
    assert explanation.remedy.startswith("Compare")
    assert "Retry" not in explanation.remedy


FIELDS = ("date", "amount", "reference", "exchange rate", "due date", "currency")
WRONG = (
    *("is invalid", "is missing", "is too long", "must be greater than zero", "is too large"),
    *("does not exist", "has too many decimal places", "is before the lock date"),
)


@settings(derandomize=True, deadline=None)
@given(st.sampled_from(("payment", "allocation")), st.sampled_from(FIELDS), st.sampled_from(WRONG))
def test_nobody_is_told_to_correct_what_cannot_be_edited(noun, field, wrong):
    explanation = explain(f"The {field} {wrong}", noun)
    anew = {"payment": "elete it here and record it anew", "allocation": "llocate it anew"}[noun]

    assert explanation.code != "other"
    assert anew in explanation.remedy
    assert not re.search(r"\b(Correct|Enter|Shorten|Give|give)\b", explanation.remedy)


@pytest.mark.parametrize(
    "said", ["This payment is not applied.", "Payment is applied to more than one document."]
)
def test_what_a_payment_is_for_is_not_chosen_anew_but_the_payment_recorded_anew(said):
    assert explain(said, "payment").remedy.startswith("Delete it here and record")


@pytest.mark.parametrize("said", ["A Contact must be specified", "The vendor is missing"])
def test_another_party_takes_a_draft_with_a_new_number(said):
    assert explain(said, "bill").remedy == (
        "Cancel the bill here and amend it: the draft with a new number takes another customer or "
        "supplier."
    )
    assert explain(said, "contact").remedy.startswith("Correct it at the customer or supplier")


@pytest.mark.parametrize(
    "said", ["Account code is missing", "The account is archived", "Account 9 is unknown"]
)
def test_an_account_is_mended_on_the_line_its_item_or_in_the_settings(said):
    remedy = explain(said, "bill").remedy

    assert "on the line, on its item or under Settings, Accounts" in remedy


@pytest.mark.parametrize("name", ["Tax amount", "TaxAmount", "Total tax", "TaxTotal"])
def test_the_amount_of_tax_is_no_tax_rate(name):
    explanation = explain(f"{name} does not match", "bill")

    assert (explanation.code, explanation.field) == ("total_differs", "tax amount")


@pytest.mark.parametrize(
    "said",
    [
        "The accounting period for this transaction is closed",
        "The financial year is closed",
        "You cannot enter transactions in a closed year",
        "Cannot save: organisation's books are locked up to 31 Dec 2025",
        "Transactions dated on or before 31-Mar-2026 are locked by your adviser",
        "This period has been locked. Contact your Advisor.",
    ],
)
def test_a_closed_period_is_a_locked_one(said):
    explanation = explain(said, "bill")

    assert explanation.code == "period_locked"
    assert explanation.field in ("", "date")


@pytest.mark.parametrize(
    ("said", "noun", "code"),
    [
        ("At least one line item is required", "invoice", "lines_missing"),
        ("A credit note must have at least one line", "credit note", "lines_missing"),
        ("Account code 200 cannot be used with tax type INPUT2", "bill", "tax_not_with_account"),
        ("Tax type 'X' cannot be used with account code '2'", "bill", "tax_not_with_account"),
        ("Payment has already been deleted", "payment", "payment_gone"),
        ("Payments belonging to a batch cannot be removed", "payment", "payment_in_batch"),
        ("The contact has been merged with another", "invoice", "contact_not_in_xero"),
        ("Vendor name already exists", "contact", "contact_name_taken"),
        ("VAT registration number is invalid", "contact", "contact_invalid"),
        ("Tax ID must be 11 digits", "contact", "contact_invalid"),
        ("ABN must be 11 digits", "contact", "contact_invalid"),
        ("Bank account details are invalid", "contact", "contact_invalid"),
        (
            "Invoice currency must match the credit note currency",
            "allocation",
            "allocation_other_currency",
        ),
    ],
)
def test_other_words_for_what_is_known(said, noun, code):
    assert explain(said, noun).code == code


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Quantity must not exceed 4 decimal places", "with so many decimals"),
        ("Account code must be empty here", "does not allow"),
        ("A discount is not required", "does not allow"),
        ("Account code must not be supplied", "does not allow"),
    ],
)
def test_a_negation_is_not_told_as_its_contrary(said, told):
    assert told in explain(said, "bill").words
