import pytest
from books_client import approved, draft, line

FAR = "8f6e4b0e-0d4c-4a55-9d0a-0b6a5f6b7c8d"


@pytest.fixture
def four(books):
    """Four invoices, made in this order: A and B of Ann, C and D of Bo's."""
    return books.create(
        draft("A", Date="2026-01-31", Reference="Spring"),
        approved("B", Date="2026-02-01", LineItems=[line(UnitAmount=50)]),
        draft("C", Date="2026-03-15", Contact={"Name": 'Bo "the" Été', "ContactNumber": "N-1"}),
        draft("D", Date="2026-04-01", Contact={"Name": 'Bo "the" Été'}, Reference="SPRING sale"),
    )


def ordered(answer):
    assert answer.status_code == 200, answer.text
    return "".join(one["InvoiceNumber"] for one in answer.json()["Invoices"])


def numbers(answer):
    """Those of one batch changed at one time, so that only their ids order them."""
    return "".join(sorted(ordered(answer)))


def where(books, text, **more):
    return books.get("Invoices", params={"where": text} | more)


def test_without_a_page_there_are_no_lines_and_only_a_contact_summary(books, four):
    body = books.get("Invoices").json()

    assert "pagination" not in body
    assert [one["LineItems"] for one in body["Invoices"]] == [[], [], [], []]
    assert set(body["Invoices"][0]["Contact"]) == {
        "ContactID",
        "Name",
        "Addresses",
        "Phones",
        "ContactGroups",
        "ContactPersons",
        "HasValidationErrors",
    }


def test_a_page_has_lines_and_says_how_many_there_are(books, four):
    body = books.get("Invoices?page=2&pageSize=3").json()

    assert body["pagination"] == {"page": 2, "pageSize": 3, "pageCount": 2, "itemCount": 4}
    assert list(body).index("pagination") < list(body).index("Invoices")
    [last] = body["Invoices"]
    assert len(last["LineItems"]) == 1
    assert last["Payments"] == []


@pytest.mark.parametrize(
    ("query", "page", "size", "found"),
    [
        ("page=9", 9, 100, 0),
        ("page=0", 1, 100, 4),
        ("page=1&pageSize=5000", 1, 1000, 4),
        ("page=1&pageSize=0", 1, 1, 1),
        ("PAGE=1&PAGESIZE=2", 1, 2, 2),
        ("summaryOnly=true", 1, 100, 4),
        ("page=1&page_size=2", 1, 100, 4),
    ],
)
def test_pages_out_of_range_are_adjusted_not_refused(books, four, query, page, size, found):
    body = books.get(f"Invoices?{query}").json()

    assert (body["pagination"]["page"], body["pagination"]["pageSize"]) == (page, size)
    assert len(body["Invoices"]) == found


def test_a_summary_leaves_lines_and_payments_out(books, four):
    [first, *_] = books.get("Invoices?summaryOnly=true").json()["Invoices"]

    assert not {"LineItems", "Payments", "HasAttachments"} & set(first)


