"""What is proposed for tax codes, from the rates of real demo companies and from odd ones."""

import csv
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from uuid import uuid4

import pytest

from factories import make_member, make_tax_code, make_workspace, owner_of
from mapping.conftest import Mapped
from tallystick.books.models import Charge, TaxCode
from tallystick.connections.models import Organisation
from tallystick.mapping.choices import choices_of
from tallystick.mapping.models import Direction, TaxMapping
from tallystick.mapping.proposing import propose_tax_type, rates_to_take, take_rates
from tallystick.mapping.proposing_accounts import propose_account, propose_method_account
from tallystick.mapping.services import MappingRefused
from tallystick.mirror.models import Account, TaxRate
from tallystick.workspaces.access import NotAllowed
from tallystick.workspaces.models import Role

pytestmark = pytest.mark.django_db

CURRENCIES = {"AU": "AUD", "NZ": "NZD", "UK": "GBP", "US": "USD", "Global": "USD"}
#: Where the stand-in's rates may stand, as its catalogue says.
FITS = {
    "sales": ["REVENUE", "LIABILITY"],
    "purchases": ["EXPENSE", "ASSET", "LIABILITY"],
    "both": ["REVENUE", "EXPENSE", "ASSET", "LIABILITY", "EQUITY"],
    "capital": ["ASSET"],
    "other": ["LIABILITY"],
}
Books = Callable[[str], Mapped]


def rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("xero_sandbox.organisations") / name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


@pytest.fixture
def books() -> Books:
    """Return the demo company of a country, with the rates and accounts of the stand-in's lists."""

    def of(country: str) -> Mapped:
        workspace = make_workspace(currency=CURRENCIES[country])
        organisation = Organisation.objects.create(
            workspace=workspace,
            tenant_id=uuid4(),
            name=f"Demo Company ({country})",
            currency=CURRENCIES[country],
        )
        found = Mapped(workspace, owner_of(workspace), organisation)
        for row in rows("tax_rates.csv"):
            if row["organisation"] == country:
                rate(found, row["tax_type"], row["name"], row["rate"], row["use"], row["status"])
        Account.objects.bulk_create(
            Account(
                organisation=organisation,
                xero_id=uuid4(),
                code=row["us_code"] if country == "US" else row["code"],
                name=row["name"],
                account_class=row["class"],
                type=row["type"],
                status="ACTIVE",
                system_account=row["system_account"],
                takes_payments=row["takes_payments"] == "yes",
                currency=CURRENCIES[country] if row["type"] == "BANK" else "",
            )
            for row in rows("accounts.csv")
        )
        return found

    return of


def rate(
    books: Mapped, tax_type: str, name: str, percent: str, use: str, status: str = "ACTIVE"
) -> TaxRate:
    return TaxRate.objects.create(
        organisation=books.organisation,
        tax_type=tax_type,
        name=name,
        effective_rate=Decimal(percent),
        can_apply_to=FITS[use],
        status=status,
    )


def code(books: Mapped, text: str, percent: str, name: str = "") -> TaxCode:
    made = make_tax_code(books.workspace, text, percent)
    TaxCode.objects.filter(pk=made.pk).update(name=name or text)
    made.refresh_from_db()
    return made


def proposed(books: Mapped, text: str, percent: str, name: str = "") -> tuple[str, str]:
    """Return the tax types proposed for a code of ours on sales and on purchases; empty for none."""
    made, choices = code(books, text, percent, name), choices_of(books.organisation)
    found = [propose_tax_type(made, direction, choices) for direction in Direction]
    sales, purchases = (one.value if one else "" for one in found)
    return sales, purchases


