"""Manual journals: what a person posts by hand (UK demo company)."""

import pytest
from books_client import connect
from test_sandbox_journals import SCOPES, amounts, journals


@pytest.fixture
def books(http):
    scopes = f"{SCOPES} accounting.attachments accounting.reports.trialbalance.read"
    return connect(http, scope=scopes)


def entry(*amounts, **changes):
    """A posted journal that moves `amounts` between consulting and office expenses."""
    codes = ["412", "453", "461"]
    lines = [
        {"LineAmount": amount, "AccountCode": code, "Description": f"Part {code}"}
        for amount, code in zip(amounts or (100, -100), codes, strict=False)
    ]
    body = {"Narration": "Recode", "Date": "2026-10-31", "Status": "POSTED"}
    return body | {"JournalLines": lines} | changes


def make(books, **changes):
    return books.one("PUT", "ManualJournals", entry(**changes))


def test_a_journal_is_posted_and_read_back(books):
    made = make(books, Url="https://books.example/1")
    read = books.one("GET", f"ManualJournals/{made['ManualJournalID']}")
    [page] = books.get("ManualJournals?page=1").json()["ManualJournals"]
    [listed] = books.get("ManualJournals").json()["ManualJournals"]

    assert list(made) == [
        "Date", "Status", "LineAmountTypes", "UpdatedDateUTC", "ManualJournalID", "Narration",
        "JournalLines", "Url", "ShowOnCashBasisReports",
    ]  # fmt: skip
    assert (made["Status"], made["LineAmountTypes"]) == ("POSTED", "NoTax")
    debit = read["JournalLines"][0]
    assert debit | {"AccountID": ""} == {
        "Description": "Part 412",
        "TaxType": "NONE",
        "TaxAmount": 0,
        "LineAmount": 100,
        "AccountCode": "412",
        "Tracking": [],
        "AccountID": "",
        "IsBlank": False,
    }
    assert read == page
    assert listed == page | {"JournalLines": []}
    assert read["HasAttachments"] is False


def test_only_a_posted_journal_is_in_the_ledger_until_it_is_voided(books):
    made = make(books, Status="DRAFT")
    path = f"ManualJournals/{made['ManualJournalID']}"
    drafted = journals(books)
    books.one("POST", path, {"Status": "POSTED"})
    [posted] = journals(books)
    books.one("POST", path, {"Status": "VOIDED"})

    assert drafted == []
    assert (posted["SourceType"], posted["SourceID"]) == ("MANJOURNAL", made["ManualJournalID"])
    assert amounts(posted) == {"412": 100, "453": -100}
    assert amounts(journals(books)[1]) == {"412": -100, "453": 100}


def test_tax_is_posted_to_the_tax_account(books):
    lines = [
        {"LineAmount": 100, "AccountCode": "412", "TaxType": "INPUT2"},
        {"LineAmount": -120, "AccountCode": "850", "TaxType": "NONE"},
    ]
    exclusive = make(books, LineAmountTypes="Exclusive", JournalLines=lines)
    lines[0] |= {"LineAmount": 120}
    make(books, LineAmountTypes="Inclusive", JournalLines=lines)

    first, second = journals(books)

    assert amounts(first) == amounts(second) == {"412": 100, "850": -120, "820": 20}
    assert first["JournalLines"][0]["GrossAmount"] == 120
    read = books.one("GET", f"ManualJournals/{exclusive['ManualJournalID']}")
    assert [one["TaxAmount"] for one in read["JournalLines"]] == [20, 0]


@pytest.mark.parametrize("status", ["DRAFT", "POSTED"])
def test_debits_must_equal_credits(books, status):
    refused = books.errors("PUT", "ManualJournals", entry(100, -10.005, Status=status))

    assert refused == ["The total debits (100.00) must equal total credits (-10.01)"]
    assert journals(books) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Narration": ""}, "The Narration must be specified."),
        ({"JournalLines": []}, "A manual journal must have at least two JournalLines."),
        ({"Status": "VOID"}, "The status 'VOID' cannot be applied to the document"),
        ({"Status": "VOIDED"}, "The status 'VOIDED' cannot be applied to the document"),
        ({"LineAmountTypes": "Gross"}, "The LineAmountTypes Gross is not valid."),
    ],
)
def test_what_a_journal_cannot_be(books, changes, words):
    assert words in books.errors("PUT", "ManualJournals", entry(**changes))


@pytest.mark.parametrize(
    ("line_changes", "words"),
    [
        *(
            ({"AccountCode": code}, f"Account code '{code}' is not a valid code for this document.")
            for code in ("090", "610", "800", "630", "999")
        ),
        ({"AccountCode": None}, "Account code must be specified"),
        ({"LineAmount": None}, "A journal line must have a LineAmount."),
        ({"LineAmount": 1e10}, "The LineAmount must not exceed 9999999999.99."),
        (
            {"TaxType": "OUTPUT2"},
            "The TaxType code 'OUTPUT2' cannot be used with account code '412'.",
        ),
    ],
)
def test_what_a_line_cannot_be(books, line_changes, words):
    body = entry(LineAmountTypes="Inclusive")
    body["JournalLines"][0] |= line_changes

    assert words in books.errors("PUT", "ManualJournals", body)


