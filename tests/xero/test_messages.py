"""Every sentence of Xero that is known is put into our words, however Xero dresses it.

How many of those that are on record get a remedy of their own is printed below the tests
(`make messages`).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.xero import explain, explain_all
from tallystick.xero.catalogue import KNOWN, OF_ALL
from tallystick.xero.catalogue.codes import DROPPED, RefusalCode
from xero_messages import BESIDES, EXPLAINED, KNOWN_FOR_LONG, MEANT, NEVER_MET, REPORTED, TABLE

#: How many of the sentences on record get a remedy of their own, and how many never reach anybody.
LEAST_EXPLAINED, MOST_NEVER_MET = 57, 6
FACTS = Path(__file__).parents[3] / "shared" / "xero-api-facts.md"


@pytest.mark.parametrize(("message", "meant"), MEANT.items())
def test_a_message_on_record_is_told_with_its_field_and_its_remedy(message, meant):
    explanation = explain(message)

    assert (explanation.code, explanation.field) == (meant.code, meant.field)
    assert explanation.said == message
    assert explanation.words.endswith(".")
    assert explanation.remedy.endswith(".")


@pytest.mark.parametrize(("message", "code"), BESIDES.items())
def test_a_message_of_the_stand_in_is_put_into_our_words(message, code):
    assert explain(message).code == code


def test_of_the_messages_on_record_no_fewer_get_a_remedy_of_their_own(record_property):
    explained = [said for said in TABLE if explain(said).code != RefusalCode.OTHER]
    own = [said for said in explained if said not in NEVER_MET]
    record_property(
        "messages",
        f"Of {len(TABLE)} messages on record (facts 7.4: {len(KNOWN_FOR_LONG)}, 12.3: "
        f"{len(REPORTED)}) {len(own)} get a remedy of their own, {len(NEVER_MET)} never reach "
        "a bookkeeper.",
    )

    assert len(own) >= LEAST_EXPLAINED
    assert len(NEVER_MET) <= MOST_NEVER_MET
    assert len(own) + len(NEVER_MET) == len(TABLE)


@pytest.mark.parametrize(("message", "reason"), NEVER_MET.items())
def test_a_message_that_no_push_can_meet_is_listed_with_the_reason(message, reason):
    assert reason.why
    assert message in explain(message).said


DRESSES = {
    "in capitals, without dots, two blanks": lambda said: (
        said.upper().rstrip(".").replace(" ", "  ")
    ),
    "in small letters, with a dot": lambda said: f"{said.lower().rstrip('.')}.",
    "with trailing dots": lambda said: f"{said} ...",
    "with curly apostrophes": lambda said: said.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}"),
    "with quotation marks": lambda said: re.sub(
        r"'(.*?)'", "\N{LEFT DOUBLE QUOTATION MARK}\\1\N{RIGHT DOUBLE QUOTATION MARK}", said
    ),
    "with entities": lambda said: said.replace("'", "&#39;").replace(" ", "&nbsp;", 1),
    "with entities twice over": lambda said: said.replace("'", "&amp;apos;"),
    "in bold": lambda said: f"<b>{said}</b>",
}


@pytest.mark.parametrize("dress", DRESSES.values(), ids=DRESSES)
@pytest.mark.parametrize(("message", "code"), (EXPLAINED | BESIDES).items())
def test_how_xero_dresses_a_message_does_not_matter(message, code, dress):
    explanation = explain(f"Line 3: {dress(message)}")

    assert explanation.code == code
    assert explanation.line == 3


@pytest.mark.parametrize(
    ("noun", "rows"),
    [("invoice", KNOWN), ("bill", KNOWN), ("credit note", KNOWN), ("payment", OF_ALL)],
)
def test_every_meaning_is_told_of_the_kind_that_was_sent(noun, rows):
    for known in rows:
        for sentence in known.seen:
            explanation = explain(sentence, noun)
            assert explanation.code == known.code
            assert explanation.words[1:] == told(known.words, noun)[1:]
            assert "{" not in explanation.words + explanation.remedy


def told(words: str, noun: str) -> str:
    return words.replace("{noun}", noun).replace("{line}", "a line")


def test_a_meaning_without_a_noun_speaks_of_the_document():
    assert explain("Invoice # must be unique.").words == (
        "Another document in Xero already has this number."
    )


def test_an_unknown_message_is_passed_on_as_xero_wrote_it():
    explanation = explain("The moon is in the wrong quarter.", "bill")

    assert explanation.code == "other"
    assert explanation.words == "Xero says: The moon is in the wrong quarter."
    assert explanation.remedy == "Mend this here or in Xero, then press Retry."
    assert explanation.safe == "Nothing is doubled."


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("Line 12: Account code must be specified", 12),
        ("Account code must be specified on line 3.", 3),
        ("Account code must be specified for line item 4", 4),
        ("Account code of Line No. 5 must be specified", 5),
        ("LineItems[2].AccountCode must be specified", 3),
        ("/Invoices/Invoice/LineItems/LineItem[2]: the account code must be specified", 2),
        ("Account code must be specified", None),
    ],
)
def test_the_line_is_told_where_xero_tells_it(message, line):
    explanation = explain(message, "bill")

    assert explanation.code == "line_incomplete"
    assert explanation.line == line
    assert f"of line {line}." in explanation.words if line else "of a line." in explanation.words
    assert "of the line" in explanation.remedy or "on the line" in explanation.remedy


def test_words_that_speak_of_no_line_have_it_before_them():
    explanation = explain("Line 2: Discounts may not be applied to ACCPAY invoices.", "bill")

    assert explanation.words == (
        "Line 2: Xero takes discounts on the lines of sales invoices only."
    )


def test_the_line_of_an_address_is_no_line_of_the_document():
    explanation = explain("Address line 2 is too long", "contact")

    assert (explanation.code, explanation.field, explanation.line) == (
        "text_too_long",
        "address",
        None,
    )


def test_of_several_the_one_that_needs_a_decision_comes_first_and_none_comes_twice():
    messages = [
        "Invoice not of valid status for modification",
        "Line 2: Account code must be specified",
        "Line 2: account code must be specified.",
        "The moon is in the wrong quarter.",
        "The document date cannot be before the period lock date, currently set at 31 Mar 2026",
    ]

    codes = [one.code for one in explain_all(messages, "invoice")]
    assert codes == ["period_locked", "line_incomplete", "status_fixed", "other"]


def test_what_xero_took_and_left_something_out_of_is_told_after_all_that_it_refused():
    assert list(RefusalCode)[-len(DROPPED) :] == [code for code in RefusalCode if code in DROPPED]


def test_what_to_do_about_what_xero_took_is_never_retry():
    for message in (
        "Account code '200' has been removed as it does not match a recognised account.",
        "The tracking option 'North' has been removed as it does not match an option.",
        "The item code 'X' was ignored.",
    ):
        explanation = explain(message)
        assert explanation.code in DROPPED
        assert "Retry" not in explanation.remedy
        assert explanation.safe == ""


@pytest.mark.skipif(not FACTS.is_file(), reason="the facts are no part of the project")
@pytest.mark.parametrize(("section", "table"), [("7.4", KNOWN_FOR_LONG), ("12.3", REPORTED)])
def test_no_message_of_the_facts_is_missing_here(section, table):
    missing = [
        sentence
        for sentence in sentences_of_the_facts(section)
        if not any(re.search(as_pattern(sentence), said, re.IGNORECASE) for said in table)
    ]

    assert missing == []


def sentences_of_the_facts(section: str) -> Iterator[str]:
    """Yield the sentences of the section's table, those of one row one by one."""
    text = FACTS.read_text(encoding="utf-8")
    part = re.split(r"\n#{2,3} ", text.partition(f"\n### {section} ")[2])[0]
    rows = [row.strip("| ").split(" | ") for row in part.splitlines() if row.startswith("| ")]
    for row in rows[1:]:
        if row[0].startswith("---"):
            continue
        words = row[0] if section == "7.4" else row[1]
        if quoted := re.search(r"\bsecond \"(.*)\"", words):
            words = quoted[1]
        for sentence in re.split(r" / | · | — and, at once, ", words):
            yield sentence.removesuffix(" (warning)").strip()


def as_pattern(sentence: str) -> str:
    """Return what finds the sentence with anything for the parts that the facts leave open."""
    text = re.escape(sentence.rstrip(". …"))
    text = re.sub(r"'(?:…|X|Y|abc|476)'", "'.*'", text)
    text = re.sub(r"…|\bX\b|\bDRAFT/SUBMITTED/AUTHORISED\b|\bEUR\b", ".*", text)
    return re.sub(r"\\ ", r"\\s+", text)


@pytest.mark.skipif(not FACTS.is_file(), reason="the facts are no part of the project")
def test_the_facts_are_read_as_what_they_are():
    assert len(list(sentences_of_the_facts("7.4"))) >= 40
    assert "The TaxType field is mandatory" in list(sentences_of_the_facts("12.3"))
