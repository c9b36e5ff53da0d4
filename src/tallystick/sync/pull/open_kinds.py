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
        PulledKind.ACCOUNTS: (Module.ACCOUNTS, Module.TAX_RATES),
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


def refusals_to_read(organisation: Organisation, kind: PulledKind) -> list[StepMissing]:
    """Return why the kind is not to be read, of each module that wants it; none where it is."""
    refusals = [refusal_of(organisation, module) for module in _WANTED_BY[kind]]
    found = [missing for missing in refusals if missing]
    return found if len(found) == len(refusals) else []


def refused_among(
    organisation: Organisation, readings: Sequence[Reading], *, checked: Collection[PulledKind]
) -> dict[PulledKind, list[StepMissing]]:
    """Return which of the readings are not to be read, each with the reasons.

    Of what is checked for our own sake nothing but a switch is a reason: what we have written is
    looked after, whatever step of the set-up is still to be done.
    """
    found = {}
    for kind in (PulledKind(reading.kind) for reading in readings):
        missing = refusals_to_read(organisation, kind)
        is_shut = all(isinstance(one.missing, Module) for one in missing)
        if missing and (is_shut or kind not in checked):
            found[kind] = missing
    return found


def rest_until_open(
    organisation: Organisation, refused: Mapping[PulledKind, Sequence[StepMissing]]
) -> None:
    """Plan no reading of what is refused; a cycle under way begins again later."""
    for kind, reasons in refused.items():
        for missing in reasons:
            logger.info("pull.refused", kind=kind.value, reason=str(missing))
    Reading.objects.filter(organisation=organisation, kind__in=refused).update(
        due_at=None, due_why="", slice_due_at=None, begun_at=None
    )
