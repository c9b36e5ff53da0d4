"""XML asked for and sent: who gets it, what it looks like, how it is read and refused."""

import json
from urllib.parse import urlencode

import pytest
from books_client import approved, connect, draft, line, note, payment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xml_witness import differences, tree

from xero_sandbox.identity.scopes import GRANULAR

XML = {"Accept": "application/xml", "Content-Type": "application/xml"}
LINE = """<LineItem><Description>Tea</Description><Quantity>2</Quantity>
    <UnitAmount>3.5</UnitAmount><AccountCode>200</AccountCode></LineItem>"""
INVOICE = f"""<Invoice><Type>ACCREC</Type><Contact><Name>Ann Archer</Name></Contact>
    <Date>2026-10-01T00:00:00</Date><DueDate>2026-10-31</DueDate><Status>AUTHORISED</Status>
    <LineItems>{LINE}</LineItems></Invoice>"""


def send(books, path, text, method="PUT", **headers):
    """Send XML and read JSON."""
    kind = {"Content-Type": "application/xml"} | headers
    return books.call(method, path, content=text.encode(), headers=kind)


def refused(answer):
    """The number and the words of a refusal, which is in XML."""
    assert answer.status_code == 400
    root = tree(answer)
    assert root.tag == "ApiException"
    return root.findtext("ErrorNumber"), root.findtext("Message")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "text/xml"),
        ("*/*", "text/xml"),
        ("application/xml", "text/xml"),
        ("text/xml", "text/xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/xml"),
        ("application/json;q=0.5, application/xml", "text/xml"),
        ("application/json;q=0", "text/xml"),
        ("application/json", "application/json"),
        ("text/json", "application/json"),
        ("APPLICATION/JSON", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("application/xml;q=0.5, application/json; q=0.9", "application/json"),
        ("application/xml, application/json", "application/json"),
        ("application/json;q=...", "application/json"),
    ],
)
def test_xml_is_answered_unless_json_is_asked_for(books, accept, kind):
    answer = books.get("Organisation", headers={"Accept": accept})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"


def test_an_answer_is_a_response_with_the_envelope_and_lists_of_elements(books):
    books.create(approved("X-1", LineItems=[line(), line()]))

    root = tree(books.get("Invoices?page=1", headers={"Accept": "*/*"}))

    assert root.tag == "Response"
    names = ["Id", "Status", "ProviderName", "DateTimeUTC", "pagination", "Invoices"]
    assert [child.tag for child in root] == names
    assert root.findtext("Status") == "OK"
    assert root.findtext("DateTimeUTC").endswith("Z")
    assert root.findtext("pagination/itemCount") == "1"
    [invoice] = root.find("Invoices")
    assert invoice.tag == "Invoice"
    assert invoice.findtext("DueDate") == "2026-12-31T00:00:00"
    assert invoice.findtext("HasAttachments") == "false"
    assert [item.tag for item in invoice.find("LineItems")] == ["LineItem", "LineItem"]


def test_a_refusal_is_an_api_exception_that_names_the_kind_of_its_elements(books):
    answer = send(books, "Invoices", "<Invoice><Type>ACCREC</Type></Invoice>", Accept="*/*")

    assert refused(answer) == ("10", "A validation exception occurred")
    [element] = tree(answer).find("Elements")
    assert element.tag == "DataContractBase"
    assert element.get("{http://www.w3.org/2001/XMLSchema-instance}type") == "Invoice"
    found = [error.findtext("Message") for error in element.find("ValidationErrors")]
    assert "A Contact must be specified for this type of transaction" in found


def test_the_status_of_an_element_in_a_batch_is_an_attribute(books):
    """As a public client in Go reads it: `xml:"status,attr"`."""
    warned = draft("WARNED", LineItems=[line(AccountCode="no such")])
    body = {"Invoices": [draft("FINE"), {"Type": "ACCREC"}, warned]}

    root = tree(books.put("Invoices?summarizeErrors=false", body, headers={"Accept": "*/*"}))

    assert [one.get("status") for one in root.find("Invoices")] == ["OK", "ERROR", "WARNING"]
    assert root.find(".//StatusAttributeString") is None
    told = books.put("Invoices?summarizeErrors=false", {"Invoices": [{"Type": "ACCREC"}]})
    assert differences(told.json()["Invoices"][0], root.find("Invoices")[1]) == []