def test_a_single_read_has_the_whole_contact_and_no_empty_payments(books, four):
    for path in (f"Invoices/{four[1]['InvoiceID']}", "Invoices/b"):
        [found] = books.get(path).json()["Invoices"]
        assert found["InvoiceNumber"] == "B"
        assert found["Contact"]["ContactStatus"] == "ACTIVE"
        assert "Payments" not in found
        assert found["Attachments"] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('InvoiceNumber=="b"', "B"),
        ('InvoiceNumber = "B"', "B"),
        ('Status=="DRAFT"', "ACD"),
        ('Status!="DRAFT"', "B"),
        ('Status=="DRAFT" AND Date>=DateTime(2026,3,15)', "CD"),
        ('Status=="DRAFT"&&Date>DateTime(2026, 03, 15)', "D"),
        ("Date == DateTime(2026,1,31)", "A"),
        ("Date < DateTime(2026,1,31,12,0,0)", "A"),
        ('Date <= DateTime.Parse("2026-02-01T00:00:00")', "AB"),
        ("Total == 60", "B"),
        ("Total>12.00 || Total<0", "B"),
        ("AmountDue >= 12.005", "B"),
        ('Contact.Name == "bo \\"the\\" ete"', "CD"),
        ('Contact.Name=="Bo ""the"" Été"', "CD"),
        ('Contact.ContactNumber=="n-1"', "CD"),
        ('Reference!=null AND Reference.Contains("spring")', "AD"),
        ('Reference.ToLower().StartsWith("spring")', "AD"),
        ('Reference.EndsWith("sale")', "D"),
        ("DueDate != null", "B"),
        ("DueDate == null", "ACD"),
        ('!(Status=="DRAFT")', "B"),
        ('NOT Type=="ACCPAY" AND (InvoiceNumber=="A" OR InvoiceNumber=="D")', "AD"),
        ("SentToContact==false", "ABCD"),
        ("SentToContact", ""),
        ('Type=="ACCREC" AND AmountPaid==0', "ABCD"),
        (f'InvoiceID==guid("{FAR}")', ""),
        (f'Contact.ContactID == Guid("{FAR}")', ""),
        (f'Contact.ContactID != Guid("{FAR}")', "ABCD"),
    ],
)
def test_where_finds_what_xero_would(books, four, text, found):
    assert numbers(where(books, text)) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('SearchTerm=="x"', "No property or field 'SearchTerm' exists in type 'Invoice'"),
        ("Status==DRAFT", "No property or field 'DRAFT' exists in type 'Invoice'"),
        ("Status==", "Expression expected"),
        ("Status=='DRAFT'", "Character literal must contain exactly one character"),
        ('Status=="DRAFT', "Unterminated string literal"),
        ('Status=="DRAFT")', "Syntax error"),
        ('(Status=="DRAFT"', "')' expected"),
        ("Status", "Expression of type 'Boolean' expected"),
        (
            'Date=="2026-01-01"',
            "Operator '==' incompatible with operand types 'DateTime?' and 'String'",
        ),
        ('Total>"1"', "Operator '>' incompatible with operand types 'Decimal?' and 'String'"),
        ('Status>"A"', "Operator '>' incompatible with operand types 'String' and 'String'"),
        ('InvoiceID==guid("12")', "Guid should contain 32 digits with 4 dashes"),
        ("Date>DateTime(2026,13,1)", "String was not recognized as a valid DateTime."),
        ('Status.Explode("x")', "No applicable method 'Explode' exists in type 'String'"),
        ("__class__==1", "No property or field '__class__' exists in type 'Invoice'"),
        ("(" * 200 + "true" + ")" * 200, "The expression is nested too deeply"),
    ],
)
def test_a_bad_where_is_a_query_parse_exception(books, text, message):
    answer = where(books, text)

    assert answer.status_code == 400
    assert answer.json() == {
        "ErrorNumber": 16,
        "Type": "QueryParseException",
        "Message": message,
    }


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("Date DESC", "DCBA"),
        ("InvoiceNumber", "ABCD"),
        ("Status DESC,InvoiceNumber DESC", "DCAB"),
        ("Contact.Name, Date desc", "BADC"),
    ],
)
def test_order_takes_fields_and_directions(books, four, order, found):
    assert ordered(books.get("Invoices", params={"order": order})) == found


@pytest.mark.parametrize("order", ["Nope", "Date SIDEWAYS", "Date DESC DESC", ",", "Date; DROP"])
def test_a_bad_order_is_a_query_parse_exception(books, order):
    answer = books.get("Invoices", params={"order": order})

    assert answer.json()["Type"] == "QueryParseException"


def test_the_default_order_is_by_change(http, books, four):
    for one in (3, 1, 0, 2):
        http.post("/_sandbox/clock", json={"advance_seconds": 1})
        books.post(f"Invoices/{four[one]['InvoiceID']}", {"Reference": "later"})

    assert ordered(books.get("Invoices")) == "DBAC"


