"""Of several faults at once each is told, with its line; what needs a decision is told first."""

import pytest

from tallystick.sync.push.refusal_words import words_of_refusal

NO_ACCOUNT = "Account code must be specified"
LOCKED = "The document date cannot be before the period lock date, currently set at 31 Mar 2026"


def test_every_fault_is_told_with_its_line_and_retry_once():
    words = words_of_refusal(
        "INV-1 was not sent.",
        [
            "The document DueDate field must be specified",
            f"Line 3: {NO_ACCOUNT}",
            f"Line 5: {NO_ACCOUNT}",
            f"Line 5: {NO_ACCOUNT}.",
        ],
        noun="invoice",
    )

    assert words.code == "due_date_missing"
    assert words.message == (
        "INV-1 was not sent. Xero wants a due date of every invoice that is more than a draft. "
        "Xero was not given the account of line 3. The same goes for line 5. "
        "(Xero: The document DueDate field must be specified. "
        f"Line 3: {NO_ACCOUNT}. Line 5: {NO_ACCOUNT}.)"
    )
    assert words.remedy == (
        "Give it a due date. Choose its account on the line, on its item or under Settings, Accounts. "
        "Then press Retry. Nothing is doubled."
    )


def test_what_needs_a_decision_comes_before_what_is_only_to_be_corrected():
    words = words_of_refusal("B-1 was not sent.", [f"Line 1: {NO_ACCOUNT}", LOCKED], noun="bill")

    assert words.code == "period_locked"
    assert words.message.index("locked in Xero") < words.message.index("line 1")
    assert words.remedy.startswith("Have the lock date in Xero moved")


def test_what_nobody_understands_is_told_as_xero_wrote_it_beside_the_rest():
    words = words_of_refusal("B-1 was not sent.", ["So &amp; so.", LOCKED], noun="bill")

    assert words.code == "period_locked"
    assert words.message.endswith(f"(Xero: {LOCKED}) Xero says: So & so.")
    assert "Mend this here or in Xero" in words.remedy


def test_a_thousand_lines_are_counted_and_not_told_one_by_one():
    errors = [f"Line {number}: {NO_ACCOUNT}" for number in range(1, 1001)]
    words = words_of_refusal("B-1 was not sent.", errors, noun="bill")

    assert "The same goes for lines 2, 3" in words.message
    assert "and 989 more." in words.message
    assert words.message.endswith("And 990 more.)")
    assert len(words.message) < 800


def test_no_retry_is_told_where_none_of_the_remedies_has_one():
    errors = [
        "Invoice not of valid status for modification",
        "This document cannot be edited as it has a payment or credit note allocated to it.",
    ]
    words = words_of_refusal("INV-1 was not sent.", errors, noun="invoice")

    assert words.code == "has_payments"
    assert words.remedy == (
        "Open it in Xero and compare; change it there if it must change. "
        "Nothing was changed in Xero."
    )


@pytest.mark.parametrize(
    ("errors", "noun"),
    [
        (["Total must not be negative", "Due date must be specified"], "invoice"),
        (["Invalid type", NO_ACCOUNT], "invoice"),
        ([NO_ACCOUNT, "Invoice not of valid status for modification"], "bill"),
        (["Payment date is invalid", "The bank account is archived"], "payment"),
    ],
)
def test_what_retry_cannot_mend_is_told_alone(errors, noun):
    remedy = words_of_refusal("It was not sent.", errors, noun=noun).remedy

    assert "Retry" not in remedy
    assert remedy.endswith("Nothing was changed in Xero.")


def test_retry_is_told_once_and_last_where_a_remedy_names_it_amid():
    remedy = words_of_refusal("B-1 was not sent.", [LOCKED, NO_ACCOUNT], noun="bill").remedy

    assert remedy == (
        "Have the lock date in Xero moved, or give the bill a later date. Choose its account on the "
        "line, on its item or under Settings, Accounts. Then press Retry. Nothing is doubled."
    )


def test_what_would_be_left_out_of_a_refused_record_is_not_to_be_set_there():
    dropped = "Account code '476' has been removed as it does not match a recognised account."
    words = words_of_refusal("It was not sent.", ["Due date is missing", dropped], noun="invoice")

    assert "draft in Xero" not in words.remedy


def test_only_the_same_fault_goes_for_another_line():
    words = words_of_refusal(
        "INV-1 was not sent.",
        [
            "Line 2: Quantity must not be less than zero",
            "Line 3: Quantity exceeds 4 decimal places",
            "Line 4: Quantity must not be negative",
        ],
        noun="invoice",
    )

    assert words.message.startswith(
        "INV-1 was not sent. Xero does not take the quantity of line 2 this low. The same goes for "
        "line 4. Xero does not take the quantity of line 3 with so many decimals."
    )


def test_several_faults_of_one_message_are_told_and_the_message_once():
    message = "Description is missing; quantity is missing"
    words = words_of_refusal("INV-1 was not sent.", [message], noun="invoice")

    assert words.message == (
        "INV-1 was not sent. Xero was not given the description of a line. Xero was not given the "
        f"quantity of a line. (Xero: {message})"
    )
