"""Rows of one document with different states contradict each other, whichever comes first."""

import pytest

from tallystick.books.models import Document
from tallystick.importing.meaning.mapping import Mapping, RowMeaning
from tallystick.importing.report import Cause

FIELDS = ("number", "party_name", "issued_on", "description", "unit_price", "status")
LINES = Mapping(
    name="lines",
    title="Lines",
    is_own=True,
    columns={field: field for field in FIELDS},
    statuses={
        "void": RowMeaning.LEAVE_OUT,
        "paid": RowMeaning.TAKE,
        "cancelled": RowMeaning.CANCEL,
    },
)


@pytest.fixture
def states(run):
    """Import one document with a line of each state."""

    def states(*said):
        rows = [f"A,Ann,2026-11-01,Mug,10,{each}" for each in said]
        return run("\n".join([",".join(FIELDS), *rows]), tried=LINES)

    return states


@pytest.mark.parametrize("other", ["void", "cancelled"])
@pytest.mark.parametrize("turn", [1, -1])
def test_a_line_that_is_taken_and_one_that_is_not_keep_the_document_out(states, other, turn):
    report = states(*["paid", other][::turn])

    assert [each.cause for each in report.not_made] == [Cause.CONTRADICTION]
    assert "of the same document" in report.not_made[0].reason


def test_one_cancelled_line_does_not_cancel_the_document_that_is_here(states):
    states("paid", "paid")

    report = states("cancelled", "paid")

    assert (report.cancelled, Document.objects.get().status) == (0, "draft")
    assert states("cancelled", "cancelled").cancelled == 1
