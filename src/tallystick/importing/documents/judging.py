"""Decides what becomes of each document of a file."""

import hashlib
from collections.abc import Mapping as Answers
from decimal import Decimal
from typing import Any, NamedTuple, cast

import msgspec

from tallystick.books.filling import MOST_ROUNDING
from tallystick.books.models import Kind
from tallystick.books.names import comparable_name
from tallystick.importing.documents.heads import Head
from tallystick.importing.documents.here import Here
from tallystick.importing.documents.staging import StagedDocument
from tallystick.importing.meaning.leftover import says_something
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.questions import Ask
from tallystick.importing.report import Cause
from tallystick.money import Basis, Totals, totals_of_sums

#: A sum is at least so many times its rounding.
_LEAST_OF_ROUNDING = 20
_heads = msgspec.json.Decoder(Head)
_SAME_IN_ALL_ROWS = (
    *("party_number", "party_name", "email", "currency", "tax_basis", "subtotal", "tax_total"),
    *("total", "currency_rate", "order_tax", "template", "do_not_sync", "left_out", "cancels"),
    "order_figures",
)
#: Of these, empty is not silence: the row is taken.
_SAID_BY_NOTHING = ("left_out", "cancels")
#: What it may be where rows differ in a sum of the whole document.
_OF_LINES = {
    "total": "If it is what each line comes to, map it as the amount of the line. ",
    "subtotal": "If it is what each line comes to, map it as the amount of the line. ",
    "tax_total": "If it is the tax of each line, map it so. ",
}
#: How prices stand to tax, after "prices are".
BASES = {"inclusive": "with tax inside", "exclusive": "without tax"}
_OTHER: dict[str, Basis] = {"exclusive": "inclusive", "inclusive": "exclusive"}


class Rules(NamedTuple):
    """What holds for all documents of the file."""

    mapping: Mapping
    answers: Answers[str, str]
    #: Why none of them can be made; empty where they can.
    poisoned: str = ""
    #: Whether the file writes credit notes both above and below zero.
    mixes_signs: bool = False

    def says(self, ask: Ask, value: str) -> bool:
        return self.answers.get(ask) == value


class Declined(NamedTuple):
    """A document that is not made; without a cause it is here already."""

    staged: StagedDocument
    cause: Cause | None
    #: In whole sentences.
    reason: str = ""
    #: What it comes to as far as it could be read, and in what.
    amount: Decimal | None = None
    currency: str = ""
    #: An answer that would have it made, or the next cause told.
    answer: tuple[Ask, str] | None = None


class Cancelling(NamedTuple):
    """A document here that the file cancels."""

    staged: StagedDocument
    #: The key of the document.
    here: int


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
    #: Whether prices stand to tax the other way than the mapping has it.
    is_turned: bool
    #: -1 where the file writes a credit note in negative figures, which we keep positive.
    sign: int
    #: Fingerprint, 16 bytes, of what the file says of the document.
    digest: bytes
    #: The cancelled document that it is made in place of.
    replaces: Here | None = None

    @property
    def total(self) -> Decimal:
        return self.totals.total + self.rounding


class Differing(NamedTuple):
    """A document that is here with other content, as far as its fingerprint tells."""

    new: Accepted
    here: Here
    #: What asks about it, and the answer.
    ask: Ask
    mode: str

    @property
    def staged(self) -> StagedDocument:
        return self.new.staged

    def declined(self, reason: str) -> Declined:
        """Return that what is here is left as it is."""
        new = self.new
        currency = new.head.currency
        return Declined(new.staged, Cause.CHANGED, reason, new.total, currency, (self.ask, ""))


Verdict = Accepted | Declined | Cancelling | Differing


def judge(staged: StagedDocument, here: Here | None, rules: Rules) -> Verdict:
    """Return what becomes of the document, the same in a dry run as in a run.

    `here` is what the books have of it.
    """
    heads = list(map(_heads.decode, staged.heads or ()))
    if staged.bad or not heads or staged.amount is None or staged.tax is None:
        reason = staged.bad or "Nothing of it can be read."
        return _declined(staged, heads, Cause.UNREADABLE, reason)
    head, *others = heads
    if difference := _difference(head, others):
        return _declined(staged, heads, Cause.CONTRADICTION, difference)
    if head.left_out:
        return _declined(staged, heads, Cause.ON_PURPOSE, _left_out(head, here))
    if head.cancels:
        return _cancelling(staged, heads, here)
    if rules.poisoned:
        return _declined(staged, heads, Cause.UNREADABLE, rules.poisoned)
    if not staged.has_figures:
        reason = "No line of it has a quantity and a price: its figures were probably lost."
        return _declined(staged, heads, Cause.UNREADABLE, reason)
    odd = head.odd or _days_apart(head, others, rules.mapping)
    if odd and not rules.says(Ask.ODD, "take"):
        declined = _declined(staged, heads, Cause.ODD, odd)
        return declined._replace(answer=(Ask.ODD, "take"))
    if rules.mapping.nobody != "walk_in" and _names_nobody(head):
        declined = _declined(staged, heads, Cause.NOBODY, "It names no customer.")
        is_asked = rules.mapping.nobody == "ask"
        return declined._replace(answer=(Ask.NOBODY, "walk_in") if is_asked else None)
    if unsigned := _unsigned(staged, heads, rules):
        return unsigned
    summed = _summed(staged, heads, rules)
    return _met(summed, here, rules) if here and isinstance(summed, Accepted) else summed


