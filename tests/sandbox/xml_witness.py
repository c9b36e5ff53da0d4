"""Reads XML answers without knowing how the stand-in makes them, and holds them against JSON."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, fromstring

SPACES = {
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xmlns:xsd": "http://www.w3.org/2001/XMLSchema",
}
#: What a list is made of, where that is not its name in the singular.
IRREGULAR = {
    "Elements": "DataContractBase",
    "FromTracking": "TrackingCategory",
    "TaxBreakdown": "TaxBreakdownComponent",
    "ToTracking": "TrackingCategory",
    "Tracking": "TrackingCategory",
}
_DATE = re.compile(r"/Date\((-?\d+)(?:\+0000)?\)/")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def tree(answer: Any) -> Element:
    """The root of an XML answer."""
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8", answer.text
    assert all(
        f'{name}="{space}"' in answer.text.partition(">")[0] for name, space in SPACES.items()
    )
    return fromstring(answer.content)  # noqa: S314 - the answer of our own stand-in


def one_of(plural: str) -> str:
    """The name of one element of a list, by the rules of English."""
    if plural in IRREGULAR:
        return IRREGULAR[plural]
    if plural.endswith("ies"):
        return plural[:-3] + "y"
    return plural[:-2] if plural.endswith("sses") else plural.removesuffix("s")


def differences(value: Any, element: Element, at: str = "") -> list[str]:
    """Where the XML does not say what the JSON says; both have their fields in the same order."""
    at = f"{at}/{element.tag}"
    if isinstance(value, dict):
        value = value.copy()
        status = value.pop("StatusAttributeString", None)  # an attribute in XML
        if status != element.get("status"):
            return [f"{at}: status {status} against {element.attrib}"]
        names = [name for name, inner in value.items() if inner is not None]
        if names != [child.tag for child in element]:
            return [f"{at}: {names} against {[child.tag for child in element]}"]
        inner = [(value[child.tag], child) for child in element]
        return [found for one, child in inner for found in differences(one, child, at)]
    if isinstance(value, list):
        if [child.tag for child in element] != [one_of(element.tag)] * len(value):
            return [f"{at}: {len(value)} against {[child.tag for child in element]}"]
        return [
            found
            for one, child in zip(value, element, strict=True)
            for found in differences(one, child, at)
        ]
    text = element.text or ""
    return [] if _same(element.tag, value, text) else [f"{at}: {value!r} against {text!r}"]


def _same(name: str, value: Any, text: str) -> bool:
    if isinstance(value, bool):
        return text == str(value).lower()
    if isinstance(value, (int, float)):
        return "e" not in text and Decimal(text) == Decimal(str(value))
    if "Date" in name and (found := _DATE.fullmatch(value)):
        moment = datetime.fromisoformat(text)
        assert (moment.tzinfo is not None) == (name == "DateTimeUTC"), text
        return int(found[1]) == round(moment.replace(tzinfo=UTC).timestamp() * 1000)
    return text == _NOT_IN_XML.sub("\ufffd", value)
