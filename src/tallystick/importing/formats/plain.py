"""Our own templates: documents, payments and allocations, each column by its field's name."""

from tallystick.importing.meaning.fields import ENTRY_FIELDS, FIELDS
from tallystick.importing.meaning.mapping import Mapping

_OURS = {field: field for field in FIELDS}

SIMPLE = Mapping(
    name="tallystick",
    title="Tallystick's simple template",
    columns={
        **{field: name for field, name in _OURS.items() if not field.startswith("address_")},
        "address_1": "address",
    },
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
