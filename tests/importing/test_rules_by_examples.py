"""Rules on sums, states and precision, held by generated examples."""

import io
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from factories import make_tax_code, make_workspace, owner_of
from tallystick.books.documents import create_document
from tallystick.books.inputs import DocumentInput, LineInput
from tallystick.books.models import Document, Item
from tallystick.books.tax_codes import set_default_tax_code
from tallystick.importing.documents.arranging import shared
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.meaning.precision import Rounding, figures, of_amount
from tallystick.importing.report import Cause
from tallystick.importing.run import import_file
from tallystick.importing.saving import save_mapping
from tallystick.money import line_amount

CENT = Decimal("0.01")
_money = st.decimals(Decimal("0.01"), Decimal("9999.99"), places=2)
_fine = st.decimals(Decimal(-999), Decimal(999), places=7)
#: An import for each example: to make a failing one smaller would take minutes.
_imports = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(quantity=_fine, price=_fine, discount=st.none() | st.decimals(0, 100, places=6))
def test_rounded_figures_come_to_the_very_cent_of_the_exact_ones(quantity, price, discount):
    """Rule 6: whatever is rounded, the amount of the line stays."""
    off = discount or Decimal(0)
    exact = (quantity * price * (100 - off) / 100).quantize(CENT, ROUND_HALF_UP)

    found = figures(quantity, price, discount)

    assert found.amount == exact
    assert line_amount(found.quantity, found.unit_price, found.discount) == exact
    if found.rounding is Rounding.ONE_PIECE:
        assert abs(found.quantity) == 1


@given(quantity=st.decimals(Decimal("0.001"), 500, places=3), amount=_money)
def test_a_line_of_which_the_amount_is_known_comes_to_it(quantity, amount):
    found = of_amount(quantity, amount)

    assert line_amount(found.quantity, found.unit_price, found.discount) == amount


@given(whole=_money, weights=st.lists(_money, min_size=1, max_size=30))
def test_what_is_spread_adds_up_and_is_in_proportion(whole, weights):
    """Rule 5: money off and stated tax, to the cent."""
    parts = shared(whole, weights)

    assert sum(parts) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - whole * weight / sum(weights)) <= CENT


@_imports
@given(
    prices=st.lists(_money, min_size=1, max_size=5),
    off=st.decimals(Decimal(-50), Decimal(50), places=2),
)
def test_a_document_comes_to_the_stated_total_or_is_held(transactional_db, prices, off):
    """Rule 2: never another total than the file states."""
    workspace = make_workspace(currency="GBP")
    stated = sum(prices) + off
    rows = [f"1,Ada,2026-11-02,Tea,1,{price},{stated}" for price in prices]
    header = "number,party_name,issued_on,description,quantity,unit_price,total"

    report = import_file(
        workspace=workspace,
        actor=None,
        source=io.BytesIO("\n".join([header, *rows]).encode()),
        dry_run=False,
    )

    made = Document.objects.in_workspace(workspace).first()
    if abs(off) > Decimal("0.10"):
        assert made is None
    if made is None:
        assert [each.cause for each in report.not_made] == [Cause.SUMS]
        assert report.needs_person
    else:
        assert made.total == stated


@_imports
@given(states=st.lists(st.sampled_from(["paid", "void", "refund", "new"]), min_size=1, max_size=8))
def test_every_document_is_what_its_status_says(transactional_db, states):
    """Rule 3: an unknown value makes nothing at all before it is answered."""
    workspace = make_workspace(currency="GBP")
    rows = [f"S-{n},{state},Ada,2026-11-02,Tea,1,5" for n, state in enumerate(states)]
    header = "number,status,party_name,issued_on,description,quantity,unit_price"
    answers = {"status:paid": "take", "status:void": "leave_out", "status:refund": "credit"}
    file = "\n".join([header, *rows]).encode()

    def bring(**more):
        return import_file(
            workspace=workspace,
            actor=owner_of(workspace),
            source=io.BytesIO(file),
            format="Shop",
            dry_run=False,
            answers=answers | more,
        )

    _save_shop(workspace)
    if "new" in states:
        assert (bring().documents, Document.objects.in_workspace(workspace).count()) == (0, 0)
    report = bring(**{"status:new": "leave_out"})

    kinds = dict(Document.objects.in_workspace(workspace).values_list("number", "kind"))
    wanted = {"paid": "sales_invoice", "refund": "sales_credit_note"}
    assert kinds == {f"S-{n}": wanted[one] for n, one in enumerate(states) if one in wanted}
    left_out = {f"S-{n}" for n, one in enumerate(states) if one not in wanted}
    assert {each.document for each in report.not_made} == left_out