@pytest.mark.parametrize(
    ("country", "codes"),
    [
        ("NZ", """
            GST, 15, OUTPUT2, INPUT2
            Zero rated, 0, ZERORATED,
            No GST, 0, NONE, NONE
            Old GST, 12.5, ,
         """),
        ("AU", """
            GST, 10, OUTPUT, INPUT
            GST Free, 0, EXEMPTOUTPUT,
            GST free exports, 0, EXEMPTEXPORT,
            NONE, 0, NONE, NONE
            Input taxed, 0, INPUTTAXED, INPUTTAXED
         """),
        ("UK", """
            VAT20, 20, OUTPUT2, INPUT2
            VAT5, 5, RROUTPUT, RRINPUT
            ZERO, 0, ZERORATEDOUTPUT, ZERORATEDINPUT
            Exempt, 0, EXEMPTOUTPUT, EXEMPTINPUT
            NOVAT, 0, NONE, NONE
            Reverse charge, 20, DRCHARGE20,
            VAT0, 0, ,
         """),
        ("US", """
            TAX925, 9.25, OUTPUT,
            Tax exempt, 0, NONE, NONE
            TX-GOODS, 8.75, TAX001, TAX001
         """),
        ("Global", """
            CONSULT, 8.25, OUTPUT, INPUT
            GOODS, 8.75, TAX001, TAX001
         """),
    ],
)  # fmt: skip
def test_a_code_is_proposed_the_rate_of_its_percentage_side_and_treatment(
    books: Books, country: str, codes: str
) -> None:
    company = books(country)

    for text, percent, *expected in csv.reader(codes.strip().splitlines(), skipinitialspace=True):
        found = proposed(company, text.strip(), percent)
        assert (text.strip(), *found) == (text.strip(), *expected)


def test_a_code_called_as_the_rate_is_proposed_it_and_not_on_the_other_side(books: Books) -> None:
    uk = books("UK")

    made = code(uk, "20% (VAT on Income)", "20")

    choices = choices_of(uk.organisation)
    on_sales = propose_tax_type(made, Direction.SALES, choices)
    assert on_sales is not None
    assert (on_sales.value, on_sales.reason) == ("OUTPUT2", "same name and rate, 20%")
    assert propose_tax_type(made, Direction.PURCHASES, choices) is None


def test_the_reason_names_rate_and_side(books: Books) -> None:
    nz = books("NZ")
    choices = choices_of(nz.organisation)

    plain = propose_tax_type(code(nz, "GST", "15"), Direction.SALES, choices)
    zero = propose_tax_type(code(nz, "ZERO", "0"), Direction.SALES, choices)

    assert plain is not None
    assert plain.reason == "same rate, 15%, on sales"
    assert zero is not None
    assert zero.reason == "same rate, 0%, on sales, zero-rated"


def test_between_two_that_fit_equally_well_none_is_proposed_and_the_reason_names_them(
    mapped: Mapped,
) -> None:
    TaxRate.objects.all().delete()
    rate(mapped, "OUTPUT2", "20% (VAT on Income)", "20", "sales")
    rate(mapped, "TAX001", "VAT for the shop", "20", "sales")

    found = propose_tax_type(
        code(mapped, "V20", "20"), Direction.SALES, choices_of(mapped.organisation)
    )

    assert found is not None
    assert not found.is_sure
    assert found.reason == (
        "No proposal: 20% (VAT on Income) and VAT for the shop fit equally well. Choose one."
    )


def test_of_two_duplicates_the_one_called_alike_is_proposed(mapped: Mapped) -> None:
    TaxRate.objects.all().delete()
    rate(mapped, "OUTPUT2", "20% (VAT on Income)", "20", "sales")
    rate(mapped, "TAX001", "VAT for the shop", "20", "sales")

    assert proposed(mapped, "SHOP20", "20", "Sales in the shop")[0] == "TAX001"


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        # Renamed: the tax type still tells the side.
        ([("OUTPUT2", "Moms 25", "25", "both"), ("INPUT2", "Moms 25 b", "25", "both")], "MOMS25",
         ("OUTPUT2", "INPUT2")),
        # Without a word that we know, the accounts that it may stand with do.
        ([("TAX007", "TVA collectée", "20", "sales"), ("TAX008", "TVA déductible", "20",
          "purchases")], "TVA20", ("TAX007", "TAX008")),
        # No rate for sales at all.
        ([("INPUT2", "20% (VAT on Expenses)", "20", "purchases")], "VAT20", ("", "INPUT2")),
        # Archived ones are not offered.
        ([("OUTPUT2", "20% (VAT on Income)", "20", "sales")], "-ARCHIVED", ("", "")),
        # A reverse charge is not what a plain code means, were it the only one.
        ([("DRCHARGE20", "Domestic Reverse Charge @ 20% (VAT on Income)", "20", "sales")],
         "VAT20", ("", "")),
    ],
)  # fmt: skip
def test_odd_sets_of_rates(
    mapped: Mapped, names: list[tuple[str, str, str, str]], text: str, expected: tuple[str, str]
) -> None:
    TaxRate.objects.all().delete()
    for each in names:
        rate(mapped, *each, status="DELETED" if text == "-ARCHIVED" else "ACTIVE")
    TaxCode.objects.all().delete()

    assert proposed(mapped, text, names[0][2]) == expected


