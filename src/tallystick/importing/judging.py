"""Decides what becomes of each document of a file."""

import hashlib
from decimal import Decimal
from enum import Enum, auto
from typing import NamedTuple, cast

import msgspec

from tallystick.books.filling import MOST_ROUNDING
from tallystick.books.models import Kind
from tallystick.importing.heads import Head
from tallystick.importing.staging import StagedDocument
from tallystick.money import Basis, Totals, totals_of_sums

_NOT_AN_INVOICE = "no line has a value (stock adjustment)"
_CONFLICT = (
    "A document with this number is here already with other content and was left as it is. "
    "Give this one another number if it is a different document."
)
_heads = msgspec.json.Decoder(Head)
_SAME_IN_ALL_ROWS = (
    *("party_number", "party_name", "currency", "tax_basis"),
    *("currency_rate", "template", "do_not_sync"),
)


class Cause(Enum):
    """Why a document is not made."""

    ALREADY_HERE = auto()
    CONFLICT = auto()
    #: On purpose.
    LEFT_OUT = auto()
    UNREADABLE = auto()


class Declined(NamedTuple):
    """A document that is not made."""

    staged: StagedDocument
    cause: Cause
    #: In words; empty where its bad rows say it already.
    reason: str = ""


class Accepted(NamedTuple):
    """A document to be made."""

    staged: StagedDocument
    head: Head
    totals: Totals
    #: What the file says it comes to, less what its lines make: at most 0.10 either way.
    rounding: Decimal
    #: Whether lines that name no tax code bear the workspace's default; not where the file's own
    #: total leaves no room for that tax.
    bears_default: bool
    #: -1 where the file writes a credit note in negative figures, which we keep positive.
    sign: int
    #: Fingerprint, 16 bytes, of what the file says of the document.
    digest: bytes


def judge(staged: StagedDocument) -> Accepted | Declined:
    """Return what becomes of the document, the same in a dry run as in a run."""
    if staged.is_bad or not staged.heads or staged.amount is None or staged.tax is None:
        return Declined(staged, Cause.UNREADABLE)
    head, *others = map(_heads.decode, staged.heads)
    if difference := _difference(head, others):
        return Declined(staged, Cause.UNREADABLE, difference)
    if head.left_out:
        return Declined(staged, Cause.LEFT_OUT, head.left_out)
    sign = _sign(staged.kind, staged.amount)
    if max(sign * (staged.highest or 0), sign * (staged.lowest or 0)) <= 0:
        return Declined(staged, Cause.LEFT_OUT, _NOT_AN_INVOICE)
    with_default, without = (
        totals_of_sums(sign * staged.amount, sign * tax, cast(Basis, head.tax_basis))
        for tax in (staged.tax, staged.tax - staged.default_tax)
    )
    stated = sign * Decimal(head.total) if head.total else with_default.total
    bears_default = abs(stated - with_default.total) <= MOST_ROUNDING
    totals = with_default if bears_default else without
    rounding = stated - totals.total
    if abs(rounding) > MOST_ROUNDING:
        return Declined(staged, Cause.UNREADABLE, _other_total(head, sign * with_default.total))
    digest = _digest(staged, head, rounding)
    if not staged.is_here:
        return Accepted(staged, head, totals, rounding, bears_default, sign, digest)
    if staged.import_digest is not None and bytes(staged.import_digest) == digest:
        return Declined(staged, Cause.ALREADY_HERE)
    return Declined(staged, Cause.CONFLICT, _CONFLICT)


def _difference(first: Head, others: list[Head]) -> str:
    """Say in which row the document contradicts its first one; days may differ, the first counts."""
    for other in others:
        for field in _SAME_IN_ALL_ROWS:
            ours, theirs = getattr(first, field), getattr(other, field)
            if theirs and ours != theirs:
                return (
                    f"Line {other.line} gives {field.replace('_', ' ')} “{theirs}”, line "
                    f"{first.line} of the same document “{ours}”. Make them the same, or give "
                    "one of them another number."
                )
    return ""


def _sign(kind: str, amount: Decimal) -> int:
    return -1 if amount < 0 and Kind(kind).is_credit else 1


def _digest(staged: StagedDocument, head: Head, rounding: Decimal) -> bytes:
    """Return 16 bytes that stand for what the file says of the document."""
    said: tuple[object, ...] = (
        *(staged.kind, staged.number, head.party_number, head.party_name),
        *(head.issued_on, head.due_on, head.reference, head.currency, head.tax_basis),
    )
    # What the files of earlier versions could not say counts only where it is said.
    added = (head.currency_rate, head.template, head.do_not_sync, f"{rounding.normalize():f}")
    if any(added[:-1]) or rounding:
        said += added
    return hashlib.blake2b(msgspec.json.encode(said) + staged.digest, digest_size=16).digest()


def _other_total(head: Head, found: Decimal) -> str:
    return (
        f"The file says it comes to {head.total}, but its lines add up to {found}; at most "
        f"{MOST_ROUNDING} of difference is taken as rounding. "
        "Look for missing or repeated rows."
    )
