"""Documents as a whole: what keeps them back, all of it at once, before Xero is asked."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import line, make_document, make_item, make_tax_code, make_template
from tallystick.books.inputs import LineInput
from tallystick.books.models import Document, Kind, TaxBasis
from tallystick.mapping.models import Direction
from tallystick.mapping.problems import Problem, Unresolved
from tallystick.mapping.resolve import Resolver


def test_a_line_goes_as_it_stands_with_its_four_decimals(mapped):
    document = mapped.document(line(tax_code="VAT20", quantity="2.0001", unit_price="1.2345"))

    (draft,) = mapped.resolve(document).lines

    assert (draft.quantity, draft.unit_amount) == (Decimal("2.0001"), Decimal("1.2345"))
    assert (draft.account_code, draft.tax_type) == ("200", "OUTPUT2")


def test_a_mere_text_needs_neither_account_nor_tax(mapped):
    mapped.choose(Direction.SALES, "", "")
    document = mapped.document(LineInput(description="Thank you"), LineInput(item_code="TEA"))

    resolved = mapped.resolve(document)

    assert [(draft.description, draft.quantity) for draft in resolved.lines] == [
        ("Thank you", None),
        ("TEA", None),
    ]
    assert resolved.why[0] == {"position": 1, "account": None, "tax": None}


def test_each_line_tells_why_it_looks_so(mapped):
    document = mapped.document(line(tax_code="VAT20"))

    (why,) = mapped.resolve(document).why

    assert why == {
        "position": 1,
        "account": {"code": "200", "name": "Sales", "level": "the workspace default"},
        "tax": {
            "type": "OUTPUT2",
            "name": "OUTPUT2 20%",
            "rate": "20.0000",
            "level": "the line",
            "passed_over": [],
        },
    }


@pytest.mark.parametrize("lock", ["period_lock_date", "end_of_year_lock_date"])
def test_a_locked_period_is_known_before_xero_is_asked(mapped, lock):
    setattr(mapped.organisation, lock, date(2026, 11, 2))
    document = mapped.document(line(tax_code="VAT20"), issued_on=date(2026, 11, 2))

    problem = mapped.problem(document)

    assert "dated 02 Nov 2026" in problem.message
    assert "locked up to 02 Nov 2026" in problem.message
    assert (problem.screen, problem.waits_for) == ("xero", "xero:lock")


def test_a_currency_that_was_not_added_in_xero_is_named(mapped):
    mapped.currency("USD")
    assert mapped.resolve(mapped.document(line(tax_code="VAT20"), number="1", currency="USD"))
    document = mapped.document(line(tax_code="VAT20"), currency="EUR")

    problem = mapped.problem(document)

    assert problem.message == (
        "INV-1 was not sent: it is in EUR, but Demo Company (UK) keeps its books in GBP and has "
        "not added EUR."
    )
    assert problem.remedy == "Add EUR in Xero under Settings, Currencies, then press Retry."
    assert problem.waits_for == "xero:currency:EUR"


def test_our_rate_goes_with_another_currency_and_not_with_the_books_own(mapped):
    mapped.currency("USD")
    foreign = mapped.document(
        line(tax_code="VAT20"), number="1", currency="USD", currency_rate="1.25"
    )
    own = mapped.document(line(tax_code="VAT20"), number="2", currency_rate="1")

    assert mapped.resolve(foreign).currency_rate == Decimal("1.25")
    assert mapped.resolve(own).currency_rate is None


@pytest.mark.parametrize(
    ("kind", "number", "told"),
    [
        (Kind.SALES_INVOICE, "INV-1", "Xero approves no sales invoice below zero."),
        (Kind.SUPPLIER_CREDIT_NOTE, "SC-1", "Xero approves no supplier credit note below zero."),
    ],
)
def test_a_total_below_zero_is_held_back(mapped, kind, number, told):
    document = mapped.document(
        line(tax_code="VAT20", quantity="-1"), number=number, kind=kind, total="-12.00"
    )

    problem = mapped.problem(document)

    assert problem.code == "below_zero"
    assert problem.message == f"{number} was not sent: it comes to -12.00 GBP, and {told}"


def test_a_total_of_zero_is_sent(mapped):
    document = mapped.document(
        line(tax_code="VAT20", quantity="-1"), line(tax_code="VAT20", quantity="1")
    )

    assert len(mapped.resolve(document).lines) == 2


def test_totals_that_xero_would_make_otherwise_are_held_back(mapped):
    mapped.rate("RROUTPUT", "5")
    mapped.map(mapped.workspace.tax_codes.get(code="VAT20"), "RROUTPUT")
    document = mapped.document(line(tax_code="VAT20", unit_price="10"))

    problem = mapped.problem(document)

    code = mapped.workspace.tax_codes.get(code="VAT20")
    assert (problem.code, problem.waits_for) == ("totals", f"tax:{code.pk}:sales")
    assert problem.message == (
        "INV-1 was not sent: line 1 bears 20% of tax here by VAT20, but RROUTPUT 5%, chosen for "
        "VAT20 on sales, makes 5% in Xero."
    )
    assert problem.remedy.startswith("Choose a tax rate of 20% for VAT20 on sales under")


def test_every_problem_of_a_document_is_told_at_once(mapped):
    make_tax_code(mapped.workspace, "NEW", "20")
    document = mapped.document(
        line(tax_code="NEW", item_code="TEA", tracking=[("Region", "North")]),
        line(tax_code="VAT20", account_code="999"),
        currency="USD",
        total="24.01",
    )

    with pytest.raises(Unresolved) as caught:
        mapped.resolve(document)

    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["currency", "tax_not_mapped", "tracking", "account", "rounding"]
    assert str(caught.value) == (
        "INV-1 was not sent: it is in USD, but Demo Company (UK) keeps its books in GBP and has "
        "not added USD; line 1 (TEA) has tax code NEW, which has no tax mapping; line 1 (TEA) "
        "names the tracking category Region, which is not active in Demo Company (UK); account "
        "999 on line 2 does not exist in Demo Company (UK); its source says 24.01 USD, which is "
        "+0.01 beside the sum of its lines."
    )


def test_a_thousand_equal_causes_are_told_in_a_sentence_of_bearable_length(mapped):
    document = mapped.document(*[line()] * 1000)

    with pytest.raises(Unresolved) as caught:
        mapped.resolve(document)

    assert len(caught.value.problems) == 1000
    assert str(caught.value).endswith("; and 990 more like these.")
    assert len(str(caught.value)) < 1500


def test_errors_stand_before_questions(mapped):
    error = Problem("b", "X was not sent: b.", "")
    question = Problem("a", "X was not sent: a.", "", is_question=True, details={"theirs": {}})

    assert [one.code for one in Unresolved([question, error, error]).problems] == ["b", "a"]


def test_the_json_of_a_problem_is_stable():
    problem = Problem("tax_type", "No.", "Do.", "tax-mapping", "tax:1:sales")

    assert problem.to_json() == {
        "code": "tax_type",
        "message": "No.",
        "remedy": "Do.",
        "screen": "tax-mapping",
        "waits_for": "tax:1:sales",
        "details": {},
        "is_question": False,
    }


@pytest.mark.parametrize("number", ["A  1", "A\u200b1", " A1", "é" * 255])
def test_a_number_that_could_not_be_found_again_is_refused(mapped, number):
    document = mapped.document(line(tax_code="VAT20"))
    document.number = number

    assert mapped.problem(document).code == "number"


def test_more_documents_cost_no_more_queries(mapped):
    template = make_template(mapped.workspace, "Exports", tax_code="VAT20")
    few = [_stored(mapped, template.name, index) for index in range(2)]
    many = few + [_stored(mapped, template.name, index) for index in range(2, 12)]

    with CaptureQueriesContext(connection) as for_few:
        _resolve_all(mapped, few)
    with CaptureQueriesContext(connection) as for_many:
        _resolve_all(mapped, many)

    assert len(for_many) == len(for_few)


def _stored(mapped, template: str, index: int) -> int:
    code = f"ITEM-{index}"
    make_item(mapped.workspace, code, tax_code="VAT20")
    document = make_document(
        mapped.workspace,
        number=f"INV-{index}",
        currency="GBP",
        template=template,
        tax_basis=TaxBasis.NONE,
        lines=[line(item_code=code), line(item_code=f"UNKNOWN-{index}", tax_code="VAT20")],
    )
    return document.pk


def _resolve_all(mapped, document_ids: list[int]) -> None:
    documents = Document.objects.filter(pk__in=document_ids).prefetch_related("lines")
    resolver = Resolver.of(mapped.organisation, documents)
    for document in documents:
        resolver.check(document, list(document.lines.all()))