def _left_out(head: Head, here: Here | None) -> str:
    reason = f"It is left out: {head.left_out}."
    if here is None or here.is_cancelled:
        return reason
    return f"{reason} {here.number} is here and stays as it is: cancel it if it is to go."


def _names_nobody(head: Head) -> bool:
    return not (head.party_number or head.party_name or head.email)


def _cancelling(staged: StagedDocument, heads: list[Head], here: Here | None) -> Verdict:
    if here is None:
        reason = "The file says that it is cancelled, and it is not here."
        return _declined(staged, heads, Cause.NOT_HERE, reason)
    return Declined(staged, None) if here.is_cancelled else Cancelling(staged, here.document_id)


def _met(new: Accepted, here: Here, rules: Rules) -> Verdict:
    """Return what becomes of a document whose number the books have."""
    if here.is_cancelled:
        if rules.says(Ask.CANCELLED, "make"):
            return new._replace(replaces=here)
        on = f" on {here.cancelled_on.day} {here.cancelled_on:%b %Y}" if here.cancelled_on else ""
        reason = f"{here.number} was cancelled here{on} and is not made anew."
        answer = (Ask.CANCELLED, "make")
        currency = new.head.currency
        return Declined(new.staged, Cause.CANCELLED, reason, new.total, currency, answer)
    if here.digest == new.digest:
        return Declined(new.staged, None)
    ask = Ask.CHANGED_HERE if here.is_changed else Ask.CHANGED
    return Differing(new, here, ask, rules.answers.get(ask, "leave"))


def _unsigned(staged: StagedDocument, heads: list[Head], rules: Rules) -> Declined | None:
    """Decline what cannot be said to be money in or money out."""
    amount = staged.amount or Decimal(0)
    if not Kind(staged.kind).is_credit and amount < 0:
        reason = (
            "It comes to less than nothing, which an invoice cannot; this format does not take it "
            "for a credit note. Correct its figures, or say in the file that it is one."
        )
        return _declined(staged, heads, Cause.NEGATIVE, reason)
    is_below = Kind(staged.row_kind).is_credit and amount < 0
    if rules.mixes_signs and is_below and not rules.says(Ask.CREDIT_SIGN, "amount"):
        reason = (
            "The file calls it a credit note and writes it below zero, others above: it may be a "
            "credit note that was taken back."
        )
        return _declined(staged, heads, Cause.CREDIT_SIGN, reason)
    return None


def _summed(staged: StagedDocument, heads: list[Head], rules: Rules) -> Accepted | Declined:
    """Hold what the lines make against what the file says they make."""
    head, mapping = heads[0], rules.mapping
    sums = _Sums(staged, head)
    difference = sums.difference()
    if difference and mapping.basis_by_sums and sums.says_other_basis():
        staged = staged._replace(tax=staged.other_tax, tax_off=None)
        head = msgspec.structs.replace(head, tax_basis=_OTHER[head.tax_basis])
        sums = _Sums(staged, head)
        difference = sums.difference()
    if difference:
        declined = _declined(staged, heads, Cause.SUMS, difference)
        return declined._replace(answer=sums.answer(mapping))
    totals, sign = sums.totals(), sums.sign
    rounding = sums.rounding()
    if not totals.total + rounding and rules.mapping.zero == "leave_out":
        return _declined(staged, heads, Cause.ZERO, f"Left out: {rules.mapping.zero_reason}.")
    digest = _digest(staged, head, rounding)
    is_turned = head is not heads[0]
    return Accepted(staged, head, totals, rounding, sums.bears_default, is_turned, sign, digest)


