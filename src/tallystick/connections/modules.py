"""The modules of the sync and their chain: what each is, what it needs, and who refuses out of order.

One table, `ROWS`. A module is switched for one organisation; what it needs is switched on with it,
and what is needed cannot be switched off. Pages, commands and jobs ask `require_module` and
`refusal_of`, so that all of them refuse in the same words.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.db import transaction
from django.db.models.functions import Now

from tallystick.act_refused import ActRefused
from tallystick.connections.models import Connection, ModuleSwitch, Organisation
from tallystick.connections.signals import modules_freed
from tallystick.english import listed


class Module(StrEnum):
    """A part of the sync that can be switched; in the order in which they stand on screens."""

    ACCOUNTS = "accounts"
    TAX_RATES = "tax_rates"
    ITEMS = "items"
    CONTACTS = "contacts"
    INVOICES = "invoices"
    CREDIT_NOTES = "credit_notes"
    PAYMENTS = "payments"
    BILLS = "bills"
    EXPENSES = "expenses"


class Step(StrEnum):
    """What people do before a module can go on; whether it is done, a higher room knows."""

    TAX_MAPPING = "tax_mapping"


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """All that is to be said of one module."""

    #: What people call it, in the plural, as a sentence begins.
    words: str
    #: What must be there before it, in the order of the chain.
    needs: tuple[Module | Step, ...]
    #: What comes from Xero, and what goes there; empty where nothing does.
    pulls: str
    pushes: str
    #: Xero's granular scopes for it.
    scopes: tuple[str, ...]
    #: Said where it is switched on or off, beyond what it needs.
    remark: str = ""
    #: When it goes to Xero is a matter of the sync rules; or it goes with something else, as told.
    goes_by_rules: bool = False
    goes_with: str = ""
    is_on_at_first: bool = True
    #: Between two readings, unless a person has chosen otherwise.
    usual_minutes: int = 15

    @property
    def noun(self) -> str:
        """The same inside a sentence."""
        return self.words.lower()


@dataclass(frozen=True, slots=True)
class StepRow:
    """What is to be said of a step that is not done."""

    noun: str
    remedy: str
    #: The page that mends it, by its name.
    screen: str


_LISTS = ("accounting.settings.read",)
_INVOICES = ("accounting.invoices",)
#: Lists hardly ever change, and what is to be sent has them read anew in any case.
_A_DAY = 24 * 60
_EXPENSES = "accounting.banktransactions.read"

ROWS: Mapping[Module, ModuleRow] = MappingProxyType(
    {
        Module.ACCOUNTS: ModuleRow(
            "Accounts", (), "The chart of accounts", "", _LISTS, usual_minutes=_A_DAY
        ),
        Module.TAX_RATES: ModuleRow(
            "Tax rates", (Module.ACCOUNTS,), "Tax rates", "", _LISTS, usual_minutes=_A_DAY
        ),
        Module.ITEMS: ModuleRow(
            "Items", (Module.TAX_RATES, Step.TAX_MAPPING), "Products and services", "", _LISTS
        ),
        Module.CONTACTS: ModuleRow(
            "Contacts",
            (Module.TAX_RATES, Step.TAX_MAPPING),
            "Customers and suppliers",
            "Customers and suppliers",
            ("accounting.contacts",),
            goes_with="with the first document of each",
        ),
        Module.INVOICES: ModuleRow(
            "Invoices",
            (Module.ITEMS, Module.CONTACTS),
            "Sales invoices, with what became of ours",
            "Sales invoices",
            _INVOICES,
            goes_by_rules=True,
        ),
        Module.CREDIT_NOTES: ModuleRow(
            "Credit notes",
            (Module.INVOICES,),
            "Credit notes of both sides, with what they are set against",
            "Sales and supplier credit notes",
            _INVOICES,
            goes_by_rules=True,
        ),
        Module.PAYMENTS: ModuleRow(
            "Payments",
            (Module.INVOICES,),
            "Payments, overpayments and prepayments",
            "Payments, and credits set against documents",
            ("accounting.payments",),
            goes_by_rules=True,
        ),
        Module.BILLS: ModuleRow(
            "Bills",
            (Module.CONTACTS,),
            "Bills, with what became of ours",
            "Bills",
            _INVOICES,
            goes_by_rules=True,
        ),
        Module.EXPENSES: ModuleRow(
            "Expenses",
            (Module.CONTACTS,),
            "Spend-money and receive-money transactions",
            "",
            (_EXPENSES,),
            remark="Xero's ExpenseClaims are closed to new users and end in February 2027. "
            "Expenses are bills and spend-money transactions.",
            is_on_at_first=False,
        ),
    }
)

STEPS: Mapping[Step, StepRow] = MappingProxyType(
    {
        Step.TAX_MAPPING: StepRow(
            "the tax mapping", "Choose it under Settings, Tax mapping.", "tax-mapping"
        )
    }
)

#: Says what a step still lacks in an organisation, as a clause; empty where it is done.
Lacking = Callable[[Organisation], str]
_told_by: dict[Step, Lacking] = {}


def told_by(step: Step) -> Callable[[Lacking], Lacking]:
    """Register the function of a higher room that knows whether the step is done."""

    def keep(lacking: Lacking) -> Lacking:
        _told_by[step] = lacking
        return lacking

    return keep


class StepMissing(ActRefused):
    """A module cannot go on before a step of its chain; `screen` is the page that mends it."""

    code = "step_missing"

    def __init__(
        self,
        module: Module,
        missing: Module | Step | str,
        message: str,
        *,
        remedy: str,
        screen: str,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.module = module
        #: The module that is off, the step that is not done, or the scope that Xero was not asked for.
        self.missing = missing
        self.screen = screen


def switched(organisation: Organisation | int) -> dict[Module, bool]:
    """Return of each module whether it is on."""
    chosen = ModuleSwitch.objects.filter(organisation=organisation)
    known = dict(chosen.values_list("module", "is_on"))
    return {module: known.get(module, row.is_on_at_first) for module, row in ROWS.items()}


def modules_on(organisation: Organisation | None) -> list[Module]:
    """Return the modules that are on; those that are at first where there is no organisation yet."""
    if organisation is None:
        return [module for module, row in ROWS.items() if row.is_on_at_first]
    return [module for module, is_on in switched(organisation).items() if is_on]


def modules_shut(organisation: Organisation) -> set[Module]:
    """Return the modules of which nothing goes: they are off, or what they need is."""
    is_on = switched(organisation)
    return {one for one in Module if not all(is_on[each] for each in (one, *needed_by(one)))}


def needed_by(module: Module) -> list[Module]:
    """Return the modules that must be on for it, those that come first in front."""
    found: dict[Module, None] = {}
    for one in _modules(ROWS[module].needs):
        found.update(dict.fromkeys([*needed_by(one), one]))
    return list(found)


def needing(module: Module) -> list[Module]:
    """Return the modules that it must be on for."""
    return [one for one in Module if module in needed_by(one)]


def chain_of(module: Module) -> list[Module | Step]:
    """Return all that must be there before it, modules and steps, in the order of the chain."""
    found: dict[Module | Step, None] = {}
    for one in ROWS[module].needs:
        before = chain_of(one) if isinstance(one, Module) else []
        found.update(dict.fromkeys([*before, one]))
    return list(found)


def refusal_of(organisation: Organisation, module: Module) -> StepMissing | None:
    """Return why the module cannot go on here, by the first step that is missing; None: it can.

    For jobs, and for pages that tell it; an act raises it by `require_module`.
    """
    is_on = switched(organisation)
    for missing in (module, *chain_of(module)):
        if isinstance(missing, Module) and not is_on[missing]:
            return _is_off(module, missing)
        if isinstance(missing, Step) and (lacking := _lacking(organisation, missing)):
            return _is_not_done(module, missing, lacking)
    if ungranted := _ungranted(organisation, module):
        return _is_not_granted(module, ungranted)
    return None


def require_module(organisation: Organisation, module: Module) -> None:
    """Raise StepMissing, naming the missing step and its screen, unless the module can go on."""
    if missing := refusal_of(organisation, module):
        raise missing


def lacks(organisation: Organisation, step: Step) -> str:
    """Return what the step lacks just now, as a clause; empty where it is done.

    Once it was done it holds nothing up any more: what is lacking then is told on each record.
    """
    return _told_by[step](organisation)


@transaction.atomic
def note_step(organisation: Organisation, step: Step) -> None:
    """Note that the step is done, where it is for the first time: what hangs on it goes on then."""
    never = Organisation.objects.filter(pk=organisation.pk, taxes_mapped_at=None)
    if lacks(organisation, step) or not never.update(taxes_mapped_at=Now()):
        return
    after = [module for module in Module if step in chain_of(module)]
    modules_freed.send(sender=Organisation, organisation_id=organisation.pk, modules=after)


def named(modules: Collection[Module]) -> str:
    """Return such as `items and contacts`."""
    return listed([ROWS[module].noun for module in modules])


def _lacking(organisation: Organisation, step: Step) -> str:
    """Return what the step lacks where it never was done.

    A single code that comes later must not stop all that flows: the documents that bear it say so
    and wait, each for itself.
    """
    if organisation.taxes_mapped_at is None:
        organisation.refresh_from_db(fields=["taxes_mapped_at"])
    if organisation.taxes_mapped_at is not None:
        return ""
    return lacks(organisation, step)


def _ungranted(organisation: Organisation, module: Module) -> list[str]:
    """Return the scopes that Xero was not asked for, of those that no other module needs.

    What everybody was asked for from the start is told where Xero refuses it.
    """
    own = [scope for scope in ROWS[module].scopes if not ROWS[module].is_on_at_first]
    if not own:
        return []
    bound = Connection.objects.without_tokens().filter(organisation=organisation).first()
    granted = bound.scopes if bound else []
    return [scope for scope in own if scope not in granted]


def _is_off(module: Module, off: Module) -> StepMissing:
    words = ROWS[module].words
    message = f"{words} are switched off."
    if off != module:
        message = f"{words} need {ROWS[off].noun}, which are switched off."
    remedy = "Switch them on under Settings, Integrations, Modules."
    return StepMissing(module, off, message, remedy=remedy, screen="modules")


def _is_not_done(module: Module, step: Step, lacking: str) -> StepMissing:
    row = STEPS[step]
    message = f"{ROWS[module].words} need {row.noun} first, which is not complete: {lacking}."
    return StepMissing(module, step, message, remedy=row.remedy, screen=row.screen)


def _is_not_granted(module: Module, scopes: list[str]) -> StepMissing:
    message = (
        f"{ROWS[module].words} need a permission that Xero was not asked for: {listed(scopes)}."
    )
    remedy = "Connect the same organisation again under Settings, Integrations; nothing is lost."
    return StepMissing(module, scopes[0], message, remedy=remedy, screen="integrations")


def _modules(needs: Collection[Module | Step]) -> Iterator[Module]:
    return (one for one in needs if isinstance(one, Module))
