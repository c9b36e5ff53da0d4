"""Tax codes that a file names and the workspace lacks are asked about once, on the import's page."""

import io
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from background_work import work_off
from factories import make_member, make_tax_code, make_workspace, owner_of
from tallystick.books.models import Document, Item, Party, TaxCode
from tallystick.connections.models import Connection, ConnectionStatus, Organisation
from tallystick.importing.example import example
from tallystick.importing.formats.plain import SIMPLE
from tallystick.importing.models import Upload, UploadState
from tallystick.importing.run import import_file
from tallystick.mapping.choices import choices_of
from tallystick.mapping.models import TaxMapping
from tallystick.mapping.naming import name_tax_codes, propose_for_name
from tallystick.mapping.services import MappingRefused
from tallystick.mirror.models import TaxRate
from tallystick.workspaces.models import Role

HEADER = "number,party_name,issued_on,item_code,description,quantity,unit_price,tax_code"
XERO = "*ContactName,*InvoiceNumber,*InvoiceDate,*DueDate,*Description,*Quantity,*UnitAmount,"
XERO += "*AccountCode,*TaxType"


@pytest.fixture(autouse=True)
def _own_directory(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def workspace(db):
    return make_workspace(currency="AUD")


@pytest.fixture
def browser(workspace):
    client = Client()
    client.force_login(owner_of(workspace))
    return client


@pytest.fixture
def organisation(workspace):
    """Demo Company (AU) with the rates that lines bear there."""
    organisation = Organisation.objects.create(
        workspace=workspace, tenant_id=uuid4(), name="Demo Company (AU)", currency="AUD"
    )
    Connection.objects.create(
        workspace=workspace, organisation=organisation, status=ConnectionStatus.CONNECTED
    )
    for tax_type, name, rate, fits in (
        ("OUTPUT", "GST on Income", "10", ["REVENUE"]),
        ("INPUT", "GST on Expenses", "10", ["EXPENSE"]),
        ("EXEMPTOUTPUT", "GST Free Income", "0", ["REVENUE"]),
        ("NONE", "No GST", "0", ["REVENUE", "EXPENSE"]),
    ):
        TaxRate.objects.create(
            organisation=organisation,
            tax_type=tax_type,
            name=name,
            status="ACTIVE",
            effective_rate=Decimal(rate),
            can_apply_to=fits,
        )
    return organisation


@pytest.fixture
def send(browser, workspace):
    """Upload text through the page, have it checked; return the upload and its page's context."""

    def send(text: str):
        file = SimpleUploadedFile("sales.csv", text.encode())
        answer = browser.post(reverse("import", args=[workspace.slug]), {"file": file})
        assert answer.status_code == 302
        work_off()
        return Upload.objects.latest("pk")

    return send


def page(browser, upload, name="import-upload"):
    return browser.get(reverse(name, args=[upload.workspace.slug, upload.pk]))


def press(browser, upload, name: str, **fields: str) -> str:
    """Press a button of the upload's page, have the work done; return the page after it."""
    address = reverse(name, args=[upload.workspace.slug, upload.pk])
    said = browser.post(address, fields, follow=True).text
    work_off()
    upload.refresh_from_db()
    return said


def as_shown(browser, upload) -> dict[str, str]:
    form = page(browser, upload).context["asked"]
    return {field.name: field.value() or "" for field in form}


def rows(*codes: str) -> str:
    lines = [f"{n},Cafe {n},2026-11-02,TEA,Tea,1,100,{code}" for n, code in enumerate(codes)]
    return "\n".join([HEADER, *lines])


def test_unknown_codes_are_proposed_from_xeros_rates_and_one_press_adds_and_maps_them(
    browser, workspace, organisation, send
):
    upload = send(rows("GST on Income", "gst10", "GST Free", "GST Free"))
    shown = page(browser, upload).text
    assert "3 tax codes of the file are not known here." in shown
    assert "called the same in Xero" in shown
    assert not TaxCode.objects.exists()

    said = press(browser, upload, "import-tax-codes", **as_shown(browser, upload))

    assert "3 tax codes were made." in said
    assert upload.report["unknown_tax_codes"] == {}
    assert upload.report["documents"] == 4
    mapped = TaxMapping.objects.filter(direction="sales")
    assert dict(mapped.values_list("tax_code__code", "tax_type")) == {
        "GST on Income": "OUTPUT",
        "gst10": "OUTPUT",
        "GST Free": "EXEMPTOUTPUT",
    }
    press(browser, upload, "import-act", act="start")
    assert upload.state == UploadState.DONE
    assert sorted(Document.objects.values_list("total", flat=True)) == [100, 100, 110, 110]


def test_before_connecting_percentages_are_asked_and_xeros_rate_later(browser, workspace, send):
    upload = send(rows("HOUSE", "HOUSE"))
    assert "Say of how many percent it is" in page(browser, upload).text

    wrong = press(browser, upload, "import-tax-codes", **{"name-0": "ten"})
    assert "Enter the rate of HOUSE in percent, such as 20. Nothing was made." in wrong
    press(browser, upload, "import-tax-codes", **{"name-0": "7.5 %"})

    assert TaxCode.objects.get().rate == Decimal("7.5")
    assert upload.report["documents"] == 2
    assert not TaxMapping.objects.exists()


def test_a_name_that_says_nothing_is_asked_without_a_proposal_and_not_guessed(
    browser, workspace, organisation, send
):
    TaxRate.objects.create(
        organisation=organisation,
        tax_type="TAX001",
        name="Luxury",
        status="ACTIVE",
        effective_rate=Decimal(25),
        can_apply_to=["REVENUE"],
    )
    upload = send(rows("HOUSE"))

    said = press(browser, upload, "import-tax-codes", **as_shown(browser, upload))

    assert "Say of every code what it is; nothing was made." in said
    assert not TaxCode.objects.exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GST on Income", "OUTPUT"),
        ("output", "OUTPUT"),
        ("INPUT", "INPUT"),
        ("GST 10%", "OUTPUT"),
        ("TAX", "OUTPUT"),
        ("No GST", "NONE"),
        ("VAT20", None),
        ("2 x 10", None),
        ("GST 5%", None),
    ],
)
def test_proposals_for_names(organisation, name, expected):
    found = propose_for_name(name, choices_of(organisation))

    assert (found.value if found else None) == expected


