"""What a party or item says, field by field, in one plain form for both halves; and what differs.

Text without needless blanks, empty where there is nothing. What is not synced is left out. By what
we sent and what Xero had after it, a change of ours is told from one of theirs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from tallystick import xero
from tallystick.books.models import Party
from tallystick.sync.models import AddressSlot, PhoneSlot, RecordPolicy

Values: TypeAlias = dict[str, str]

_PHONE, _ADDRESS = "phone_", "address_"
LABELS = {
    "email": "E-mail address",
    "tax_number": "Tax number",
    **{f"{_PHONE}{slot.value}": slot.label for slot in PhoneSlot if slot},
    **{f"{_ADDRESS}{slot.value}": slot.label for slot in AddressSlot if slot},
    "name": "Name",
    "description": "Description",
    "sales_price": "Price when sold",
    "sales_account": "Account when sold",
    "sales_tax": "Tax when sold",
    "purchase_price": "Price when bought",
    "purchase_account": "Account when bought",
    "purchase_tax": "Tax when bought",
}


class Newer(StrEnum):
    """On which side a value that differs was changed last."""

    OURS = "ours"
    THEIRS = "theirs"
    #: On both, or nobody knows.
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not the same on both sides."""

    field: str
    ours: str
    theirs: str
    newer: Newer

    @property
    def label(self) -> str:
        return LABELS[self.field]

    @property
    def differs(self) -> bool:
        """As rows of comparisons have it."""
        return True


def party_values(party: Party, policy: RecordPolicy) -> Values:
    """Return what the party says of all that is synced under the policy."""
    values = {"email": _folded(party.email), "tax_number": _folded(party.tax_number)}
    if policy.phone_as:
        values[f"{_PHONE}{policy.phone_as}"] = _folded(party.phone)
    if policy.address_as:
        parts = (party.address, party.city, party.region, party.postal_code, party.country)
        values[f"{_ADDRESS}{policy.address_as}"] = _joined(parts)
    return values


def contact_values(contact: xero.Contact) -> Values:
    """Return what Xero's contact says, of every place that a number or address can stand in."""
    phones = {one.type: phone_text(one) for one in contact.phones}
    addresses = {one.type: _joined(address_parts(one)) for one in contact.addresses}
    return {
        "email": _folded(contact.email_address),
        "tax_number": _folded(contact.tax_number),
        **{f"{_PHONE}{slot.value}": phones.get(slot.value, "") for slot in PhoneSlot if slot},
        **{
            f"{_ADDRESS}{slot.value}": addresses.get(slot.value, "") for slot in AddressSlot if slot
        },
    }


def phone_text(phone: xero.Phone) -> str:
    """Return the number as people write it, with the codes that Xero keeps apart."""
    return _folded(" ".join(filter(None, (phone.country_code, phone.area_code, phone.number))))


def address_parts(address: xero.Address) -> tuple[str, str, str, str, str]:
    """Return lines, city, region, postal code and country."""
    lines = (address.line1, address.line2, address.line3, address.line4)
    text = "\n".join(line.strip() for line in lines if line and line.strip())
    more = (address.city, address.region, address.postal_code, address.country)
    city, region, postal_code, country = (_folded(part) for part in more)
    return text, city, region, postal_code, country


def item_values(item: xero.Item) -> Values:
    """Return what Xero's item says."""
    sales, purchase = item.sales or xero.ItemPrice(), item.purchase or xero.ItemPrice()
    return {
        "name": _folded(item.name),
        "description": _folded(item.description),
        "sales_price": price_text(sales.unit_price),
        "sales_account": sales.account_code or "",
        "sales_tax": sales.tax_type or "",
        "purchase_price": price_text(purchase.unit_price),
        "purchase_account": purchase.account_code or "",
        "purchase_tax": purchase.tax_type or "",
    }


def price_text(price: Decimal | None) -> str:
    """Return the price without trailing noughts; empty for none."""
    return "" if price is None else f"{price.normalize():f}" if price else "0"


def differences_of(
    ours: Values, theirs: Values, sent: Values | None, came_back: Values | None
) -> list[Difference]:
    """Return what differs of all that is synced, and on which side it was changed since we wrote."""
    return [
        Difference(name, value, theirs.get(name, ""), _newer(name, value, theirs, sent, came_back))
        for name, value in ours.items()
        if value != theirs.get(name, "")
    ]


def at_first(ours: Values, theirs: Values) -> Values:
    """Return what counts as sent of a record that is found in Xero, or was linked long ago.

    What Xero has none of is still to be sent; what it has otherwise was never ours to change.
    """
    alike = {name: value for name, value in ours.items() if value == theirs.get(name, "")}
    return alike | {name: "" for name in ours if not theirs.get(name)}


def _newer(
    name: str, value: str, theirs: Values, sent: Values | None, came_back: Values | None
) -> Newer:
    there = theirs.get(name, "")
    if sent is None or name not in sent:
        return Newer.BOTH if there else Newer.OURS
    if sent[name] == value:
        return Newer.THEIRS
    return Newer.OURS if there == (came_back or {}).get(name, "") else Newer.BOTH


def labels_of(differences: Iterable[Difference]) -> list[str]:
    """Return what the values are called inside a sentence."""
    return [one.label[:1].lower() + one.label[1:] for one in differences]


def _joined(parts: Iterable[str | None]) -> str:
    return ", ".join(filter(None, map(_folded, parts)))


def _folded(text: str | None) -> str:
    return " ".join((text or "").split())
