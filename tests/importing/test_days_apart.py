"""Rows of one number and different days: of one document, or of two that bear one number."""

import pytest

from importing.conftest import SIMPLE
from tallystick.importing.report import Cause

ROWS = [
    "7,,Ann,2026-11-01,,Mug,1,10",
    "7,,Ann,2026-11-02,,Bowl,1,20",
    "8,,Ann,2026-11-02,,Bowl,1,20",
    "8,,Ann,,,Lid,1,5",
]


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [0, 2, 3, 1]])
def test_two_days_under_one_number_are_asked_about_and_not_merged(simple, document, order):
    """A till that counts its receipts anew each day."""
    rows = [ROWS[place] for place in order]

    report = simple(*rows)

    assert [(each.document, each.cause) for each in report.not_made] == [("7", Cause.ODD)]
    assert "of 2026-11-02, line 2 of the same document of 2026-11-01" in report.not_made[0].reason
    assert [each.key for each in report.questions] == ["odd"]
    assert document("8").total == 25
    simple(*rows, answers={"odd": "take"})
    assert (document("7").total, str(document("7").issued_on)) == (30, "2026-11-01")


def test_times_of_one_day_are_of_one_day(simple):
    rows = ["7,,Ann,2026-11-01 10:00,,Mug,1,10", "7,,Ann,2026-11-01 10:01,,Bowl,1,20"]

    assert simple(*rows, header=SIMPLE).documents == 1