def test_lists_of_values_are_one_parameter_each(books, four):
    ids = ",".join(one["InvoiceID"] for one in four[:2])
    bo = four[2]["Contact"]["ContactID"]

    assert numbers(books.get("Invoices", params={"IDs": ids})) == "AB"
    assert numbers(books.get("Invoices", params={"InvoiceNumbers": "a,D,X"})) == "AD"
    assert numbers(books.get("Invoices", params={"ContactIDs": bo})) == "CD"
    assert numbers(books.get("Invoices", params={"Statuses": "AUTHORISED,PAID"})) == "B"
    assert books.get("Invoices", params={"IDs": "x"}).status_code == 400


def test_a_repeated_parameter_is_ignored(books, four):
    answer = books.get("Invoices?InvoiceNumbers=A&InvoiceNumbers=B")

    assert numbers(answer) == "ABCD"


def test_search_is_over_number_and_reference(books, four):
    assert numbers(books.get("Invoices?searchTerm=spring")) == "AD"
    assert numbers(books.get("Invoices?SearchTerm=b")) == "B"


def test_created_by_my_app_leaves_out_those_of_other_apps(http, books, four):
    http.post("/_sandbox/apps", json={"client_id": "other", "client_secret": "s"})
    tokens = {"organisation": books.organisation, "client_id": "other"}
    books.tokens = http.post("/_sandbox/tokens", json=tokens).json()
    books.create(draft("E"))

    assert numbers(books.get("Invoices?createdByMyApp=true")) == "E"


def test_modified_since_shows_only_what_changed(http, books, four):
    http.post("/_sandbox/clock", json={"advance_seconds": 600})
    now = http.get("/_sandbox/clock").json()["now"][:19]
    http.post("/_sandbox/clock", json={"advance_seconds": 2})
    books.post(f"Invoices/{four[3]['InvoiceID']}", {"Status": "DELETED"})

    answer = books.get("Invoices", headers={"If-Modified-Since": now})

    assert numbers(answer) == "D"
    assert answer.json()["Invoices"][0]["Status"] == "DELETED"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("2020-01-01T00:00:00", 200),
        ("2020-01-01T00:00:00Z", 200),
        ("Wed, 01 Jan 2020 00:00:00 GMT", 200),
        ("01/02/2020 3 PM", 412),
        ("soon", 412),
    ],
)
def test_modified_since_takes_iso_and_http_dates(books, header, status):
    assert books.get("Invoices", headers={"If-Modified-Since": header}).status_code == status


def test_fifty_two_ids_fit_and_fifty_three_do_not(books):
    fits = books.get("Invoices", params={"IDs": ",".join([FAR] * 52)})
    too_long = books.get("Invoices", params={"IDs": ",".join([FAR] * 53)})

    assert fits.status_code == 200
    assert too_long.status_code == 404
    assert too_long.headers["Content-Type"] == "text/html; charset=utf-8"


def test_accounts_and_tax_rates_are_filtered_but_never_paged(books):
    sales = books.get("Accounts", params={"where": 'Type=="REVENUE"', "order": "Code DESC"})
    twenty = books.get("TaxRates", params={"where": 'TaxType=="OUTPUT2"'}).json()["TaxRates"]
    paged = books.get("Accounts?page=7").json()["Accounts"]

    assert [one["Code"] for one in sales.json()["Accounts"]] == ["270", "260", "200"]
    assert [one["EffectiveRate"] for one in twenty] == [20]
    assert len(paged) > 50
    [account] = books.get(f"Accounts/{paged[0]['AccountID']}").json()["Accounts"]
    assert account == paged[0]
    assert books.get(f"Accounts/{FAR}").status_code == 404


def test_the_organisation_says_what_it_is(books):
    [found] = books.get("Organisation").json()["Organisations"]

    assert found["OrganisationID"] == books.organisation
    assert (found["BaseCurrency"], found["CountryCode"], found["Version"]) == ("GBP", "GB", "UK")
    assert found["CreatedDateUTC"].endswith(")/")


def test_what_does_not_exist_is_404_and_a_wrong_method_405(http, books):
    assert books.get("Nothing").status_code == 404
    assert books.call("DELETE", "Invoices").status_code == 405
    assert http.get("/nowhere").status_code == 404
