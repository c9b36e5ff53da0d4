"""Xero's links into its own screens, as an application opens them in a person's browser."""

import pytest
from books_client import UK, draft

ENTRY = "/organisationlogin/default.aspx"


@pytest.fixture
def entered(http, books):
    """Open a path of Xero's in the UK demo company; return where it leads."""
    [organisation] = books.get("Organisation").json()["Organisations"]

    def enter(path: str, code: str = organisation["ShortCode"]):
        return http.get(f"{ENTRY}?shortcode={code}&redirecturl={path}", follow_redirects=False)

    return enter


def test_a_link_to_a_document_ends_on_its_page(http, books, entered):
    [made] = books.create(draft("D-1"))

    answer = entered(f"/AccountsReceivable/View.aspx?InvoiceID={made['InvoiceID']}")

    assert answer.headers["Location"] == f"/org/{UK}/invoices/{made['InvoiceID']}"
    assert "D-1" in http.get(answer.headers["Location"]).text


@pytest.mark.parametrize(
    ("folder", "screen"), [("AccountsReceivable", "sales"), ("AccountsPayable", "bills")]
)
def test_the_list_of_drafts_is_a_tab(http, entered, folder, screen):
    answer = entered(f"/{folder}/Search.aspx?invoiceStatus=INVOICESTATUS/DRAFT")

    assert answer.headers["Location"] == f"/org/{UK}/{screen}?tab=drafts"
    assert http.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("path", ["/Elsewhere.aspx", "//evil.example", "/org/x", ""])
def test_what_xero_does_not_have_leads_nowhere(entered, path):
    assert entered(path).status_code == 404


def test_another_short_code_leads_nowhere(entered):
    assert entered("/Contacts/View/x", code="!none").status_code == 404
