"""A client of the old kind: it writes XML made of nested dicts, and reads XML back.

It knows Xero as pyxero does: element names are those of the interface, a list is named in the
plural, and what is wrong comes as an ApiException.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import httpx2
from books_client import API, Books

#: Lists whose elements are not simply called in the singular.
ODD_NAMES = {
    "Elements": "DataContractBase",
    "FromTracking": "TrackingCategory",
    "ToTracking": "TrackingCategory",
    "Tracking": "TrackingCategory",
}
XML_TYPE = "application/xml; charset=utf-8"
FORM_TYPE = "application/x-www-form-urlencoded"


def singular(plural: str) -> str:
    if plural in ODD_NAMES:
        return ODD_NAMES[plural]
    if plural.endswith("ies"):
        return plural[:-3] + "y"
    return plural[:-2] if plural.endswith("sses") else plural.removesuffix("s")


def add(parent: Element, name: str, value: Any) -> None:
    """Write one field of a dict as pyxero does."""
    if value is None:
        return
    element = SubElement(parent, name)
    if isinstance(value, dict):
        for key, inner in value.items():
            add(element, key, inner)
    elif isinstance(value, list):
        for inner in value:
            add(element, singular(name), inner)
    else:
        element.text = str(value).lower() if isinstance(value, bool) else str(value)


def written(body: dict[str, Any], plural: str) -> bytes:
    """A JSON body, `{"<Plural>": [..]}` or one element alone, as XML."""
    holder = Element("holder")
    name = plural if plural in body else singular(plural)
    add(holder, name, body.get(plural, body))
    return tostring(holder[0], encoding="utf-8", xml_declaration=True)


def read(element: Element) -> Any:
    """What an element says: text, a dict, or a list where all in it have its singular name.

    Its status is an attribute.
    """
    if len(element) == 0:
        return element.text or ""
    if all(child.tag == singular(element.tag) != element.tag for child in element):
        return [read(child) for child in element]
    status = element.get("status")
    told = {"StatusAttributeString": status} if status else {}
    return {child.tag: read(child) for child in element} | told


class Refused(Exception):
    """An ApiException: its number, and what is wrong with its elements."""

    def __init__(self, answer: httpx2.Response) -> None:
        root = fromstring(answer.content)  # noqa: S314 - the answer of our own stand-in
        assert (answer.status_code, root.tag) == (400, "ApiException"), answer.text
        self.number = int(root.findtext("ErrorNumber", ""))
        self.kind = root.findtext("Type")
        self.elements = [
            kind
            for child in root.iterfind("Elements/DataContractBase")
            for kind in child.attrib.values()
        ]
        self.messages = [error.text for error in root.iterfind(".//ValidationError/Message")]
        super().__init__(self.kind, root.findtext("Message"), *self.messages)


@dataclass
class Told:
    """An answer in XML with the face of one in JSON."""

    answer: httpx2.Response

    @property
    def status_code(self) -> int:
        return int(self.answer.status_code)

    @property
    def text(self) -> str:
        return str(self.answer.text)

    @property
    def request(self) -> httpx2.Request:
        return self.answer.request

    def json(self) -> Any:
        kind = self.answer.headers["Content-Type"]
        assert kind == "text/xml; charset=utf-8", kind
        return read(fromstring(self.answer.content))  # noqa: S314 - of our own stand-in


class XmlBooks(Books):
    """One organisation in XML: `form` sends the XML as the field of a form."""

    form = False

    def call(self, method: str, path: str, **options: Any) -> Any:
        headers = {
            "Authorization": f"Bearer {self.tokens['access_token']}",
            "xero-tenant-id": self.organisation,
        }
        headers |= {"Accept": "*/*"} | options.pop("headers", {})
        body = options.pop("json", None)
        if body is not None:
            text = written(body, list_of(path))
            headers["Content-Type"] = FORM_TYPE if self.form else XML_TYPE
            options["content"] = urlencode({"xml": text}) if self.form else text
        answer = self.http.request(method, f"{API}/{path}", headers=headers, **options)
        if answer.status_code == 400:
            raise Refused(answer)
        return Told(answer)


def list_of(path: str) -> str:
    """The list that a path writes into: `Allocations` of `CreditNotes/{id}/Allocations`."""
    parts = path.partition("?")[0].split("/")
    name = parts[(len(parts) - 1) // 2 * 2]
    return "HistoryRecords" if name == "History" else name