def test_a_draft_loses_an_unknown_account_with_a_warning(books):
    body = entry(Status="DRAFT")
    body["JournalLines"][0]["AccountCode"] = "476"

    made = books.one("PUT", "ManualJournals", body)

    words = "Account code '476' has been removed as it does not match a recognised account."
    assert made["Warnings"] == [{"Message": words}]
    assert "AccountCode" not in made["JournalLines"][0]
    path = f"ManualJournals/{made['ManualJournalID']}"
    assert books.errors("POST", path, {"Status": "POSTED"}) == ["Account code must be specified"]


def test_statuses_follow_each_other_as_in_xero(books):
    def change(made, status):
        body = {"ManualJournalID": made["ManualJournalID"], "Status": status}
        return books.post("ManualJournals", body).status_code

    draft_, posted = make(books, Status="DRAFT"), make(books)

    assert (change(posted, "DRAFT"), change(posted, "DELETED"), change(draft_, "VOIDED")) == (
        400,
    ) * 3
    assert (change(posted, "VOIDED"), change(draft_, "DELETED")) == (200, 200)
    assert (change(posted, "POSTED"), change(draft_, "POSTED")) == (400, 400)


def test_an_edit_takes_new_lines_and_keeps_those_that_are_not_sent(books):
    made = make(books)
    path = f"ManualJournals/{made['ManualJournalID']}"

    renamed = books.one("POST", path, {"Narration": "Recode again"})
    moved = books.one("POST", path, {"JournalLines": entry(60, 40, -100)["JournalLines"]})

    assert renamed["JournalLines"] == made["JournalLines"]
    assert [one["LineAmount"] for one in moved["JournalLines"]] == [60, 40, -100]
    assert [amounts(one)["412"] for one in journals(books)] == [100, -100, 60]


def test_both_days_of_a_journal_must_be_open(http, books):
    made = make(books)
    path = f"ManualJournals/{made['ManualJournalID']}"
    lock = {"PeriodLockDate": "2026-10-31"}
    http.post(f"/_sandbox/organisations/{books.organisation}", json=lock)

    words = [
        "The document date cannot be before the period lock date, currently set at 31 October 2026"
    ]
    assert books.errors("PUT", "ManualJournals", entry()) == words
    assert books.errors("POST", path, {"Date": "2026-11-02"}) == words
    assert books.errors("POST", path, {"Status": "VOIDED"}) == words


def test_lists_are_filtered_ordered_and_paged(books):
    for number, status in enumerate(["DRAFT", "POSTED", "POSTED"]):
        make(books, Narration=f"N{number}", Status=status, Date=f"2026-10-0{number + 1}")

    drafts = books.get('ManualJournals?where=Status%3D%3D"DRAFT"').json()["ManualJournals"]
    page = books.get("ManualJournals?page=2&pageSize=2&order=Date DESC").json()
    stamp = {"If-Modified-Since": "2099-01-01T00:00:00"}

    assert [one["Narration"] for one in drafts] == ["N0"]
    assert [one["Narration"] for one in page["ManualJournals"]] == ["N0"]
    assert page["pagination"] == {"page": 2, "pageSize": 2, "pageCount": 2, "itemCount": 3}
    assert books.get("ManualJournals", headers=stamp).json()["ManualJournals"] == []


def test_each_of_a_batch_is_answered_for(books):
    body = {"ManualJournals": [entry(), entry(1, -2)]}

    answer = books.put("ManualJournals?summarizeErrors=false", body).json()["ManualJournals"]

    assert [one["StatusAttributeString"] for one in answer] == ["OK", "ERROR"]
    assert answer[1]["ManualJournalID"] == "00000000-0000-0000-0000-000000000000"
    unknown = {"ManualJournalID": "11111111-1111-1111-1111-111111111111"}
    assert books.post("ManualJournals", unknown).status_code == 404


def test_files_and_notes_belong_to_a_journal(books):
    path = f"ManualJournals/{make(books)['ManualJournalID']}"
    headers = {"Content-Type": "text/plain"}

    books.call("PUT", f"{path}/Attachments/note.txt", content=b"hello", headers=headers)
    books.put(f"{path}/History", {"HistoryRecords": [{"Details": "Checked"}]})

    read = books.one("GET", path)
    history = books.get(f"{path}/History").json()["HistoryRecords"]
    assert (read["HasAttachments"], read["Attachments"][0]["FileName"]) == (True, "note.txt")
    assert [one["Changes"] for one in history] == ["Note", "Attached a file", "Created"]


def test_manual_journals_need_their_own_scope(http, books):
    assert connect(http).get("ManualJournals").status_code == 401
    reader = connect(http, scope="accounting.manualjournals.read")
    assert reader.get("ManualJournals").status_code == 200
    assert reader.put("ManualJournals", entry()).status_code == 401


def test_an_account_of_a_drafted_journal_is_kept(books):
    account = books.one("PUT", "Accounts", {"Code": "X1", "Name": "Once", "Type": "EXPENSE"})
    body = entry(Status="DRAFT")
    body["JournalLines"][0]["AccountCode"] = "X1"
    make(books, **body)

    assert books.call("DELETE", f"Accounts/{account['AccountID']}").status_code == 400
