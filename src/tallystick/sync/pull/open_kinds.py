"""Which kinds may be read: the chain of modules is asked before anything of them is.

Reading is refused in the words that pages and commands refuse in. What is refused rests until its
module is switched on, or its missing step is done; both make it due.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import structlog

from tallystick.connections.models import Organisation
from tallystick.connections.modules import Module, StepMissing, refusal_of
from tallystick.sync.models import PulledKind, Reading

logger = structlog.get_logger(__name__)

#: The modules that want a kind: it is read while any of them can go on. What is named here for none
#: belongs to the organisation itself, and to whatever is sent.
_WANTED_BY: Mapping[PulledKind, tuple[Module, ...]] = MappingProxyType(
    {
        PulledKind.ORGANISATION: (),
        PulledKind.ACCOUNTS: (Module.ACCOUNTS,),
        PulledKind.TAX_RATES: (Module.TAX_RATES,),
        PulledKind.CURRENCIES: (),
        PulledKind.TRACKING: (),
        PulledKind.CONTACTS: (Module.CONTACTS,),
        PulledKind.ITEMS: (Module.ITEMS,),
        PulledKind.INVOICES: (Module.INVOICES, Module.BILLS),
        PulledKind.CREDIT_NOTES: (Module.CREDIT_NOTES,),
        PulledKind.PAYMENTS: (Module.PAYMENTS,),
        PulledKind.OVERPAYMENTS: (Module.PAYMENTS,),
        PulledKind.PREPAYMENTS: (Module.PAYMENTS,),
        PulledKind.BANK_TRANSACTIONS: (Module.EXPENSES,),
    }
)


def modules_wanting(kind: PulledKind) -> tuple[Module, ...]:
    """Return the modules that want the kind read."""
    return _WANTED_BY[kind]


def kinds_of(modules: Collection[Module]) -> list[PulledKind]:
    """Return the kinds that these modules want, in the order in which they are read."""
    return [kind for kind, wanting in _WANTED_BY.items() if set(wanting) & set(modules)]


def refusal_to_read(organisation: Organisation, kind: PulledKind) -> StepMissing | None:
    """Return why the kind is not to be read; None: it is."""
    refusals = [refusal_of(organisation, module) for module in _WANTED_BY[kind]]
    return refusals[0] if refusals and all(refusals) else None


def refused_among(
    organisation: Organisation, readings: Sequence[Reading], *, checked: Collection[PulledKind]
) -> dict[PulledKind, StepMissing]:
    """Return which of the readings are not to be read, each with the reason.

    Of what is checked for our own sake nothing but a switch is a reason: what we have written is
    looked after, whatever step of the set-up is still to be done.
    """
    found = {}
    for kind in (PulledKind(reading.kind) for reading in readings):
        missing = refusal_to_read(organisation, kind)
        if missing and (kind not in checked or isinstance(missing.missing, Module)):
            found[kind] = missing
    return found


def rest_until_open(organisation: Organisation, refused: Mapping[PulledKind, StepMissing]) -> None:
    """Plan no reading of what is refused; a cycle under way begins again later."""
    for kind, missing in refused.items():
        logger.info("pull.refused", kind=kind.value, reason=str(missing))
    Reading.objects.filter(organisation=organisation, kind__in=refused).update(
        due_at=None, due_why="", slice_due_at=None, begun_at=None
    )