@pytest.mark.parametrize(
    ("country", "count", "mapped_codes"),
    [("NZ", 4, 5), ("AU", 7, 9), ("UK", 19, 21), ("US", 4, 6), ("Global", 4, 6)],
)
def test_a_workspace_without_codes_takes_the_rates_and_has_them_mapped(
    books: Books, country: str, count: int, mapped_codes: int
) -> None:
    company = books(country)
    offers = rates_to_take(company.organisation)
    tax_types = [offer.rate.tax_type for offer in offers]

    made = take_rates(organisation=company.organisation, tax_types=tax_types, actor=company.owner)
    again = take_rates(organisation=company.organisation, tax_types=tax_types, actor=company.owner)

    assert (len(made), again) == (count, [])
    assert TaxMapping.objects.filter(organisation=company.organisation).count() == mapped_codes
    rates = {one.tax_type: one for one in TaxRate.objects.all()}
    for mapping in TaxMapping.objects.select_related("tax_code"):
        assert mapping.tax_code.rate == rates[mapping.tax_type].effective_rate
        assert mapping.tax_code.name == rates[mapping.tax_type].name


def test_rates_of_capital_imports_and_automatic_look_ups_are_left_for_a_person(
    books: Books,
) -> None:
    offered = {offer.rate.tax_type for offer in rates_to_take(books("UK").organisation)}
    in_us = {offer.rate.tax_type for offer in rates_to_take(books("US").organisation)}

    assert not offered & {"CAPEXINPUT2", "CAPEXOUTPUT2", "GSTONIMPORTS", "SROUTPUT"}
    assert "AVALARA" not in in_us


def test_a_rate_whose_name_is_too_long_for_a_code_goes_by_its_tax_type(books: Books) -> None:
    uk = books("UK")

    take_rates(organisation=uk.organisation, tax_types=["DRCHARGESUPPLY20"], actor=uk.owner)

    made = TaxCode.objects.get()
    assert made.code == "DRCHARGESUPPLY20"
    assert made.name == "Domestic Reverse Charge @ 20% (VAT on Expenses)"


def test_a_code_of_ours_with_that_name_and_another_rate_is_told_and_nothing_is_made(
    books: Books,
) -> None:
    nz = books("NZ")
    code(nz, "15% GST on Income", "12.5")

    with pytest.raises(MappingRefused, match=r"has 12\.5%, the rate of that name in Xero 15%"):
        take_rates(organisation=nz.organisation, tax_types=["INPUT2", "OUTPUT2"], actor=nz.owner)

    assert TaxCode.objects.count() == 1


def test_a_rate_that_is_gone_from_xero_meanwhile_is_refused(books: Books) -> None:
    nz = books("NZ")

    with pytest.raises(MappingRefused, match="does not offer the rate OUTPUT any more"):
        take_rates(organisation=nz.organisation, tax_types=["OUTPUT"], actor=nz.owner)


def test_only_who_may_map_takes_rates(books: Books) -> None:
    nz = books("NZ")

    with pytest.raises(NotAllowed):
        take_rates(
            organisation=nz.organisation,
            tax_types=["OUTPUT2"],
            actor=make_member(nz.workspace, Role.BOOKKEEPER),
        )


def account(books: Mapped, direction: Direction, charge: str) -> tuple[str, str] | None:
    found = propose_account(direction, charge, choices_of(books.organisation))
    return (found.value, found.reason) if found else None


