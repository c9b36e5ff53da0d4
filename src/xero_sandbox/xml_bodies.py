"""XML bodies, read into the form that Xero's JSON has.

Namespaces and attributes count for nothing, but for `xsi:nil`. Document types and entities are
refused before they can do harm.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import errors

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from xero_sandbox.xml_names import FLAGS, LIST_ITEMS, NUMBERS, OBJECTS, singular

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(\w+);")
_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})", re.ASCII)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
#: Xero's words for what its parser finds (xero-php#5, #832, pyxero#162; others are .NET's own).
_WORDS = {
    errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "There are multiple root elements.",
    errors.XML_ERROR_NO_ELEMENTS: "Root element is missing.",
    errors.XML_ERROR_SYNTAX: "Data at the root level is invalid.",
    errors.XML_ERROR_UNKNOWN_ENCODING: "System does not support the encoding that is declared.",
    errors.XML_ERROR_INCORRECT_ENCODING: (
        "There is no Unicode byte order mark. Cannot switch to Unicode."
    ),
    errors.XML_ERROR_TAG_MISMATCH: "The start tag does not match the end tag.",
}


def loads(text: str | bytes, plural: str) -> Any:
    """Return `{"<Plural>": [..]}`, or one bare element, as the body has it.

    The root is `<Plural>`, one element alone, or an answer of Xero sent back. Raises ValueError
    with Xero's words.
    """
    root = _parsed(text)
    name = _name(root).lower()
    try:
        if name == plural.lower():
            return {plural: [_value(item) for item in root]}
        if name in (singular(plural).lower(), "response"):
            return _fields(root)
    except RecursionError:
        raise _invalid("Elements are nested too deeply.") from None
    raise _unknown(_name(root))


def _parsed(text: str | bytes) -> Element:
    try:
        return fromstring(text, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        raise _invalid(f"{_words(error, text)} Line {line}, position {column + 1}.") from None
    except DefusedXmlException:
        raise _invalid("For security reasons DTD is prohibited in this XML document.") from None
    except (ValueError, LookupError):  # of encodings
        raise _invalid(_WORDS[errors.XML_ERROR_UNKNOWN_ENCODING]) from None


def _words(error: ParseError, body: str | bytes) -> str:
    cause = errors.messages.get(error.code, "")
    text = body if isinstance(body, str) else body.decode("utf-8", errors="replace")
    if cause == errors.XML_ERROR_INVALID_TOKEN and (sign := _CONTROL.search(text)):
        return f"'', hexadecimal value 0x{ord(sign[0]):02X}, is an invalid character."
    if cause == errors.XML_ERROR_INVALID_TOKEN and isinstance(body, bytes) and "\ufffd" in text:
        return "Invalid character in the given encoding."
    if cause == errors.XML_ERROR_UNDEFINED_ENTITY and (entity := _ENTITY.search(text)):
        return f"Reference to undeclared entity '{entity[1]}'."
    return _WORDS.get(cause, f"{cause}.")


def _value(element: Element) -> Any:
    name = _name(element)
    if element.get(_NIL) in ("true", "1"):
        return None
    if len(element) == 0 and not (element.text or "").strip():
        return _nothing(name)
    if len(element) == 0:
        return _leaf(name, element.text or "")
    item = singular(name)
    known = name in LIST_ITEMS and name not in OBJECTS
    if known or (item != name and all(_name(child) == item for child in element)):
        return [_value(child) for child in element]
    return _fields(element)


def _fields(element: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        if _name(child) in found:
            raise _unknown(_name(child))
        found[_name(child)] = _value(child)
    return found


def _nothing(name: str) -> Any:
    """Return what an empty element of that name holds."""
    if name in OBJECTS:
        return {}
    if name in LIST_ITEMS:
        return []
    return None if name in NUMBERS or name in FLAGS else ""


def _leaf(name: str, text: str) -> Any:
    if name in NUMBERS or (name == "DueDate" and text.strip().isdigit()):  # of a Schedule: a day
        return _number(text.strip())
    if name in FLAGS:
        if text.strip() in _FLAGS:
            return _FLAGS[text.strip()]
        raise ValueError(f"The string '{text[:100]}' is not a valid Boolean value.")
    return text.strip() if "Date" in name else text


def _number(text: str) -> int | Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError("Input string was not in a correct format.")  # pyxero#255
    return Decimal(text) if "." in text else int(text)


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _invalid(words: str) -> ValueError:
    return ValueError(f"Xml for post data was invalid, {words}")


def _unknown(name: str) -> ValueError:
    """In Xero's words (pyxero#105, xeroizer#403)."""
    return ValueError(
        f"The element '{name[:100]}' was not recognised. Ensure the element name has the correct "
        "case and that there are no duplicate elements of the same name."
    )
