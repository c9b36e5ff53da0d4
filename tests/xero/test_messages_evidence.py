"""What of a sentence is evidence: its cause, whole words, and nothing that is only a name or advice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.xero import explain, explain_all

#: Names that sound like something else.
TITLES = (
    *("Permission Fees", "Lock Date", "Period Lock Date Adjustments", "Tax Type Guide"),
    *("Xero Expenses", "Rounding and Permission", "Already Paid Couriers", "Due Date Blue"),
    *("Line 7 Logistics", "Payments Received", "Subscriptions - Xero Plan"),
)
BEARERS = (
    ("Account 429 {} has been archived", "account_archived", "account"),
    ("The account 429 - {} does not exist", "account_unknown", "account"),
    ("Tracking option {} does not exist", "tracking_unknown", "tracking"),
    ("Tracking category {} is unknown", "tracking_unknown", "tracking"),
    ("Item {} not found", "item_unknown", "item"),
    ("The contact {} has been archived", "contact_archived", "customer or supplier"),
    ("Branding theme {} could not be found", "not_in_xero", ""),
    ("Bill for {} has been voided", "status_fixed", ""),
)


@settings(derandomize=True, deadline=None)
@given(st.sampled_from(BEARERS), st.sampled_from(TITLES))
def test_what_stands_between_a_noun_and_its_verb_is_a_name(bearer, title):
    said, code, field = bearer
    explanation = explain(said.format(title), "bill")

    assert (explanation.code, explanation.field, explanation.line) == (code, field, None)


@pytest.mark.parametrize(
    ("said", "noun", "codes"),
    [
        ("The invoice is not authorised. To pay it, approve it first.", "payment", {"other"}),
        ("the invoice is not authorised. to pay it, approve it.", "payment", {"other"}),
        ("Your planned payment date must be after the bill date", "bill", {"date_invalid"}),
        ("The unblock date is invalid", "bill", {"date_invalid"}),
        ("The figure stands in a trial balance", "bill", {"other"}),
        ("Please upgrade to TLS 1.2", "bill", {"other"}),
        ("The contact has a payment term that is not valid", "invoice", {"contact_invalid"}),
        ("The email address of the contact cannot be empty", "invoice", {"email_invalid"}),
        ("The bank account must be valid", "payment", {"payment_account_invalid"}),
        ("Account must be valid", "payment", {"payment_account_invalid"}),
        ("An existing Account could not be found", "bill", {"account_unknown"}),
        ("An existing tax rate could not be found", "bill", {"tax_unknown"}),
        ("Payment refused. Total outstanding is 20.00", "payment", {"other", "payment_refused"}),
    ],
)
def test_known_words_are_whole_words_of_one_sentence(said, noun, codes):
    assert explain(said, noun).code in codes


@pytest.mark.parametrize(
    "said",
    [
        "The invoice is out of date. Please refresh and try again.",
        "This record is not up to date",
        "IP address is blocked",
        "The value entered is not a valid number",
        "HTTP status 500 returned by a service",
        "This feature is not available in your country",
        "An error occurred, please try again at a later date",
        "An unexpected error occurred. Please contact your adviser.",
        "Something went wrong. Contact Xero Support quoting reference 8f3a.",
        "Please contact the person who manages the account",
        "Internal error; if this continues contact the administrator of the account",
        "Line amount types is invalid",
        "The organisation is in read-only mode",
        "Unexpected character on line 1",
    ],
)
def test_common_words_and_advice_name_no_field(said):
    explanation = explain(said, "invoice")

    assert (explanation.code, explanation.field, explanation.line) == ("other", "", None)
    assert explanation.words == f"Xero says: {said}"


#: What was to be done, how it is said to have failed, and what is wrong.
TRIED = ("Invoice INV-9 dated 3 May", "The bill with reference PO-7", "Payment of 20.00", "It")
FAILED = (
    *("could not be saved because", "cannot be approved as", "could not be created since"),
    "was not processed:",
)
CAUSES = (
    ("the due date is missing", "due_date_missing", "due date"),
    ("account code 999 has been archived", "account_archived", "account"),
    ("the tax type is not recognised", "tax_unknown", "tax rate"),
    ("the discount is too large", "discount_invalid", "discount"),
    ("its date is before the lock date", "period_locked", "date"),
    ("the contact has been archived", "contact_archived", "customer or supplier"),
)


@settings(derandomize=True, deadline=None)
@given(st.sampled_from(TRIED), st.sampled_from(FAILED), st.sampled_from(CAUSES))
def test_what_follows_that_something_failed_is_what_is_wrong(tried, failed, cause):
    words, code, field = cause
    explanation = explain(f"{tried} {failed} {words}.", "invoice")

    assert (explanation.code, explanation.field) == (code, field)


@pytest.mark.parametrize("between", ["; ", ".\n", "\n", ". "])
def test_each_of_several_statements_in_one_message_is_told(between):
    message = between.join(
        [
            "Account code must be specified",
            "Due date is missing",
            "TaxType must be specified",
            "Please correct them",
        ]
    )

    told = explain_all([message], "bill")
    assert [(one.code, one.field) for one in told] == [
        ("due_date_missing", "due date"),
        ("line_incomplete", "account"),
        ("line_incomplete", "tax rate"),
    ]


def test_two_sentences_about_one_field_are_one_fault_and_the_surer_is_told():
    told = explain_all(
        ["The quantity value '-1.0000' is invalid. Quantity must not be less than zero."], "invoice"
    )

    assert [one.words for one in told] == ["Xero does not take the quantity of a line this low."]


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ("This supplier credit note cannot be approved", "other", ""),
        ("Supplier credit note must have a due date", "due_date_missing", "due date"),
        ("The supplier credit note could not be found", "not_in_xero", ""),
        ("Customer invoice not found", "not_in_xero", ""),
    ],
)
def test_a_kind_of_document_is_no_contact(said, code, field):
    explanation = explain(said, "supplier credit note")

    assert (explanation.code, explanation.field) == (code, field)


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ("Date Due must be specified", "due_date_missing", "due date"),
        ("Due By date is missing", "due_date_missing", "due date"),
        ("'AccountCode' must not be empty.", "line_incomplete", "account"),
        ('"DueDate" is invalid', "due_date_invalid", "due date"),
        ("The string '31/03' is not a valid Date value. (DueDate)", "due_date_invalid", "due date"),
        (
            "Error converting to type 'System.DateTime'. Path 'DueDate'",
            "due_date_invalid",
            "due date",
        ),
        (
            "Error. Path 'LineItems[0].Quantity', line 1, position 30.",
            "quantity_invalid",
            "quantity",
        ),
    ],
)
def test_a_field_is_known_by_its_name_in_the_api_too(said, code, field):
    explanation = explain(said, "bill")

    assert (explanation.code, explanation.field) == (code, field)


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("Row 4: The account code is invalid", [4]),
        ("Line: 3 - the account code is invalid", [3]),
        ("Line item 3 - account code is invalid", [3]),
        ("(Line 5) AccountCode is invalid", [5]),
        ("2nd line: account code is invalid", [2]),
        ("Line 1,204: the account code is invalid", [1204]),
        ("LineItem[0]: account code is invalid", [1]),
        ("LineItems[1].AccountCode is invalid", [2]),
        ("Lines 2 and 3 have an invalid account code", [2, 3]),
        ("Account code is invalid on lines 2, 5 and 9", [2, 5, 9]),
        ("Account code is invalid on lines 2 to 5", [None]),
        ("Account code 'Product Line 7' is invalid", [None]),
        ("Account code is invalid, line 1, position 200", [None]),
        ("Account code is invalid on line 3 of the statement", [None]),
    ],
)
def test_the_lines_are_told_and_no_other_number_is_one(said, lines):
    told = explain_all([said], "bill")

    assert [one.line for one in told] == lines
    assert {(one.code, one.field) for one in told} == {("account_unknown", "account")}


@pytest.mark.parametrize("noun", ["contact", "payment", "allocation"])
def test_what_has_no_lines_is_told_of_none(noun):
    assert explain("Line 1 of the address is too long", noun).line is None
