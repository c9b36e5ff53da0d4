"""Why something cannot be sent yet: each cause once, in words that name the mending screen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

Decided = TypeVar("Decided")

#: Screens that mend things, by the names of their pages.
TAX_MAPPING = "tax-mapping"
ACCOUNTS = "accounts"
PAYMENT_METHODS = "payment-methods"
SYNC_RULES = "sync-rules"
ITEMS = "item-list"
PARTY = "party"
DOCUMENT = "document"
XERO = "xero"

#: Causes told in one sentence at most; a document may have a thousand lines.
_TOLD = 10


class MappingCode(StrEnum):
    """Why something cannot be resolved to what Xero is sent."""

    ACCOUNT = "account"
    NO_ACCOUNT = "no_account"
    BELOW_ZERO = "below_zero"
    CURRENCY = "currency"
    LOCKED = "locked"
    TOTALS = "totals"
    NUMBER = "number"
    NO_LINES = "no_lines"
    TRACKING = "tracking"
    NO_PAYMENT_ACCOUNT = "no_payment_account"
    PAYMENT_ACCOUNT = "payment_account"
    ROUNDING = "rounding"
    ROUNDING_ACCOUNT = "rounding_account"
    TAX_NOT_MAPPED = "tax_not_mapped"
    TAX_TYPE = "tax_type"
    STATED_TAX = "stated_tax"
    NO_TAX_CODE = "no_tax_code"
    MADE_UNTAXED = "made_untaxed"


@dataclass(frozen=True, slots=True)
class Problem:
    """One cause, told to a bookkeeper.

    `waits_for` is the key whose mending releases the document by itself; keys that begin with
    `xero:` are mended in Xero and re-read on Retry. Empty: only Retry releases.
    """

    code: str
    message: str
    remedy: str
    screen: str = DOCUMENT
    waits_for: str = ""
    #: What a person needs to see to answer, such as both sides of a difference; plain JSON.
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)
    #: A question to a person rather than an error: the document is held, not failed.
    is_question: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Unresolved(Exception):
    """Something cannot be sent; carries every cause at once, errors before questions."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        distinct = dict.fromkeys(problems)
        self.problems = tuple(sorted(distinct, key=lambda problem: problem.is_question))
        super().__init__(_together([problem.message for problem in self.problems]))


class Causes:
    """Gathers why several decisions could not be made, so that all is told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def of(self, decide: Callable[[], Decided]) -> Decided | None:
        """Return what is decided; None where it is not, and why is kept."""
        try:
            return decide()
        except Unresolved as unresolved:
            self.problems += unresolved.problems
            return None

    def raise_any(self) -> None:
        """Raise Unresolved with all that was gathered, if anything was."""
        if self.problems:
            raise Unresolved(self.problems)


def _together(messages: Sequence[str]) -> str:
    """Say "INV-1 was not sent:" once, with every cause after it."""
    head, _, _ = messages[0].partition(": ")
    if any(not message.startswith(f"{head}: ") for message in messages):
        return " ".join(messages)
    causes = [message.removeprefix(f"{head}: ").removesuffix(".") for message in messages]
    if len(causes) > _TOLD:
        causes[_TOLD:] = [f"and {len(causes) - _TOLD:,} more like these"]
    return f"{head}: {'; '.join(causes)}."