def _is_rounding(stated: Decimal, found: Decimal) -> bool:
    """Return whether two sums are apart by cents only; a tenth of a small one is no rounding."""
    off = abs(stated - found)
    return off <= MOST_ROUNDING and off * _LEAST_OF_ROUNDING <= max(abs(stated), abs(found))


class _Sums:
    """What the lines come to, and what the file says they come to.

    Figures of a credit note that the file writes below zero are turned: we keep them positive.
    """

    def __init__(self, staged: StagedDocument, head: Head) -> None:
        self._staged, self._head = staged, head
        self._amount, self._tax = staged.amount or Decimal(0), staged.tax or Decimal(0)
        self._basis = cast(Basis, head.tax_basis)
        self.sign = -1 if self._amount < 0 and Kind(staged.kind).is_credit else 1
        with_default = self._totals(self._tax)
        self._stated = self._said(head.total, with_default.total)
        self.bears_default = (
            self._stated is None
            or staged.states_default_tax
            or _is_rounding(self._stated, with_default.total)
        )

    def totals(self) -> Totals:
        """Return the sums of the document, positive for a credit note."""
        totals = self._totals(self._own_tax())
        return Totals(*(self.sign * each for each in totals))

    def rounding(self) -> Decimal:
        if self._stated is None:
            return Decimal(0)
        return self.sign * (self._stated - self._totals(self._own_tax()).total)

    def difference(self) -> str:
        """Say where the file states something else than its lines make; empty where nowhere."""
        head, totals = self._head, self._totals(self._own_tax())
        if self._stated is not None and (
            not _is_rounding(self._stated, totals.total) or self._is_better_the_other_way()
        ):
            # With the default's tax, for that is what was to be made.
            found = self._totals(self._tax).total
            return self._worded(
                f"The file says it comes to {head.total}, but its lines add up to {found}; at most "
                f"{MOST_ROUNDING} of difference, and a twentieth of it, is taken as rounding. "
                "Look for missing or repeated rows."
            )
        tax_total = self._said(head.tax_total, totals.tax)
        if tax_total is not None and tax_total != totals.tax:
            return self._worded(
                f"The file says its tax is {head.tax_total}, but the rates of its lines make "
                f"{totals.tax}."
            )
        if self._staged.tax_off is not None and self.bears_default:
            return self._worded(
                f"On line {self._staged.tax_off} the file states another tax than the rate makes."
            )
        subtotal = self._said(head.subtotal, totals.subtotal)
        # Some sources state it with the tax inside.
        if subtotal is not None and subtotal not in (totals.subtotal, self._amount):
            return f"The file says it comes to {head.subtotal} without tax, its lines to {totals.subtotal}."
        return ""

    def says_other_basis(self) -> bool:
        """Return whether total and tax are to the cent what they are with prices the other way."""
        head, other_tax = self._head, self._staged.other_tax
        if not (head.total and head.tax_total and other_tax and self._fits_other_basis()):
            return False
        other = totals_of_sums(self._amount, other_tax, _OTHER[head.tax_basis])
        return self._said(head.total, other.total) == other.total

    def answer(self, mapping: Mapping) -> tuple[Ask, str] | None:
        """Return the answer by which what the file says would be what the lines make."""
        if self._fits_other_basis():
            return Ask.TAX_BASIS, _OTHER[self._head.tax_basis]
        if mapping.tax_amounts != "stated" and self._tax and self._fits_as_stated():
            return Ask.TAX_AMOUNTS, "stated"
        return None

    def _fits_as_stated(self) -> bool:
        """Return whether all would be as the file says with its own tax, be it inside or not."""
        staged, head = self._staged, self._head
        tax = staged.taken_tax
        if head.tax_total and not staged.states_all_taxes:
            tax = self._said(head.tax_total, self._amount)
        if tax is None or not (head.tax_total or staged.tax_off is not None):
            return False
        for basis in (self._basis, _OTHER.get(self._basis, self._basis)):
            own = totals_of_sums(self._amount, tax, basis)
            total, tax_total = (
                self._said(head.total, own.total),
                self._said(head.tax_total, own.tax),
            )
            subtotal = self._said(head.subtotal, own.subtotal)
            if (
                (total is None or _is_rounding(total, own.total))
                and tax_total in (None, own.tax)
                and subtotal in (None, own.subtotal, self._amount)
            ):
                return True
        return False

    def _fits_other_basis(self) -> bool:
        staged, head = self._staged, self._head
        if staged.other_tax is None or head.tax_basis not in _OTHER or staged.is_other_tax_off:
            return False
        other = totals_of_sums(self._amount, staged.other_tax, _OTHER[head.tax_basis])
        total, tax = self._said(head.total, other.total), self._said(head.tax_total, other.tax)
        said = [*filter(None, (head.total, head.tax_total)), *filter(None, [staged.tax_off])]
        fits_total = total is None or _is_rounding(total, other.total)
        return bool(said) and fits_total and (tax is None or tax == other.tax)

    def _is_better_the_other_way(self) -> bool:
        """Say whether a small difference, such as any is on a small document, is one of tax."""
        totals, other_tax = self._totals(self._own_tax()), self._staged.other_tax
        if self._stated == totals.total or other_tax is None or not self._fits_other_basis():
            return False
        other = totals_of_sums(self._amount, other_tax, _OTHER[self._head.tax_basis])
        return other.total == self._said(self._head.total, other.total)

    def _said(self, text: str, like: Decimal) -> Decimal | None:
        """Return a sum that the file states; of a credit note with the sign of what it is `like`,
        for its sums may stand above zero where its lines are below, and the other way round."""
        if not text:
            return None
        found = Decimal(text)
        is_turned = Kind(self._staged.kind).is_credit and found * like < 0
        return -found if is_turned else found

    def _worded(self, said: str) -> str:
        if self._head.tax_total and Decimal(self._head.tax_total) and not self._tax:
            return (
                f"{said} They have no tax code that bears tax: choose a default tax code under "
                "Settings, Tax mapping, or the column that names it."
            )
        if not self._fits_other_basis():
            return said
        return f"{said} If its prices are {BASES[_OTHER[self._head.tax_basis]]}, all is as it says."

    def _own_tax(self) -> Decimal:
        return self._tax if self.bears_default else self._tax - self._staged.default_tax

    def _totals(self, tax: Decimal) -> Totals:
        return totals_of_sums(self._amount, tax, self._basis)