def test_a_status_that_a_client_made_up_is_shown_where_it_can_be(books):
    odd = {"Payments": [{"StatusAttributeString": status} for status in ("OK", 'a"b', ["OK"])]}

    answer = books.put("Payments", odd, headers={"Accept": "*/*"})

    assert answer.status_code == 400
    first, second, _ = tree(answer).find("Elements")
    assert (first.get("status"), first.find("StatusAttributeString")) == ("OK", None)
    assert second.findtext("StatusAttributeString") == 'a"b'
    assert len(first.attrib) == 2  # its type, too


def test_an_element_is_named_after_the_last_list_in_the_path(books):
    credit = books.one("PUT", "CreditNotes", note())
    path = f"CreditNotes/{credit['CreditNoteID']}/Allocations"

    answer = books.put(path, {"Amount": 1}, headers={"Accept": "*/*"})

    assert b'xsi:type="Allocation"' in answer.content


def test_problems_of_the_gateway_are_json_and_the_unknown_is_html(http, books):
    poor = connect(http, scope="accounting.contacts.read")

    forbidden = poor.get("Invoices", headers={"Accept": "*/*"})
    unknown = books.get("Invoices/none", headers={"Accept": "*/*"})

    assert forbidden.json()["Detail"] == "AuthorizationUnsuccessful"
    assert unknown.status_code == 404
    assert unknown.headers["Content-Type"].startswith("text/html")


def test_a_file_is_given_as_it_is_even_if_it_is_json(books):
    [invoice] = books.create(draft())
    path = f"Invoices/{invoice['InvoiceID']}/Attachments/a.txt"
    kind = {"Content-Type": "application/json"}
    listed = books.call("PUT", path, content=b'{"Id": "<&>"}', headers=kind | {"Accept": "*/*"})

    answer = books.get(path, headers={"Accept": "*/*"})

    assert tree(listed).find("Attachments/Attachment/FileName").text == "a.txt"
    assert answer.content == b'{"Id": "<&>"}'


def test_a_removed_allocation_comes_without_an_envelope(books):
    [invoice] = books.create(approved())
    credit = books.one("PUT", "CreditNotes", note())
    path = f"CreditNotes/{credit['CreditNoteID']}/Allocations"
    body = {"Invoice": {"InvoiceID": invoice["InvoiceID"]}, "Amount": 1, "Date": "2026-10-03"}
    made = books.one("PUT", path, body)

    root = tree(books.call("DELETE", f"{path}/{made['AllocationID']}", headers={"Accept": "*/*"}))

    assert root.tag == "Allocation"
    assert root.findtext("IsDeleted") == "true"


def test_a_replay_comes_in_the_form_that_is_asked_for_now(books):
    key = {"Idempotency-Key": "k"}
    body = draft("ONCE")

    first = books.put("Invoices", body, headers=key)
    again = books.put("Invoices", body, headers=key | {"Accept": "*/*"})

    assert differences(first.json(), tree(again)) == []
    assert len(books.get("Invoices").json()["Invoices"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        INVOICE,
        f"<Invoices>{INVOICE}</Invoices>",
        f'<?xml version="1.0" encoding="utf-8"?>\n<Invoices>\n  {INVOICE}\n</Invoices>\n',
        f"\ufeff<Invoices>{INVOICE}</Invoices>",
        f'<x:Invoices xmlns:x="urn:a" xmlns="urn:b" a="1">{INVOICE}</x:Invoices>',
        f"<Response><Status>OK</Status><Invoices>{INVOICE}</Invoices></Response>",
        INVOICE.replace("Ann Archer", "<![CDATA[Ann ]]>Ar<!-- n -->cher"),
        INVOICE.replace("2026-10-31", "\n  2026-10-31\n  ").replace("3.5", " 3.50 "),
        INVOICE.replace("<Status>", "<InvoiceID/><SentToContact/><Total/><Status>"),
    ],
)
def test_an_invoice_is_read_however_its_xml_is_written(books, text):
    answer = send(books, "Invoices", text)

    assert answer.status_code == 200, answer.text
    [invoice] = answer.json()["Invoices"]
    assert (invoice["Contact"]["Name"], invoice["Total"]) == ("Ann Archer", 8.4)
    assert invoice["DueDateString"] == "2026-10-31T00:00:00"