def _save_shop(workspace) -> None:
    names = ["number", "status", "party_name", "issued_on", "description", "quantity", "unit_price"]
    mapping = Mapping(name="Shop", title="Shop", columns={name: name for name in names})
    save_mapping(workspace=workspace, actor=owner_of(workspace), mapping=mapping)


@pytest.mark.parametrize("level", ["line", "item", "default", "none"])
def test_a_file_and_a_form_give_a_line_the_same_tax_code(db, level):
    """Rule 9: one ladder."""
    workspace = make_workspace(currency="GBP")
    codes = {
        name: make_tax_code(workspace, name, rate)
        for name, rate in [("LINE", "5"), ("ITEM", "10"), ("DEFAULT", "20")]
    }
    Item.objects.create(
        workspace=workspace, code="TEA", tax_code=codes["ITEM"] if level == "item" else None
    )
    if level in ("item", "default"):
        set_default_tax_code(workspace=workspace, tax_code=codes["DEFAULT"])
    named = "LINE" if level == "line" else ""
    file = (
        "number,party_name,issued_on,item_code,description,quantity,unit_price,tax_code\n"
        f"F-1,Ada,2026-11-02,TEA,Tea,1,10,{named}\n"
    )

    import_file(workspace=workspace, actor=None, source=io.BytesIO(file.encode()), dry_run=False)

    imported = Document.objects.get(number="F-1")
    line = LineInput(
        item_code="TEA",
        description="Tea",
        quantity=Decimal(1),
        unit_price=Decimal(10),
        tax_code=named,
    )
    typed = create_document(
        workspace=workspace,
        actor=None,
        document=DocumentInput(
            number="F-2",
            party_number=imported.party.number,
            issued_on=imported.issued_on,
            due_on=imported.due_on,
            lines=(line,),
        ),
    )
    assert (imported.tax, imported.total) == (typed.tax, typed.total)
    theirs, ours = imported.lines.get(), typed.lines.get()
    assert (theirs.tax_code, theirs.tax_level) == (ours.tax_code, ours.tax_level)


def test_a_line_of_which_the_file_states_no_tax_bears_no_code_that_is_fixed_for_all(db):
    """A code of 20 % on it would stop it on its way."""
    workspace = make_workspace(currency="GBP")
    make_tax_code(workspace, "VAT20", "20")
    columns = {
        "number": "No",
        "party_name": "Who",
        "issued_on": "Day",
        "description": "What",
        "line_amount": "Sum",
        "line_tax": "Tax",
    }
    mapping = Mapping(
        name="Till",
        title="Till",
        columns=columns,
        texts={"tax_code": "VAT20"},
        tax_amounts="stated",
    )
    save_mapping(workspace=workspace, actor=owner_of(workspace), mapping=mapping)
    file = "No,Who,Day,What,Sum,Tax\n1,Ada,2026-11-02,Mug,10,2\n1,Ada,2026-11-02,Book,5,0\n"

    import_file(workspace=workspace, actor=None, source=io.BytesIO(file.encode()), dry_run=False)

    mug, book = Document.objects.get().lines.order_by("position")
    assert (mug.tax, mug.tax_code.code, book.tax, book.tax_code.code) == (2, "VAT20", 0, "No tax")
