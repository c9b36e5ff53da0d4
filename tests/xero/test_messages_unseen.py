"""Words that nobody has seen: the field they are about is told, with the place that mends it.

Sentences are put together from nouns and verbs, dressed in politeness, names and cases. What a
customer or product is called may sound like any of them, and decides nothing.
"""

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tallystick.xero import explain


@dataclass(frozen=True)
class Noun:
    """A field by the names that Xero may give it, and where a bookkeeper mends it."""

    field: str
    names: tuple[str, ...]
    mended: str  #: What the remedy names: a page, a field, or whose it is.


NOUNS = (
    Noun("due date", ("due date", "DueDate", "Due Date field", "invoice due date"), "due date"),
    Noun("date", ("date", "document date", "Date field", "invoice date"), "the date"),
    Noun("account", ("account code", "AccountCode", "account", "AccountID"), "Settings, Accounts"),
    Noun("tax rate", ("tax type", "TaxType", "tax rate", "TaxType field"), "Settings, Tax mapping"),
    Noun("discount", ("discount", "discount rate", "DiscountRate"), "of the line"),
    Noun("quantity", ("quantity", "Quantity field", "line item quantity"), "quantity"),
    Noun("price", ("unit amount", "UnitAmount", "unit price"), "price"),
    Noun("description", ("description", "line item description"), "description"),
    Noun("name", ("contact name", "ContactName", "customer name"), "customer or supplier"),
    Noun("e-mail address", ("email address", "EmailAddress", "e-mail"), "customer or supplier"),
    Noun("contact number", ("contact number", "ContactNumber"), "customer or supplier"),
    Noun("currency", ("currency code", "CurrencyCode", "currency"), "the currency"),
    Noun("exchange rate", ("currency rate", "CurrencyRate", "exchange rate"), "exchange rate"),
    Noun("number", ("invoice number", "InvoiceNumber", "document number"), "number"),
    Noun("reference", ("reference", "Reference field"), "reference"),
    Noun("total", ("total", "document total", "invoice total"), "total"),
    Noun("tracking", ("tracking category", "tracking option"), "Tracking categories"),
    Noun("item code", ("item code", "ItemCode"), "item"),
    Noun("file", ("attachment", "file name"), "file"),
)
#: A busy machine is no fault of the sentences.
UNHURRIED = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
#: Whatever the field, these are mended in the field itself.
OF_THE_FIELD = (
    *("must be specified", "is mandatory", "is required", "cannot be empty", "must be provided"),
    *("has not been supplied", "is missing", "must not be blank", "is needed"),
    *("is invalid", "is not valid", "must be valid", "is malformed", "was rejected"),
    *("does not exist", "could not be found", "is not recognised", "is unknown"),
    *("cannot be used for this type of transaction", "is not allowed here", "is not supported"),
)
TOO_LONG = (
    *("is too long", "must not be longer than 50 characters", "exceeds 255 characters"),
    "has more than the maximum length of 4000 characters",
)
FIXED = ("cannot be changed", "can no longer be edited", "can't be modified via the API")
BEFORE = (
    *("", "The ", "Sorry, the ", "Unfortunately the ", "Validation error: the ", "This "),
    "Please note that the ",
)
AFTER = (
    *("", ".", "...", " .", "!", " Please correct it and try again.", " on this document."),
    " If this goes on, contact support.",
)
#: Names of customers and products that sound like something else.
NAMES = (
    *("Due Date Ltd", "The Lock Date Company", "Reconciled Accounts Inc", "Tax Type & Sons"),
    *("Payments Must Be Made Ltd", "Discount Quantity Description Store", "Already Exists"),
    *("Invoice # must be unique", "Email address must be valid", "Xero Expenses"),
    *("No Permission Tracking Co", "Fish 'n' Due Date"),
)
CASES = (str, str.upper, str.lower, str.title, str.swapcase)


@st.composite
def sentences(draw, verbs):
    """Draw a noun and a sentence about it."""
    noun = draw(st.sampled_from(NOUNS))
    name = draw(st.sampled_from(NAMES))
    put_in = draw(st.sampled_from(("", f" '{name}'", f' "{name}"', f" ({name})")))
    named, verb = draw(st.sampled_from(noun.names)), draw(st.sampled_from(verbs))
    told = f"{draw(st.sampled_from(BEFORE))}{named}{put_in} {verb}{draw(st.sampled_from(AFTER))}"
    told = draw(st.sampled_from(CASES))(told)
    return noun, told.replace(" ", draw(st.sampled_from((" ", "  "))))


@UNHURRIED
@given(sentences(OF_THE_FIELD))
def test_the_field_is_told_with_the_place_that_mends_it(drawn):
    noun, said = drawn
    explanation = explain(said, "invoice")

    assert explanation.field == noun.field
    assert explanation.code != "other"
    assert noun.mended.lower() in explanation.remedy.lower()


@UNHURRIED
@given(sentences(TOO_LONG))
def test_what_is_too_long_is_to_be_shortened(drawn):
    noun, said = drawn
    explanation = explain(said, "bill")

    assert explanation.field == noun.field
    assert noun.field == "file" or explanation.code == "text_too_long"


