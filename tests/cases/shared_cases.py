"""Where the shared cases lie, and what stands in Xero after one."""

from decimal import Decimal
from pathlib import Path

import pytest

from xero_books import Books

CASES = Path(__file__).parents[3] / "shared" / "cases"


def shared(name: str) -> Path:
    """Return the file of a case; leave the test out where the cases are not here."""
    if not CASES.is_dir():
        pytest.skip("../shared/cases are not beside the project")
    return CASES / name


def in_xero(books: Books) -> dict[str, Decimal]:
    """Have all that is due sent; return what stands in Xero, number to total."""
    books.work()
    return {
        one["number"]: Decimal(str(one["total"]))
        for one in books.copies()
        if one["status"] not in {"DELETED", "VOIDED"}
    }


def summed(found: dict[str, Decimal]) -> str:
    return f"{len(found)} in Xero, {sum(found.values(), Decimal(0)):,.2f} in all"
