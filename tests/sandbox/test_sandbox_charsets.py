"""In which characters a body comes, and what is said of one that cannot be read (facts 12.1)."""

import json

import pytest
from books_client import draft

NAME = "Zoë Łąka"
JSON, XML = "application/json", "text/xml"


def sent(books, body, kind):
    return books.call("PUT", "Contacts", content=body, headers={"Content-Type": kind})


@pytest.mark.parametrize("charset", ["utf-8", "UTF-16", "utf-16-le", "iso-8859-2", "utf-32"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_the_charset_of_the_content_type_is_minded(books, charset, quote):
    in_json = json.dumps({"Name": "Ł1"}, ensure_ascii=False).encode(charset)
    in_xml = "<Contact><Name>Ł2</Name></Contact>".encode(charset)

    for kind, body in ((JSON, in_json), (XML, in_xml)):
        answer = sent(books, body, f"{kind}; charset={quote}{charset}{quote}")
        assert answer.status_code == 200, answer.text

    assert sorted(one["Name"] for one in books.get("Contacts").json()["Contacts"]) == ["Ł1", "Ł2"]


@pytest.mark.parametrize("declared", ["utf-16", "us-ascii", "iso-8859-1"])
def test_it_goes_before_what_the_xml_says_of_itself(books, declared):
    text = f'<?xml version="1.0" encoding="{declared}"?><Contact><Name>{NAME}</Name></Contact>'

    answer = sent(books, text.encode(), "text/xml; charset=utf-8")

    assert answer.status_code == 200, answer.text
    assert answer.json()["Contacts"][0]["Name"] == NAME


def test_without_one_the_xml_is_believed_and_json_is_looked_at(books):
    text = '<?xml version="1.0" encoding="iso-8859-2"?><Contact><Name>Łąka</Name></Contact>'
    in_xml = sent(books, text.encode("iso-8859-2"), XML)
    in_json = sent(books, '{"Name": "Zoë"}'.encode("utf-16"), JSON)

    names = [answer.json()["Contacts"][0]["Name"] for answer in (in_xml, in_json)]

    assert names == ["Łąka", "Zoë"]


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        (
            JSON,
            b'{"Name": "\xff"}',
            "Unable to translate bytes [FF] at index 10 from specified code page to Unicode.",
        ),
        (
            JSON,
            b'{"Name": "\xed\xa0\x80"}',
            "Unable to translate bytes [ED] at index 10 from specified code page to Unicode.",
        ),
        (
            JSON,
            b'{"Name": "\\ud800"}',
            "Unable to translate Unicode character \\uD800 to specified code page.",
        ),
        (
            JSON,
            b'{"Name": NaN}',
            "Error converting value NaN to type 'System.Decimal'.",
        ),
        (
            JSON,
            b'{"Name": 1e99999999999999999999}',
            "Input string is not a valid decimal.",
        ),
        (
            JSON,
            b'{"Name": ' + b"9" * 5000 + b"}",
            "JSON integer is too large or small for an Int64.",
        ),
        (
            JSON,
            b"[" * 100_000,
            "The reader's MaxDepth has been exceeded.",
        ),
        (
            JSON,
            b'{"Name": {"a": [true, null, "b"]}}',
            'Error converting value {"a":[true,null,"b"]} to Contacts.Name',
        ),
        (
            JSON,
            b'{"Name": "Ann", "Addresses": {"City": "x"}}',
            'Error converting value {"City":"x"} to Contacts.Addresses',
        ),
        (
            JSON,
            b'{"Name": "Ann", "Addresses": [true]}',
            "Error converting value true to Addresses",
        ),
        (
            f"{JSON}; charset=klingon",
            b"{}",
            "The character set provided in ContentType is not supported.",
        ),
        (
            f"{XML}; charset=utf-8",
            b"<Contact>\xff</Contact>",
            "Unable to translate bytes [FF] at index 9 from specified code page to Unicode.",
        ),
        (
            XML,
            b"<Contact>\xff</Contact>",
            "Invalid character in the given encoding. Line 1, position 10.",
        ),
        (
            XML,
            b'<?xml version="1.0" encoding="utf-16"?><Contact/>',
            "There is no Unicode byte order mark. Cannot switch to Unicode. Line 1, position 31.",
        ),
        (
            XML,
            b'<?xml version="1.0" encoding="euc-jp"?><Contact/>',
            "System does not support the encoding that is declared.",
        ),
    ],
)
def test_what_cannot_be_read_is_told_in_xeros_words(books, kind, body, words):
    answer = sent(books, body, kind)

    assert answer.status_code == 400
    assert answer.json()["ErrorNumber"] == 14
    invalid = (
        "JSON for post data was invalid," if JSON in kind else "Xml for post data was invalid, "
    )
    assert answer.json()["Message"] == invalid + words


def test_a_day_that_is_none_is_shown_as_it_was_sent(books):
    answer = books.put("Invoices", draft(Date={"a": [True]}))

    assert answer.json()["Message"] == "The string '{\"a\":[true]}' is not a valid AllXsd value."