@UNHURRIED
@given(sentences(FIXED))
def test_what_can_no_longer_be_changed_is_to_be_looked_at_in_xero(drawn):
    noun, said = drawn
    explanation = explain(said, "credit note")

    assert explanation.field == noun.field
    assert explanation.code == "field_fixed"
    assert explanation.remedy.startswith("Open it in Xero and compare")
    assert explanation.safe == "Nothing was changed in Xero."


@UNHURRIED
@given(st.text(), st.sampled_from(("invoice", "bill", "credit note", "payment", "contact")))
@example("Due date", "invoice")
@example("The 'x'y' z", "payment")
@example("Line 0: \n", "bill")
@example("\n" * 5_000, "bill")  # Would never end, were blanks matched twice.
def test_whatever_xero_writes_is_explained_and_shown(said, noun):
    explanation = explain(said, noun)

    assert explanation.remedy.endswith(".")
    assert "{" not in explanation.remedy
    assert explanation.words
    if explanation.code == "other":
        assert explanation.said in explanation.words


@pytest.mark.parametrize(
    ("said", "noun", "code", "field"),
    [
        ("A contact must be specified", "invoice", "contact_missing", "customer or supplier"),
        ("The due date must be specified", "invoice", "due_date_missing", "due date"),
        ("Quantity cannot be negative", "bill", "quantity_invalid", "quantity"),
        ("Account must be active", "bill", "account_unknown", "account"),
        ("The account is archived", "bill", "account_archived", "account"),
        ("The bank account is archived", "payment", "account_archived", "account for payments"),
        ("Account code is required", "payment", "payment_account_invalid", "account for payments"),
        ("The amount must be greater than zero", "payment", "amount_not_positive", "amount"),
        ("The payment is larger than the invoice", "payment", "payment_too_large", "payment"),
        ("The allocation exceeds the credit", "allocation", "allocation_too_large", "allocation"),
        ("The invoice number already exists", "invoice", "number_taken", "number"),
        ("Contact number must be unique", "contact", "contact_number_taken", "contact number"),
        ("The customer has been archived", "invoice", "contact_archived", "customer or supplier"),
        ("The total is negative", "bill", "total_negative", "total"),
        ("The period is locked", "bill", "period_locked", ""),
        ("You don\N{RIGHT SINGLE QUOTATION MARK}t have permission", "bill", "not_permitted", ""),
        ("Your current plan does not allow bills", "bill", "plan_limit", ""),
        ("The bill could not be found", "bill", "not_in_xero", ""),
        ("The bill has a payment on it", "bill", "has_payments", "payment"),
        ("The credit note has been voided", "credit note", "status_fixed", ""),
        ("No more than 2 tracking categories", "bill", "tracking_too_many", "tracking"),
        ("Prices with more than 4 decimal places", "bill", "price_invalid", "price"),
        ("There is insufficient stock", "invoice", "quantity_invalid", ""),
        ("Contact already exists", "contact", "contact_name_taken", "customer or supplier"),
    ],
)
def test_what_is_said_of_a_field_makes_the_meaning(said, noun, code, field):
    explanation = explain(said, noun)

    assert (explanation.code, explanation.field) == (code, field)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("The contact name {} is already assigned to another contact.", "contact_name_taken"),
        ("The contact name '{}' is already in use.", "contact_name_taken"),
        ("Price List Item with Code '{}' already exists", "item_code_taken"),
        ("The item code '{}' does not exist.", "item_unknown"),
        ("The customer &quot;{}&quot; is archived.", "contact_archived"),
        (
            "Tracking option \N{LEFT SINGLE QUOTATION MARK}{}\N{RIGHT SINGLE QUOTATION MARK} is unknown",
            "tracking_unknown",
        ),
        ("The due date of the invoice for '{}' is before its date.", "due_date_invalid"),
    ],
)
def test_what_somebody_is_called_decides_nothing(name, said, code):
    assert explain(said.format(name), "invoice").code == code


@pytest.mark.parametrize("name", ["Due Date Ltd", "Lock Date Inc", "Reconciled Traders Pty Ltd."])
def test_a_company_is_known_by_its_name_without_quotation_too(name):
    assert explain(f"{name} has no e-mail address", "invoice").code == "email_invalid"
    assert explain(f"The quantity for {name} is invalid", "invoice").code == "quantity_invalid"


def test_what_is_written_large_after_a_customer_is_its_name():
    for name in ("Due Date Planner", "Lock Date Keepers", "Bank & Reconciled"):
        explanation = explain(f"The customer {name} is archived", "invoice")
        assert explanation.code == "contact_archived"


def test_two_fields_in_one_breath_are_both_told():
    both = explain("Quantity and unit price must be specified on line 2", "invoice")
    apart = explain("Due date or tax type must be specified", "invoice")

    assert both.code == "line_incomplete"
    assert both.words == "Xero was not given the quantity and price of line 2."
    assert apart.code == "other"
    assert apart.words == "Xero says: Due date or tax type must be specified"
    assert apart.remedy == (
        "Mend the due date of the invoice and the tax rate of the line, then press Retry."
    )


def test_what_contradicts_itself_is_told_without_choosing():
    explanation = explain("The description is missing and longer than 4000 characters", "bill")

    assert (explanation.code, explanation.field) == ("description_invalid", "description")
    assert explanation.words == "Xero does not take the description of a line."