def _declined(staged: StagedDocument, heads: list[Head], cause: Cause, reason: str) -> Declined:
    amount, currency = staged.amount, heads[0].currency if heads else ""
    if heads and amount is not None and heads[0].tax_basis == "exclusive":
        amount += staged.tax or Decimal(0)
    if heads and heads[0].total and cause not in (Cause.SUMS, Cause.CONTRADICTION):
        # What the file says needs no basis of tax; where it is doubted, the lines tell.
        amount = Decimal(heads[0].total)
    return Declined(staged, cause, reason, amount, currency)


def _difference(first: Head, others: list[Head]) -> str:
    """Say in which row the document contradicts its first one."""
    for other in others:
        for field in _SAME_IN_ALL_ROWS:
            ours, theirs = getattr(first, field), getattr(other, field)
            if (theirs or field in _SAID_BY_NOTHING) and not _is_same(field, ours, theirs):
                return (
                    f"Line {other.line} {_said(field, theirs, ours)}, line {first.line} of the same "
                    f"document {_said(field, ours, theirs)}. {_OF_LINES.get(field, '')}Make them the "
                    "same, or give one of them another number."
                )
    return ""


def _days_apart(first: Head, others: list[Head], mapping: Mapping) -> str:
    """Say in which row the document is of another day than in its first one, which counts."""
    for other in others:
        if other.issued_on != first.issued_on and not mapping.days_differ:
            return (
                f"Line {other.line} is of {other.issued_on}, line {first.line} of the same document "
                f"of {first.issued_on}, which would count: these may be two that bear one number."
            )
    return ""


def _said(field: str, value: Any, other: Any) -> str:
    """Say what a row has in a field, where another row of its document has something else."""
    if field == "left_out":
        return f"is left out ({value})" if value else "is taken"
    if field == "cancels":
        return "cancels what is here" if value else "does not"
    if field == "order_figures":
        pairs = zip(value, other, strict=True)
        value = next((mine for mine, its in pairs if not _is_same_figure(mine, its)), "")
        return f"gives “{value}” in a column of the whole document"
    return f"gives {field.replace('_', ' ')} “{value}”"


def _is_same(field: str, ours: Any, theirs: Any) -> bool:
    if field == "party_name":
        return comparable_name(ours) == comparable_name(theirs)
    if field == "email":
        return bool(ours.casefold() == theirs.casefold())
    if field == "order_figures":
        return all(map(_is_same_figure, ours, theirs))
    return bool(ours == theirs)


def _is_same_figure(ours: str, theirs: str) -> bool:
    """Whether two rows say the same in a column of the order; a nothing says no other figure."""
    return ours == theirs or not (says_something(ours) and says_something(theirs))


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
    return hashlib.blake2b(
        msgspec.json.encode(said) + (staged.digest or b""), digest_size=16
    ).digest()