@pytest.mark.parametrize(
    ("country", "sales", "purchases", "freight", "rounding"),
    [
        *((one, "200", "300", "425", "860") for one in ("NZ", "AU", "UK", "Global")),
        ("US", "400", "500", None, "260"),
    ],
)
def test_accounts_are_proposed_by_name_and_kind(
    books: Books, country: str, sales: str, purchases: str, freight: str | None, rounding: str
) -> None:
    company = books(country)

    assert account(company, Direction.SALES, "") == (sales, "called Sales, a revenue account")
    assert account(company, Direction.PURCHASES, "") == (
        purchases,
        "called Purchases, a direct costs account",
    )
    for direction in Direction:
        own = (rounding, "Xero's own account for it")
        assert account(company, direction, Charge.ROUNDING) == own
    # What customers pay for carriage is no cost, and there is no such income account.
    assert account(company, Direction.SALES, Charge.FREIGHT) is None
    bought = account(company, Direction.PURCHASES, Charge.FREIGHT)
    assert bought
    assert freight is None or bought[0] == freight


def test_two_accounts_of_the_same_name_are_told_and_none_is_proposed(mapped: Mapped) -> None:
    mapped.account("201", "Sales ")

    assert account(mapped, Direction.SALES, "") == (
        "",
        "No proposal: 200 Sales and 201 Sales fit equally well. Choose one.",
    )


def test_in_another_language_the_only_account_of_its_kind_is_proposed(mapped: Mapped) -> None:
    Account.objects.all().delete()
    mapped.account("8400", "Umsatzerlöse", type="REVENUE")
    mapped.account("4000", "Wareneinkauf", "EXPENSE", type="DIRECTCOSTS")
    mapped.account("4900", "Sonstiges", "EXPENSE", type="EXPENSE")

    assert account(mapped, Direction.SALES, "") == (
        "8400",
        "the only one of its kind, a revenue account",
    )
    assert account(mapped, Direction.PURCHASES, "") == (
        "4000",
        "the only one of its kind, a direct costs account",
    )


def test_archived_accounts_are_not_proposed(mapped: Mapped) -> None:
    Account.objects.filter(code="200").update(status="ARCHIVED")

    assert account(mapped, Direction.SALES, "") == (
        "",
        "No proposal: no account is plainly this one by its name. Choose one.",
    )


def test_payments_are_proposed_the_one_everyday_bank_account_and_clearing_by_name(
    books: Books,
) -> None:
    nz = books("NZ")
    nz.account("610", "Stripe Clearing", "ASSET", type="CURRENT", takes_payments=True)
    choices = choices_of(nz.organisation)
    known = {str(one.xero_id): one.name for one in Account.objects.all()}

    others = propose_method_account("", choices)
    stripe = propose_method_account("stripe", choices)

    assert others
    assert known[others.value] == "Business Bank Account"
    assert others.reason == "the only bank account besides 091 Business Savings Account"
    assert stripe
    assert known[stripe.value] == "Stripe Clearing"
    assert propose_method_account("cash", choices) is None


def test_between_two_bank_accounts_none_is_proposed(books: Books) -> None:
    nz = books("NZ")
    nz.account("092", "Second Bank", "ASSET", type="BANK", currency="NZD")
    nz.account("093", "Dollar account", "ASSET", type="BANK", currency="USD")

    found = propose_method_account("", choices_of(nz.organisation))

    assert found
    assert not found.is_sure
    assert "090 Business Bank Account and 092 Second Bank" in found.reason


def test_names_that_would_be_patterns_are_compared_as_they_are(books: Books) -> None:
    assert propose_method_account("card (.*", choices_of(books("NZ").organisation)) is None


@pytest.mark.parametrize("country", ["AU", "NZ", "Global"])
def test_the_rates_as_recorded_from_real_demo_companies_give_the_same(
    mapped: Mapped, country: str
) -> None:
    path = Path(__file__).parents[2] / "../shared/data/xero-demo-tax-rates.csv"
    if not path.exists():
        pytest.skip("needs the recorded rates beside the project")
    TaxRate.objects.all().delete()
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["Organisation"] == country:
                use = {("true", "true"): "both", ("true", "false"): "sales"}.get(
                    (row["CanApplyToRevenue"], row["CanApplyToExpenses"]),
                    "purchases" if row["CanApplyToExpenses"] == "true" else "other",
                )
                rate(mapped, row["TaxType"], row["Name"], row["EffectiveRate"], use, row["Status"])
    standard = {"AU": ("10", "OUTPUT"), "NZ": ("15", "OUTPUT2"), "Global": ("8.25", "OUTPUT")}

    percent, tax_type = standard[country]

    assert proposed(mapped, "STD", percent)[0] == tax_type
