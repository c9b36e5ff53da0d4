"""Why a document cannot be sent yet: each cause once, in words that name the mending screen."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

#: Screens that mend things, by the names of their pages.
TAX_MAPPING = "tax-mapping"
PARTY = "party"
DOCUMENT = "document"
XERO = "xero"


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

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Unresolved(Exception):
    """A document cannot be sent; carries every cause at once, the first one first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(_together([problem.message for problem in problems]))
        self.problems = tuple(problems)


def _together(messages: Sequence[str]) -> str:
    """Say "INV-1 was not sent:" once, with every cause after it."""
    head, _, _ = messages[0].partition(": ")
    if any(not message.startswith(f"{head}: ") for message in messages):
        return " ".join(messages)
    causes = [message.removeprefix(f"{head}: ").removesuffix(".") for message in messages]
    return f"{head}: {'; '.join(causes)}."
