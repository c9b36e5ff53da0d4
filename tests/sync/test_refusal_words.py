"""Of several faults at once each is told, with its line; what needs a decision is told first."""

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
        "Give it a due date. Choose its account on the line or under Settings, Accounts. "
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
