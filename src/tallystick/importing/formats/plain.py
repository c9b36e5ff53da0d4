"""Our own templates: documents, payments and allocations, each column by its field's name."""

from tallystick.importing.meaning.fields import ENTRY_FIELDS
from tallystick.importing.meaning.mapping import Mapping

_OF_DOCUMENT = (
    *("kind", "number", "party_number", "party_name", "email", "address", "city", "region"),
    *("postal_code", "country", "issued_on", "due_on", "reference", "currency", "tax_basis"),
    *("subtotal", "tax_total", "total"),
)
_OF_LINE = (
    *("item_code", "description", "quantity", "unit_price", "discount", "discount_amount"),
    *("line_amount", "line_tax", "tax_code", "account_code", "charge", "tracking"),
)
_FOR_BOOKS = ("currency_rate", "template", "do_not_sync")

SIMPLE = Mapping(
    name="tallystick",
    title="Tallystick's simple template",
    columns={
        {"address": "address_1"}.get(name, name): name
        for name in (*_OF_DOCUMENT, *_OF_LINE, *_FOR_BOOKS)
    },
    nobody="walk_in",
)
PAYMENTS = Mapping(
    name="payments",
    title="Payments",
    holds="payments",
    columns={field: field for field in ENTRY_FIELDS["payments"]},
)
ALLOCATIONS = Mapping(
    name="allocations",
    title="Allocations of credit notes",
    holds="allocations",
    columns={
        **{field: field for field in ENTRY_FIELDS["allocations"]},
        "kind": "direction",
        "document": "invoice",
    },
)
