"""How parties and items go to an organisation: when, who owns what, and as which of Xero's fields.

One row a kind; where there is none, the defaults hold: parties go when somebody asks, or with their
first document, items not at all.
"""

from tallystick.books.models import Item, Party
from tallystick.connections.models import Organisation
from tallystick.sync.links.record_kinds import ITEM, PARTY
from tallystick.sync.models import Owner, RecordPolicy, RecordTrigger

#: The kinds that there are such rules of.
RECORDS = (PARTY, ITEM)
#: Values that both sides have, by their names in the input classes; all else is local.
SHARED_FIELDS = {
    PARTY: frozenset(
        {
            *("name", "email", "phone", "tax_number"),
            *("address", "city", "region", "postal_code", "country"),
        }
    ),
    ITEM: frozenset(
        {
            *("code", "name", "description", "unit_price", "purchase_price"),
            *("account_code", "purchase_account_code"),
        }
    ),
}


def record_policies_of(organisation: Organisation) -> dict[str, RecordPolicy]:
    """Return the policy of each kind, by kind; unsaved defaults where nobody has chosen."""
    saved = {one.kind: one for one in RecordPolicy.objects.filter(organisation=organisation)}
    return {kind: saved.get(kind) or _default(organisation, kind) for kind in RECORDS}


def record_policy_of(organisation: Organisation, kind: str) -> RecordPolicy:
    """Return one kind's policy."""
    return record_policies_of(organisation)[kind]


def is_on(policy: RecordPolicy) -> bool:
    """Tell whether records of the kind go to Xero at all."""
    return policy.trigger != RecordTrigger.NEVER


def goes_by_itself(policy: RecordPolicy) -> bool:
    """Tell whether a record goes as soon as it is saved.

    Where Xero owns them, a new one is made there first in any case.
    """
    return is_on(policy) and (
        policy.trigger == RecordTrigger.BY_ITSELF or policy.owner == Owner.XERO
    )


def comes_from_xero(policy: RecordPolicy) -> bool:
    """Tell whether what Xero has is what holds here."""
    return is_on(policy) and policy.owner == Owner.XERO


def kind_of_record(record: Party | Item) -> str:
    """Return the kind of a party or item, as `Link.kind` has it."""
    return PARTY if isinstance(record, Party) else ITEM


def shared_fields(policy: RecordPolicy) -> frozenset[str]:
    """Return the values that both sides have under the policy."""
    shared = SHARED_FIELDS[policy.kind]
    if policy.kind == PARTY and not policy.phone_as:
        shared -= {"phone"}
    if policy.kind == PARTY and not policy.address_as:
        shared -= {"address", "city", "region", "postal_code", "country"}
    return shared


def _default(organisation: Organisation, kind: str) -> RecordPolicy:
    trigger = RecordTrigger.NEVER if kind == ITEM else RecordTrigger.BY_HAND
    return RecordPolicy(organisation=organisation, kind=kind, trigger=trigger)
