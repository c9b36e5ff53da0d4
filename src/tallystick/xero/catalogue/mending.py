"""What is done about a fault here: a document is edited, a payment or an allocation made anew."""

from collections.abc import Mapping
from types import MappingProxyType

#: What nobody edits here: it is recorded or deleted, allocated or removed.
SETTLEMENTS = frozenset({"payment", "allocation"})
_CANCEL = "Cancel the {noun} here and amend it: "

#: By what a remedy has in braces; "{subject}" is such as "the due date of the invoice".
_OF_DOCUMENTS: Mapping[str, str] = MappingProxyType(
    {
        "mend": "Mend {subject}, then press Retry.",
        "correct": "Correct {subject}, then press Retry.",
        "enter": "Enter {subject}, then press Retry.",
        "shorten": "Shorten {subject}, then press Retry.",
        "compare": "Compare it with what is still due in Xero and correct it, then press Retry.",
        "later": "give the {noun} a later date",
        "party": f"{_CANCEL}the draft with a new number takes another customer or supplier.",
        "currency": "or correct it here, then press Retry.",
    }
)
_OF_PAYMENTS = MappingProxyType(
    {
        **dict.fromkeys(
            ("mend", "correct", "enter", "shorten"), "Delete it here and record it anew."
        ),
        "compare": "Compare both sides; delete it here and record it anew.",
        "later": "delete it here and record it anew with a later date",
        "party": "Delete it here and record it anew.",
        "currency": "or delete it here and record it anew.",
    }
)
_OF_ALLOCATIONS = MappingProxyType(
    {
        **dict.fromkeys(
            ("mend", "correct", "enter", "shorten"), "Remove it here and allocate it anew."
        ),
        "compare": "Compare both sides; remove it here and allocate it anew.",
        "later": "remove it here and allocate it anew with a later date",
        "party": "Remove it here and allocate it anew.",
        "currency": "or remove it here and allocate it anew.",
    }
)
_OF_CONTACTS = MappingProxyType(
    {
        **_OF_DOCUMENTS,
        "party": "Correct it at the customer or supplier here, then press Retry.",
        "currency": "then press Retry.",
    }
)
_WAYS = MappingProxyType(
    {"payment": _OF_PAYMENTS, "allocation": _OF_ALLOCATIONS, "contact": _OF_CONTACTS}
)


def as_remedy(remedy: str, noun: str, subject: str) -> str:
    """Return the remedy in words that are possible for what was sent."""
    for name, words in _WAYS.get(noun, _OF_DOCUMENTS).items():
        remedy = remedy.replace(f"{{{name}}}", words)
    return (
        remedy.replace("{subject}", subject).replace("{noun}", noun).replace("{line}", "the line")
    )
