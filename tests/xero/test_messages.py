import pytest

from tallystick.xero import explain
from tallystick.xero.catalogue import KNOWN
from xero_messages import BESIDES, EXPLAINED, NEVER_MET


@pytest.mark.parametrize(("message", "code"), (EXPLAINED | BESIDES).items())
def test_a_message_seen_from_xero_is_put_into_our_words(message, code):
    explanation = explain(message)

    assert explanation.code == code
    assert explanation.words.endswith(".")
    assert explanation.remedy.endswith(".")


@pytest.mark.parametrize(("message", "code"), (EXPLAINED | BESIDES).items())
def test_case_dots_blanks_and_the_line_before_it_do_not_matter(message, code):
    altered = "Line 3:  " + message.upper().rstrip(".").replace(" ", "  ")

    assert explain(altered).code == code


@pytest.mark.parametrize(("message", "reason"), NEVER_MET.items())
def test_a_message_that_no_push_can_meet_is_listed_with_the_reason(message, reason):
    assert reason.why
    assert explain(message).code == "other"


@pytest.mark.parametrize("noun", ["invoice", "bill", "credit note", "payment"])
def test_every_meaning_is_told_of_the_kind_that_was_sent(noun):
    for known in KNOWN:
        for parts in known.seen:
            explanation = explain(" ... ".join(parts), noun)
            assert explanation.code == known.code
            assert explanation.words == known.words.replace("{noun}", noun)
            assert "{" not in explanation.words + explanation.remedy


def test_a_meaning_without_a_noun_speaks_of_the_document():
    assert explain("Invoice # must be unique.").words == (
        "Another document in Xero already has this number."
    )


def test_an_unknown_message_is_passed_on_as_xero_wrote_it():
    explanation = explain("The moon is in the wrong quarter.", "bill")

    assert explanation.code == "other"
    assert "The moon is in the wrong quarter." in explanation.words
    assert "press Retry" in explanation.remedy
