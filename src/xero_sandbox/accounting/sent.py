"""Objects of a request body, read by name and kind.

Names are matched without regard to case (facts 4.1). What cannot be read as the kind asked
for makes the whole body unreadable, as with Xero: PostDataInvalid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from xero_sandbox import wire
from xero_sandbox.messages import Request
from xero_sandbox.negotiation import body_of
from xero_sandbox.problems import NoData, PostDataInvalid

_GUID = re.compile(r"\{?([0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12})\}?")
_LARGEST = Decimal(10) ** 15


class Sent:
    def __init__(self, value: Any, kind: str) -> None:
        if not isinstance(value, dict):
            raise PostDataInvalid(
                f"JSON for post data was invalid,Error converting value {_shown(value)} to {kind}"
            )
        self.raw: dict[str, Any] = value
        self._values = {name.lower(): item for name, item in value.items()}
        self._kind = kind

    def __contains__(self, name: str) -> bool:
        """Whether the field was sent with a value other than null."""
        return self._values.get(name.lower()) is not None

    def has_any(self, names: Iterable[str]) -> bool:
        """Whether one of the fields was sent with a value other than null."""
        return any(self._values.get(name.lower()) is not None for name in names)

    def raw_value(self, name: str) -> Any:
        """As it was sent, whatever it is; None if it was not."""
        return self._values.get(name.lower())

    def text(self, name: str) -> str | None:
        value = self._values.get(name.lower())
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, (dict, list)):
            raise self._unreadable(name, value)
        return str(value).lower() if isinstance(value, bool) else str(value)

    def number(self, name: str) -> Decimal | None:
        value = self._values.get(name.lower())
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
            raise self._unreadable(name, value)
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise self._unreadable(name, value) from None
        if not number.is_finite() or abs(number) >= _LARGEST:
            raise self._unreadable(name, value)
        return number

    def day(self, name: str) -> date | None:
        value = self._values.get(name.lower())
        if value is None or value == "":
            return None
        try:
            return wire.parse_day(str(value))
        except ValueError:
            shown = value[:100] if isinstance(value, str) else _shown(value)
            text = f"The string '{shown}' is not a valid AllXsd value."
            raise PostDataInvalid(text) from None

    def flag(self, name: str) -> bool | None:
        value = self._values.get(name.lower())
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if value is None or isinstance(value, bool):
            return value
        raise self._unreadable(name, value)

    def guid(self, name: str) -> str | None:
        """Return the id in its usual form; the zero id and "" count as none."""
        value = self._values.get(name.lower())
        if value is None or value == "":
            return None
        ident = read_guid(value) if isinstance(value, str) else None
        if ident is None:
            raise self._unreadable(name, value)
        return None if ident == wire.ZERO_ID else ident

    def child(self, name: str) -> Sent | None:
        value = self._values.get(name.lower())
        return None if value is None else Sent(value, name)

    def children(self, name: str) -> list[Sent] | None:
        value = self._values.get(name.lower())
        if value is None:
            return None
        if not isinstance(value, list):
            raise self._unreadable(name, value)
        return [Sent(item, name) for item in value]

    def _unreadable(self, name: str, value: Any) -> PostDataInvalid:
        return PostDataInvalid(
            f"JSON for post data was invalid,Error converting value {_shown(value)} "
            f"to {self._kind}.{name}"
        )


def _shown(value: Any) -> str:
    """A value as JSON has it, the beginning of a long one."""
    text = wire.dumps(value)
    return text if len(text) <= 102 else f"{text[:100]}.."


def read_guid(text: str) -> str | None:
    """Return an id in lower case with hyphens, or None if `text` is none."""
    found = _GUID.fullmatch(text.strip().lower())
    if not found:
        return None
    digits = found[1].replace("-", "")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def elements(request: Request, plural: str, *, bare: bool = False) -> list[Sent]:
    """Return the elements of a body, in JSON or in XML: a list of them under the plural name or, and
    only so if `bare`, one object.

    Raises PostDataInvalid for what cannot be read or is no object, NoData for nothing.
    """
    if not request.body.strip():
        raise NoData(plural)
    try:
        body = Sent(body_of(request, plural), plural)
    except ValueError as error:
        raise PostDataInvalid(str(error)) from None
    found = body.children(plural) if plural in body and not bare else list(_bare(body))
    if not found:
        raise NoData(plural)
    return found


def _bare(body: Sent) -> Iterator[Sent]:
    if any(value is not None for value in body.raw.values()):
        yield body