def test_many_elements_and_lists_within_them_are_read(books):
    text = f"<Invoices>{INVOICE}{INVOICE.replace(LINE, LINE * 2)}</Invoices>"

    found = send(books, "Invoices", text).json()["Invoices"]

    assert [len(invoice["LineItems"]) for invoice in found] == [1, 2]


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "text/xml; charset=utf-8"},
        {"Content-Type": ""},
    ],
)
def test_old_clients_send_xml_as_a_field_of_a_form(books, headers):
    body = urlencode({"xml": INVOICE.replace("Tea", "Tea &amp; cake + é")})

    answer = books.call("POST", "Invoices", content=body, headers=headers)

    assert answer.status_code == 200, answer.text
    assert answer.json()["Invoices"][0]["LineItems"][0]["Description"] == "Tea & cake + é"


@pytest.mark.parametrize("kind", ["", "application/x-www-form-urlencoded", "text/plain"])
@pytest.mark.parametrize("body", [INVOICE, json.dumps(draft())])
def test_a_body_without_a_type_of_its_own_is_taken_as_what_it_looks_like(books, kind, body):
    answer = books.call("PUT", "Invoices", content=body, headers={"Content-Type": kind})

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("kind", ["", "application/x-www-form-urlencoded", "text/xml"])
@pytest.mark.parametrize("fields", [["xml", "a"], ["a", "xml"], ["a", "xml", "b"]])
def test_the_field_is_read_wherever_it_stands_in_the_form(books, kind, fields):
    body = urlencode([(name, INVOICE if name == "xml" else "{<&") for name in fields])

    answer = books.call("POST", "Invoices", content=body, headers={"Content-Type": kind})

    assert answer.status_code == 200, answer.text


def test_numbers_and_truth_values_are_kept_as_such(books):
    text = """<Contact><Name>Ann</Name><PaymentTerms><Sales><Day>30</Day>
        <Type>DAYSAFTERBILLDATE</Type></Sales></PaymentTerms><ContactPersons><ContactPerson>
        <FirstName>Bo</FirstName><IncludeInEmails>true</IncludeInEmails></ContactPerson>
        </ContactPersons></Contact>"""

    [made] = send(books, "Contacts", text).json()["Contacts"]

    assert made["PaymentTerms"]["Sales"]["Day"] == 30
    assert made["ContactPersons"][0]["IncludeInEmails"] is True


def test_nil_and_empty_elements_mean_nothing(books):
    nil = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'
    text = INVOICE.replace(
        "<Status>", f"<CurrencyRate {nil}/><Reference {nil}></Reference><Status>"
    )

    assert send(books, "Invoices", text).status_code == 200
    assert send(books, "Invoices", INVOICE.replace(LINE, "")).status_code == 400


def test_what_xero_answers_can_be_sent_back_as_it_is(books):
    [invoice] = books.create(draft("BACK", LineItems=[line(), line()]))
    path = f"Invoices/{invoice['InvoiceID']}"
    text = books.get(path, headers={"Accept": "*/*"}).text

    answer = send(
        books, path, text.replace("<Reference></Reference>", "<Reference>r</Reference>"), "POST"
    )

    assert answer.status_code == 200, answer.text
    [changed] = answer.json()["Invoices"]
    kept = ("InvoiceID", "InvoiceNumber", "Date", "Total", "Status")
    assert [changed[name] for name in kept] == [invoice[name] for name in kept]
    assert changed["Reference"] == "r"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<a><b></a>", "Xml for post data was invalid, The start tag does not match the end tag."),
        ("<a/><b/>", "Xml for post data was invalid, There are multiple root elements. Line 1,"),
        (
            "<a>&amp;&aacute;</a>",
            "Xml for post data was invalid, Reference to undeclared entity 'aacute'. Line 1, pos",
        ),
        ("<a>\x02</a>", "Xml for post data was invalid, '', hexadecimal value 0x02, is an invalid"),
        ("{}", "Xml for post data was invalid,"),
        ("<Bill/>", "The element 'Bill' was not recognised. Ensure the element name has the"),
        (
            "<Invoice><Type>ACCREC</Type><Type>ACCPAY</Type></Invoice>",
            "The element 'Type' was not recognised.",
        ),
        ("<Invoice><Total>12,00</Total></Invoice>", "Input string was not in a correct format."),
        ("<Invoice><Total>1e9</Total></Invoice>", "Input string was not in a correct format."),
        (
            "<Invoice><SentToContact>yes</SentToContact></Invoice>",
            "The string 'yes' is not a valid",
        ),
        (
            "<Invoice><Type>ACCREC</Type><Date>2017-12-14 00:00:00</Date></Invoice>",
            "The string '2017-12-14 00:00:00' is not a valid AllXsd value.",
        ),
        (
            '<!DOCTYPE a [<!ENTITY b "c">]><Invoice>&b;</Invoice>',
            "Xml for post data was invalid, For",
        ),
        (
            '<!DOCTYPE a SYSTEM "file:///etc/passwd"><Invoice/>',
            "Xml for post data was invalid, For",
        ),
        (
            '<?xml version="1.0" encoding="none"?><Invoice/>',
            "Xml for post data was invalid, System does not support",
        ),
        (
            "<Invoice>" + "<a>" * 5000 + "</a>" * 5000 + "</Invoice>",
            "Xml for post data was invalid,",
        ),
    ],
)
def test_xml_that_cannot_be_read_is_refused_in_xeros_words(books, text, words):
    number, message = refused(send(books, "Invoices", text, Accept="*/*"))

    assert number == "14"
    assert message.startswith(words)


