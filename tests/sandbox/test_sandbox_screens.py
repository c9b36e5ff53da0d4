import html

import pytest
from books_client import UK, approved, draft

SALES = f"/org/{UK}/sales"


def text_of(answer):
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def test_the_first_page_leads_to_every_organisation(http, books):
    page = text_of(http.get("/"))

    assert "Demo Company (UK)" in page
    assert f"{SALES}?tab=drafts" in page


def test_drafts_and_approved_invoices_are_on_their_tabs(http, books):
    books.create(draft("DRAFT-1"), approved("OPEN-1"))

    drafts = text_of(http.get(f"{SALES}?tab=drafts"))
    awaiting = text_of(http.get(f"{SALES}?tab=awaiting"))

    assert "DRAFT-1" in drafts
    assert "OPEN-1" not in drafts
    assert "OPEN-1" in awaiting
    assert "12.00" in drafts


def test_a_tab_is_searched_and_paged(http, books):
    books.create(*[draft(f"N-{number:03d}", Date="2026-01-01") for number in range(60)])
    books.create(draft("X", Contact={"Name": "Zoë Quill"}, Date="2026-01-01"))

    first = text_of(http.get(SALES))
    second = text_of(http.get(f"{SALES}?tab=drafts&page=2"))
    found = text_of(http.get(f"{SALES}?tab=drafts&search=zoe"))

    assert "61 documents, page 1 of 2" in first
    assert "N-000" in second
    assert "N-059" not in second
    assert "Zoë Quill" in found
    assert "N-001" not in found


def test_a_document_shows_lines_totals_and_the_link_back(http, books):
    [made] = books.create(draft("D-1", Url="https://a.example/d/1", Reference="PO 7"))

    page = text_of(http.get(f"/org/{UK}/invoices/{made['InvoiceID']}"))

    for shown in (
        "D-1",
        "Ann Archer",
        "PO 7",
        "Tea",
        ">10.00<",
        ">1<",
        "OUTPUT2",
        "12.00",
        "https://a.example/d/1",
    ):
        assert shown in page


@pytest.mark.parametrize(
    ("make", "action", "status"),
    [(draft, "approve", None), (draft, "delete", "DELETED"), (approved, "void", "VOIDED")],
)
def test_a_person_approves_deletes_and_voids_by_the_rules_of_the_api(
    http, books, make, action, status
):
    [made] = books.create(make("P-1"))
    address = f"/org/{UK}/invoices/{made['InvoiceID']}"

    answer = http.post(f"{address}/{action}")

    stored = books.get("Invoices/P-1").json()["Invoices"][0]["Status"]
    if status is None:  # it has no due date
        assert answer.status_code == 409
        assert "The document DueDate field must be specified" in answer.text
        assert stored == "DRAFT"
    else:
        assert (answer.status_code, answer.headers["Location"]) == (303, address)
        assert stored == status


def test_only_the_buttons_that_the_status_allows_are_there(http, books):
    [made] = books.create(approved("P-2"))

    page = text_of(http.get(f"/org/{UK}/invoices/{made['InvoiceID']}"))

    assert ">Void</button>" in page
    assert ">Delete</button>" not in page
    assert ">Approve</button>" not in page


def test_everything_from_outside_is_escaped(http, books):
    nasty = '"><script>alert(1)</script>'
    [made] = books.create(
        draft(nasty, Reference=nasty, LineItems=[{"Description": nasty}]),
    )

    pages = [
        http.get(f"{SALES}?tab=drafts"),
        http.get(SALES, params={"search": nasty}),
        http.get(f"/org/{UK}/invoices/{made['InvoiceID']}"),
        http.get("/identity/connect/authorize", params={"redirect_uri": nasty}),
    ]

    for page in pages:
        assert "<script>" not in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/org/nowhere/sales",
        f"/org/{UK}/invoices/nothing",
        f"/org/{UK}/elsewhere",
    ],
)
def test_what_is_not_there_is_404(http, path):
    assert http.get(path).status_code == 404


@pytest.mark.parametrize("query", ["tab=%00", "page=x", "page=-1", "page=" + "9" * 300, "tab=<b>"])
def test_odd_addresses_show_a_page_all_the_same(http, query):
    assert http.get(f"{SALES}?{query}").status_code == 200
