"""The small words of sentences."""

import pytest

from tallystick.english import counted, listed, verb, with_article


@pytest.mark.parametrize(
    ("words", "said"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_words_are_listed_as_people_list_them(words, said):
    assert listed(words) == said


def test_nouns_and_verbs_go_with_how_many_there_are():
    assert [counted(count, "invoice") for count in (0, 1, 1204)] == [
        "0 invoices",
        "1 invoice",
        "1,204 invoices",
    ]
    assert [verb(1, "say"), verb(2, "say")] == ["says", "say"]
    assert [with_article("invoice"), with_article("bill")] == ["an invoice", "a bill"]
