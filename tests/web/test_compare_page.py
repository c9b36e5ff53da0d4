"""The page Compare: the period and the kind in its address, its sums, its file and its data."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from factories import line, make_document, make_member, make_party
from tallystick.mirror.models import MirroredDocument
from tallystick.sync.models import Link, LinkState, PulledKind, Reading
from tallystick.workspaces.models import Role

_NOVEMBER = "?since=2026-11-01&until=2026-11-30"


@pytest.fixture
def there(organisation):
    """Put an invoice into the mirror, as the pull would."""

    def put(document=None, *, number: str = "INV-X", **given: object) -> MirroredDocument:
        values = {
            "number": document.number if document else number,
            "contact_name": document.party.name if document else "Somebody",
            "total": document.total if document else Decimal("9.00"),
            "tax": document.tax if document else Decimal(0),
            "currency": "NZD",
            "issued_on": document.issued_on if document else date(2026, 11, 3),
            **given,
        }
        values.setdefault("outstanding", values["total"])
        found = MirroredDocument.objects.create(
            organisation=organisation, xero_id=uuid.uuid4(), endpoint="Invoices", type="ACCREC",
            status="AUTHORISED", read_at="2026-11-30T00:00Z", noticed_at="2026-11-30T00:00Z",
            digest=b"", raw=b"", **values,
        )  # fmt: skip
        found.lines.create(position=1, amount=values["total"])
        if document:
            Link.objects.filter(document=document).update(
                xero_id=found.xero_id, state=LinkState.SYNCED, xero_status="AUTHORISED"
            )
        return found

    return put


@pytest.fixture
def read(organisation) -> Reading:
    return Reading.objects.create(
        organisation=organisation,
        kind=PulledKind.INVOICES,
        whole_at="2026-11-30T00:00Z",
        last_at="2026-11-30T00:00Z",
    )


@pytest.fixture
def both(workspace, organisation, there, read) -> None:
    """One equal, one that differs, one only here, one only there."""
    party = make_party(workspace, "Harbour Cafe")
    documents = [
        make_document(
            workspace, number=number, party=party, lines=[line(unit_price="20")], submitted=True
        )
        for number in ("SAME", "OTHER", "HERE")
    ]
    there(documents[0])
    there(documents[1], total=Decimal("25.00"))
    Link.objects.filter(document=documents[2]).update(state=LinkState.WAITING)
    there(number="THERE")


def test_the_page_tells_each_record_of_the_period_and_what_to_do(browser, both, address) -> None:
    text = browser.get(address("compare") + _NOVEMBER).text

    for said in ("SAME", "OTHER", "HERE", "THERE", "Total, outstanding, lines.", "Not sent yet."):
        assert said in text
    assert 'value="send:' in text
    assert "Open in Xero" in text


def test_the_sums_have_count_and_money_of_each_side(browser, both, address) -> None:
    text = browser.get(address("compare-sums") + _NOVEMBER).text

    assert "3 records do not agree" in text
    assert text.count("25.00") == 1
    assert "verdict=differs" in text


def test_the_verdict_kind_and_period_stay_in_the_address(browser, both, address) -> None:
    shown = browser.get(address("compare") + _NOVEMBER + "&verdict=differs")

    assert [one.row.number_here for one in shown.context["rows"]] == ["OTHER"]
    assert "since=2026-11-01&amp;until=2026-11-30&amp;verdict=differs&amp;kind=bill" in shown.text
    assert browser.get(address("compare") + "?since=2026-12-01").context["rows"] == []


def test_the_file_has_every_row_and_the_data_says_the_same(browser, both, address) -> None:
    file = b"".join(browser.get(address("compare-export") + _NOVEMBER).streaming_content).decode()
    told = browser.get(address("compare-json") + _NOVEMBER + "&kind=sales_invoice").json()

    lines = file.splitlines()
    assert len(lines) == 5
    assert any(one.startswith('Differs,"total, outstanding, lines"') for one in lines)
    [part] = told["kinds"]
    assert (told["is_equal"], part["differing"]) == (False, 3)
    assert {one["verdict"]: one["count"] for one in part["sums"]} == {
        "differs": 1, "only_here": 1, "only_there": 1, "equal": 1,
    }  # fmt: skip
    assert {one["verdict"] for one in part["rows"]} == {"differs", "only_here", "only_there"}


def test_what_was_not_seen_is_said_before_all_else(browser, both, read, address) -> None:
    Reading.objects.filter(pk=read.pk).update(off_at="2026-11-30T00:00Z", off_reason="No right.")

    text = browser.get(address("compare") + _NOVEMBER).text

    assert "Invoices and bills are not read any more: No right." in text
    assert "Nothing is said below of what was not seen." in text


def test_send_queues_one_record(browser, both, address) -> None:
    link = Link.objects.get(document__number="HERE")
    form = {"kind": "sales_invoice", "act": f"send:{link.document_id}"}

    said = browser.post(address("compare-act"), form, follow=True).text

    link.refresh_from_db()
    assert link.state == LinkState.QUEUED
    assert "1 invoice, 20.00 NZD queued for Xero." in said
    assert browser.post(address("compare-act"), {**form, "act": "void:1"}).status_code == 400
    assert browser.post(address("compare-act"), {**form, "kind": "x"}).status_code == 400


def test_a_viewer_sees_it_all_and_mends_nothing(workspace, signed_in, both, address) -> None:
    viewer = signed_in(make_member(workspace, Role.VIEWER))
    link = Link.objects.get(document__number="HERE")

    text = viewer.get(address("compare") + _NOVEMBER).text
    answer = viewer.post(
        address("compare-act"), {"kind": "sales_invoice", "act": f"send:{link.document_id}"}
    )

    assert "OTHER" in text
    assert 'value="send:' not in text
    assert answer.status_code == 403
    link.refresh_from_db()
    assert link.state == LinkState.WAITING


def test_without_books_there_is_nothing_to_compare_with(browser, workspace) -> None:
    found = [
        browser.get(reverse(name, args=[workspace.slug]))
        for name in ("compare", "compare-sums", "compare-export", "compare-json")
    ]

    assert [one.status_code for one in found] == [200, 200, 200, 409]
    assert "Nothing to compare with" in found[0].text


def test_odd_addresses_begin_anew(browser, both, address) -> None:
    for odd in ("&after=x", "&before=2026-11-02~99999999999999999999", "&kind=x&verdict=y"):
        assert browser.get(address("compare") + _NOVEMBER + odd).status_code == 200
