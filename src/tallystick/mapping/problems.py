"""Why something cannot be sent yet: each cause once, in words that name the mending screen."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

#: Screens that mend things, by the names of their pages.
TAX_MAPPING = "tax-mapping"
ACCOUNTS = "accounts"
PAYMENT_METHODS = "payment-methods"
SYNC_RULES = "sync-rules"
PARTY = "party"
DOCUMENT = "document"
XERO = "xero"

#: Causes told in one sentence at most; a document may have a thousand lines.
_TOLD = 10


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


def _together(messages: Sequence[str]) -> str:
    """Say "INV-1 was not sent:" once, with every cause after it."""
    head, _, _ = messages[0].partition(": ")
    if any(not message.startswith(f"{head}: ") for message in messages):
        return " ".join(messages)
    causes = [message.removeprefix(f"{head}: ").removesuffix(".") for message in messages]
    if len(causes) > _TOLD:
        causes[_TOLD:] = [f"and {len(causes) - _TOLD:,} more like these"]
    return f"{head}: {'; '.join(causes)}."