@pytest.mark.parametrize(
    "text", ["<Invoices/>", "<Invoice/>", " ", "<Invoices><Invoice/></Invoices>"]
)
def test_xml_without_anything_in_it_is_refused(books, text):
    number, _ = refused(send(books, "Invoices", text, Accept="*/*"))

    assert number in ("10", "17")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "Unexpected end when reading JSON. Path '', line 1, position 2."),
        ("<a/>", "Unexpected character encountered while parsing value: <. Path '', line 1,"),
        ('{"Type": "ACCREC", "Total": []}', "Error converting value"),
        ('{"Type": "ACCREC", "LineItems": 5}', "Error converting value"),
        ("[]", "Error converting value"),
    ],
)
def test_json_that_cannot_be_read_is_refused_in_xeros_words(books, body, words):
    kind = {"Content-Type": "application/json"}

    answer = books.call("PUT", "Invoices", content=body, headers=kind)

    assert answer.json()["ErrorNumber"] == 14
    assert answer.json()["Message"].startswith(f"JSON for post data was invalid,{words}")


texts = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(list("&<>\"'\\]\r\n\t\x00\x01\x0b\x1f\x7f\x85\u2028\ufffe\uffff🍵é")),
    ),
    min_size=1,
    max_size=20,
) | st.sampled_from(
    ["]]>", "/Date(1+0000)/", "&amp;", 'Date":"/Date(5)/"', "<a>", "true", "\\u0001"]
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(texts, texts, texts)
def test_the_xml_says_what_the_json_says_whatever_the_texts(books, reference, description, city):
    body = draft(
        Reference=reference,
        LineItems=[line(Description=f"a{description}b")],
        Contact={"Name": "Ann", "Addresses": [{"AddressType": "STREET", "City": city}]},
    )
    answer = books.put("Invoices?summarizeErrors=false", body)
    assert answer.status_code == 200

    for path in ("Invoices?page=1&pageSize=1&order=UpdatedDateUTC DESC", "Contacts?page=1"):
        told = books.get(path).json()
        root = tree(books.get(path, headers={"Accept": "*/*"}))
        told["Id"], told["DateTimeUTC"] = root.findtext("Id"), root.findtext("DateTimeUTC")
        assert differences(told, root) == []


def test_whatever_was_sent_is_echoed_in_xml_that_can_be_read(http):
    books = connect(http, scope=" ".join(GRANULAR))
    odd = {
        "a b": 1,
        "": 2,
        "<": 3,
        "x": [[1, None], True, {"y": "/Date(1)/"}],
        "z": 1e-9,
        "n": None,
    }

    answer = books.put("Payments", {"Payments": [odd | {"Date": "2026-10-01"}]})
    in_xml = books.put(
        "Payments", {"Payments": [odd | {"Date": "2026-10-01"}]}, headers={"Accept": "*/*"}
    )

    assert answer.status_code == 400
    [element] = tree(in_xml).find("Elements")
    assert element.findtext("z") == "0.000000001"
    assert [child.tag for child in element if child.tag in ("a b", "", "<", "n")] == []


def test_a_payment_a_refund_and_a_deletion_are_written_in_xml(books):
    [invoice] = books.create(approved())
    text = f"""<Payments><Payment><Invoice><InvoiceID>{invoice["InvoiceID"]}</InvoiceID></Invoice>
        <Account><Code>090</Code></Account><Date>2026-10-02T00:00:00</Date><Amount>12.00</Amount>
        </Payment></Payments>"""

    made = send(books, "Payments", text).json()["Payments"][0]
    gone = send(
        books,
        f"Payments/{made['PaymentID']}",
        "<Payment><Status>DELETED</Status></Payment>",
        "POST",
    )

    assert made["Amount"] == payment(invoice)["Amount"]
    assert gone.json()["Payments"][0]["Status"] == "DELETED"