def test_a_second_press_makes_nothing_twice(browser, workspace, organisation, send):
    upload = send(rows("GST on Income"))
    given = as_shown(browser, upload)
    press(browser, upload, "import-tax-codes", **given)

    again = press(browser, upload, "import-tax-codes", **given)

    assert "Nothing is asked about this file any more." in again
    assert TaxCode.objects.count() == 1


def test_names_of_what_is_here_meanwhile_are_left_alone(workspace, organisation):
    make_tax_code(workspace, "GST on Income", "10")

    made = name_tax_codes(
        workspace=workspace,
        organisation=organisation,
        given={"GST on Income": "NONE"},
        actor=owner_of(workspace),
    )

    assert made == []


def test_a_rate_that_xero_does_not_offer_is_refused_and_nothing_is_made(workspace, organisation):
    with pytest.raises(MappingRefused, match="Choose what B is"):
        name_tax_codes(
            workspace=workspace,
            organisation=organisation,
            given={"A": "OUTPUT", "B": "GONE"},
            actor=owner_of(workspace),
        )

    assert not TaxCode.objects.exists()


def test_a_bookkeeper_adds_the_codes_and_the_mapping_waits_for_who_may(workspace, organisation):
    name_tax_codes(
        workspace=workspace,
        organisation=organisation,
        given={"A": "OUTPUT"},
        actor=make_member(workspace, Role.BOOKKEEPER),
    )

    assert TaxCode.objects.get().rate == 10
    assert not TaxMapping.objects.exists()


def test_hostile_names_are_shown_as_they_are_and_counted_to_a_bound(browser, workspace, send):
    upload = send(rows("<b>x</b>", *(f"N{chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(60))))

    shown = page(browser, upload)

    assert "&lt;b&gt;x&lt;/b&gt;" in shown.text
    assert len(upload.report["unknown_tax_codes"]) == 50


def test_xeros_own_template_is_asked_the_same_way(browser, workspace, organisation, send):
    upload = send(f"{XERO}\nCafe,INV-1,2/11/2026,2/12/2026,Tea,1,100,200,GST on Income")

    press(browser, upload, "import-tax-codes", **as_shown(browser, upload))
    press(browser, upload, "import-act", act="start", submit="yes")

    assert Document.objects.get().total == 110


@pytest.mark.parametrize("connected", [True, False])
def test_our_template_is_imported_on_a_new_workspace_as_it_is_downloaded(
    browser, workspace, request, send, connected
):
    if connected:
        organisation = request.getfixturevalue("organisation")
        name_tax_codes(
            workspace=workspace,
            organisation=organisation,
            given={"GST on Income": "OUTPUT"},
            actor=owner_of(workspace),
        )
    address = reverse("import-template", args=[workspace.slug])
    assert address in browser.get(reverse("import", args=[workspace.slug])).text
    downloaded = browser.get(address)
    assert downloaded["Content-Disposition"].endswith('"tallystick-template.csv"')

    upload = send(downloaded.content.decode())
    press(browser, upload, "import-act", act="start", submit="yes")

    assert (upload.report["documents"], upload.report["bad_row_count"]) == (2, 0)
    assert Party.objects.count() == 2
    assert Item.objects.count() == 3
    totals = sorted(Document.objects.values_list("total", flat=True))
    untaxed = [Decimal("17.00"), Decimal("27.60")]
    assert totals == ([Decimal("18.70"), Decimal("30.36")] if connected else untaxed)


def test_the_template_holds_every_column_that_we_read(workspace):
    text = example(tax_code="", today=date(2026, 11, 2))

    assert text.splitlines()[0].split(",") == list(SIMPLE.columns.values())
    report = import_file(
        workspace=workspace, actor=None, source=io.BytesIO(text.encode()), dry_run=True
    )
    assert (report.format, report.documents) == ("tallystick", 2)
