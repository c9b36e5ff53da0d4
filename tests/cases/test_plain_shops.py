"""Small shops' files, made at random, come to the same in a dry run, here, in Xero and by plain sums.

The plain sums are a few lines of their own here and share nothing with the importer.
"""

import random
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO

import pytest
from shared_cases import in_xero

from factories import make_tax_code
from tallystick.books.models import Document
from tallystick.books.tax_codes import set_default_tax_code
from tallystick.importing.meaning.mapping import Mapping, OrderColumn
from tallystick.importing.run import import_file
from tallystick.mapping.services import choose_tax_type

#: Tax code to its rate; the empty one leaves the line to the default.
RATES = {"VAT20": 20, "VAT5": 5, "ZERO": 0, "": 20}
QUANTITIES = ["1", "2", "7", "1.25", "0.333", "100", "0.0001", "1000"]
DISCOUNTS = ["", "", "5", "12.5", "33.3333", "100", "2.123456"]
HEADER = ["No", "Who", "Day", "What", "Qty", "Price", "Disc", "Code", "Tax", "Ship", "Off", "Total"]
FIELDS = (
    *("number", "party_name", "issued_on", "description", "quantity", "unit_price", "discount"),
    "tax_code",
)


def cent(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def tax_of(amount: Decimal, rate: int, basis: str) -> Decimal:
    parts = {"exclusive": 100, "inclusive": 100 + rate}
    return cent(amount * rate / parts[basis]) if basis in parts else Decimal(0)


class Shop:
    """Rows of a shop with what each of its documents comes to."""

    def __init__(self, seed: int, basis: str, *, states_tax: bool, takes_off: bool) -> None:
        self.chance = random.Random(seed)  # noqa: S311 # the same shop in each run
        self.basis, self.states_tax, self.takes_off = basis, states_tax, takes_off
        self.rows: list[str] = []
        self.totals: dict[str, Decimal] = {}
        for place in range(20):
            self.add(f"P-{place}", sign=-1 if self.chance.random() < 0.2 else 1)

    def add(self, number: str, sign: int) -> None:
        pick = self.chance.choice
        shipping = sign * Decimal(self.chance.randint(0, 900)) / 100 if pick([0, 1]) else Decimal(0)
        amount, tax, rows = shipping, tax_of(shipping, 20, self.basis), []
        for _ in range(self.chance.randint(1, 4)):
            quantity, discount, code = (
                sign * Decimal(pick(QUANTITIES)),
                pick(DISCOUNTS),
                pick([*RATES]),
            )
            price = Decimal(self.chance.randint(0, 99_999)) / pick([1, 100, 10_000, 1_000_000])
            line = cent(quantity * price * (100 - Decimal(discount or 0)) / 100)
            its = tax_of(line, RATES[code], self.basis)
            if self.states_tax and abs(its) > Decimal("0.05"):
                its += Decimal(pick(["0", "0.01", "-0.01"]))
            amount, tax = amount + line, tax + its
            stated = str(its) if self.states_tax else ""
            rows.append([f"{quantity:f}", f"{price:f}", discount, code, stated])
        off = cent(abs(amount - shipping) / 4) if self.takes_off else Decimal(0)
        total = amount - sign * off + (tax if self.basis == "exclusive" else 0)
        self.totals[number] = abs(total)
        first = [str(shipping or ""), str(off or ""), str(total) if pick([0, 1]) else ""]
        for place, cells in enumerate(rows):
            head = [number, f"Customer {len(rows)}", "2026-11-02", f"Thing {place}"]
            self.rows.append(",".join([*head, *cells, *(first if place == 0 else ["", "", ""])]))

    def mapping(self) -> Mapping:
        columns = dict(zip(FIELDS, HEADER, strict=False)) | {"total": "Total"}
        return Mapping(
            name="shop",
            title="Shop",
            is_own=True,
            columns=columns | ({"line_tax": "Tax"} if self.states_tax else {}),
            tax_basis=self.basis,
            tax_amounts="stated" if self.states_tax else "computed",
            decimal_mark=".",
            order_columns=(
                OrderColumn(column="Ship", description="Shipping", tax_code="VAT20"),
                OrderColumn(column="Off", description="Off", is_discount=True, is_spread=True),
            ),
        )


# Of prices without tax, money off changes the tax of each line: no plain sum tells by how much.
@pytest.mark.parametrize(
    ("basis", "states_tax", "takes_off"),
    [
        *(("exclusive", False, False), ("exclusive", True, False), ("inclusive", False, True)),
        *(("inclusive", True, False), ("none", False, True)),
    ],
)
def test_a_shop_comes_to_the_same_wherever_it_is_summed(books, basis, states_tax, takes_off):
    chosen = {"organisation": books.organisation, "actor": books.owner}
    for code, tax_type in (("VAT5", "RROUTPUT"), ("ZERO", "ZERORATEDOUTPUT")):
        made = make_tax_code(books.workspace, code, str(RATES[code]))
        choose_tax_type(tax_code=made, tax_type=tax_type, **chosen)
    default = books.workspace.tax_codes.get(code="VAT20")
    set_default_tax_code(workspace=books.workspace, tax_code=default)
    shop = Shop(12, basis, states_tax=states_tax, takes_off=takes_off)
    content = "\n".join([",".join(HEADER), *shop.rows]).encode()
    given = {"workspace": books.workspace, "actor": None, "tried": shop.mapping(), "submit": True}

    looked = import_file(source=BytesIO(content), dry_run=True, **given)
    report = import_file(source=BytesIO(content), dry_run=False, **given)

    assert report.not_made == []
    assert (looked.total, looked.credit_total) == (report.total, report.credit_total)
    here = dict(Document.objects.in_workspace(books.workspace).values_list("number", "total"))
    assert here == shop.totals
    assert in_xero(books) == shop.totals
