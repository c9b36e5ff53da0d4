"""What a document here would have to say to be as Xero has it, or as both sides have changed it.

Xero's words are put back into ours: contacts into parties, tax types into tax codes, accounts onto
lines. What has no word here cannot be taken over, and is named.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Any, cast

from tallystick.books.inputs import DocumentInput, LineInput
from tallystick.books.models import Document, Kind, Line, Party, TaxBasis, TaxCode
from tallystick.mapping.models import Direction, TaxMapping
from tallystick.money import Basis, line_amount, line_tax
from tallystick.sync.links.contents import Content, read_snapshot
from tallystick.sync.links.differences import HEAD, LINE, WORKED_OUT
from tallystick.sync.links.pushed_records import PushedDocument
from tallystick.sync.links.sync_rules import number_here, policies_of
from tallystick.sync.lookup.ready_documents import loaded_documents
from tallystick.sync.lookup.sent_contents import contents_here
from tallystick.sync.models import Link, Snapshot

_BASES: Mapping[str, TaxBasis] = MappingProxyType(
    {
        "Exclusive": TaxBasis.EXCLUSIVE,
        "Inclusive": TaxBasis.INCLUSIVE,
        "NoTax": TaxBasis.NONE,
    }
)
#: What is merged; what Xero works out of it follows.
_HEAD = tuple(
    name for name in HEAD if name not in ("paid_on", "account", "amount", "tax_total", "total")
)
_LINE = tuple(name for name in LINE if name not in WORKED_OUT)
#: By these the price of a line is told, and what they come to.
_PRICE = ("quantity", "unit_price", "discount")


@dataclass(frozen=True, slots=True)
class TakeOver:
    """What would be put in place of a document's values; or what stands against it, in words."""

    given: DocumentInput | None = None
    #: For whom the document is then.
    party: Party | None = None
    against: tuple[str, ...] = ()

    @property
    def is_possible(self) -> bool:
        return self.given is not None


@dataclass(frozen=True, slots=True)
class _Merged:
    content: Content
    #: What both have changed, each to something else; in words.
    colliding: tuple[str, ...]


class TakeOvers:
    """What could be taken over of each of the links' copies; worked out together, in few queries."""

    def __init__(self, link_ids: Iterable[int]) -> None:
        links = loaded_documents(list(link_ids))
        self.links = {one.pk: one for one in links if one.document and _theirs(one)}
        self._ours = contents_here(self.links.values()) if self.links else {}
        kept = Snapshot.objects.filter(link__in=self.links)
        self._left = {one.link_id: read_snapshot(one)[1] or {} for one in kept}
        self._words = _Words(list(self.links.values()))

    def follow(self, link_id: int) -> TakeOver:
        """Return what makes ours say what Xero has."""
        link = self.links.get(link_id)
        return self._put_back(link, _theirs(link)) if link else TakeOver()

    def both(self, link_id: int) -> TakeOver:
        """Return what makes ours say what was changed there beside what was changed here."""
        link = self.links.get(link_id)
        if link is None or not self._left.get(link_id):
            return TakeOver()
        merged = merge_sides(self._left[link_id], _theirs(link), self._ours[link_id])
        if merged.colliding:
            return TakeOver(against=merged.colliding)
        return self._put_back(link, merged.content)

    def _put_back(self, link: Link, wanted: Content) -> TakeOver:
        one, ours, left = PushedDocument.of(link), self._ours[link.pk], self._left.get(link.pk, {})
        words = _Put(one.document, wanted, ours, left, self._words)
        party = words.party()
        given = words.given(party)
        against = tuple(words.against)
        return TakeOver(against=against) if against else TakeOver(given, party)


def merge_sides(left: Content, theirs: Content, ours: Content) -> _Merged:
    """Return what both have changed since we wrote last, put together field by field."""
    colliding: list[str] = []
    merged = dict(ours)
    for name in _HEAD:
        if name in theirs:
            merged[name], is_clash = _merge(name, left, theirs, ours)
            if is_clash:
                colliding.append(HEAD[name].lower())
    if merged.get("contact") == theirs.get("contact"):
        merged["contact_name"] = theirs.get("contact_name", "")
    sides = [side.get("lines") or [] for side in (left, theirs, ours)]
    merged["lines"], clashing = _merge_lines(*sides)
    for name in ("tax_total", "total"):
        merged.pop(name, None)
    return _Merged(merged, (*colliding, *clashing))


def _merge(
    name: str, left: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any]
) -> tuple[Any, bool]:
    """Return what a field says then, and whether both have changed it to something else."""
    was, there = left.get(name, ""), theirs.get(name, "")
    # Where we say nothing, Xero fills in: that is no change of ours.
    here = ours.get(name, "") or was
    if there in (was, here):
        return here, False
    return there, here != was


def _merge_lines(
    left: Sequence[Mapping[str, str]],
    theirs: Sequence[Mapping[str, str]],
    ours: Sequence[Mapping[str, str]],
) -> tuple[list[dict[str, str]], list[str]]:
    if not theirs or _say_the_same(theirs, left):
        return [dict(line) for line in ours], []
    if _say_the_same(ours, left):
        return [dict(line) for line in theirs], []
    if not len(left) == len(theirs) == len(ours):
        return [], ["the lines, of which there are others on both sides"]
    merged, colliding = [], []
    for place, sides in enumerate(zip(left, theirs, ours, strict=True), start=1):
        line = {}
        for name in _LINE:
            line[name], is_clash = _merge(name, *sides)
            if is_clash:
                colliding.append(f"line {place}: {LINE[name]}")
        merged.append(line)
    return merged, colliding


def _say_the_same(ones: Sequence[Mapping[str, str]], others: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether lines are the same, in all that was said of them."""
    if len(ones) != len(others):
        return False
    pairs = zip(ones, others, strict=True)
    return all(
        (one.get(name) or other.get(name, "")) == other.get(name, "")
        for one, other in pairs
        for name in _LINE
    )


def _theirs(link: Link) -> Content:
    found: Content = (link.problem or {}).get("details", {}).get("theirs") or {}
    return found


class _Words:
    """What Xero's words are here: the codes of tax types, the parties of contacts."""

    def __init__(self, links: Sequence[Link]) -> None:
        self.tax_codes: defaultdict[tuple[str, str], list[TaxCode]] = defaultdict(list)
        self.parties: defaultdict[str, list[Party]] = defaultdict(list)
        self.policies = policies_of(links[0].organisation) if links else {}
        if not links:
            return
        organisation = links[0].organisation
        mappings = TaxMapping.objects.filter(organisation=organisation)
        for one in mappings.select_related("tax_code").order_by("tax_code__code"):
            self.tax_codes[one.direction, one.tax_type].append(one.tax_code)
        contacts = {contact for link in links if (contact := _theirs(link).get("contact"))}
        of_contacts = Link.objects.filter(
            organisation=organisation, party__isnull=False, xero_id__in=contacts
        )
        for link in of_contacts.select_related("party"):
            if link.party:
                self.parties[str(link.xero_id)].append(link.party)


class _Put:
    """One document's content, put back into our words; what has none is gathered."""

    def __init__(
        self, document: Document, wanted: Content, ours: Content, left: Content, words: _Words
    ) -> None:
        self._document, self._wanted, self._ours = document, wanted, ours
        self._left, self._words = left, words
        self._direction = Direction.of(document.kind)
        self.against: list[str] = []

    def party(self) -> Party:
        there = self._wanted.get("contact", "")
        party: Party = self._document.party
        if not there or there == self._ours.get("contact"):
            return party
        found = self._words.parties.get(there, [])
        if len(found) == 1:
            return found[0]
        name = self._wanted.get("contact_name") or "the contact"
        which = "is linked to several of yours" if found else "is linked to none of yours"
        self.against.append(f"the contact: {name} {which}")
        return party

    def given(self, party: Party) -> DocumentInput | None:
        document, wanted = self._document, self._wanted
        kind = Kind(document.kind)
        basis = _BASES.get(wanted.get("amounts", ""), TaxBasis(document.tax_basis))
        number = number_here(wanted.get("number") or "", self._words.policies[kind])
        lines = tuple(self._lines(basis))
        is_as_here = _say_the_same(self._wanted.get("lines") or [], self._ours["lines"])
        if self.against:
            return None
        days = {
            name: date.fromisoformat(wanted[name]) if wanted.get(name) else getattr(document, name)
            for name in ("issued_on", "due_on")
        }
        return DocumentInput(
            kind=kind,
            party_number=party.number,
            issued_on=days["issued_on"],
            due_on=document.due_on if kind.is_credit else days["due_on"],
            lines=lines,
            number=number or document.number,
            reference=document.reference if kind.is_purchase else wanted.get("reference", ""),
            currency=wanted.get("currency") or document.currency,
            tax_basis=basis,
            currency_rate=self._rate(),
            total=document.total if document.rounding and is_as_here else None,
            template=document.template.name if document.template else "",
            do_not_sync=document.do_not_sync,
        )

    def _rate(self) -> Decimal | None:
        there, was = self._wanted.get("rate", ""), self._left.get("rate", "")
        here: Decimal | None = self._document.currency_rate
        if not there or there in (self._ours.get("rate"), was) or there == "1":
            return here
        return Decimal(there)

    def _lines(self, basis: TaxBasis) -> Iterator[LineInput]:
        here = list(self._document.lines.all())
        wanted, ours = self._wanted.get("lines") or [], self._ours["lines"]
        if not wanted or _is_untouched(wanted, ours):
            yield from map(_as_here, here)
            return
        if len(ours) != len(here):
            self.against.append("the lines: they do not stand there as they do here")
            return
        for place, (at, line) in enumerate(_paired(wanted, ours), start=1):
            if at is None:
                yield self._new_line(place, line)
            else:
                yield self._line(place, here[at], ours[at], line, basis)

    def _line(
        self,
        place: int,
        here: Line,
        ours: Mapping[str, str],
        wanted: Mapping[str, str],
        basis: TaxBasis,
    ) -> LineInput:
        values = _values(here)
        if wanted["description"] != ours["description"]:
            values["description"] = wanted["description"] or "-"
        if any(wanted[name] != ours[name] for name in _PRICE if ours[name] or wanted[name]):
            values |= {name: _number(wanted[name]) for name in _PRICE}
        if wanted["account"] != ours["account"]:
            values["account_code"] = wanted["account"]
        if wanted["tax"] != (ours["tax"] or wanted["tax"]):
            values["tax_code"], values["tax"] = self._tax_code(place, wanted["tax"], here), None
        if wanted["tracking"] != ours["tracking"]:
            values["tracking"] = _tracking(wanted["tracking"])
        values["tax"] = self._stated(values, wanted, basis)
        return LineInput(**values)

    def _new_line(self, place: int, wanted: Mapping[str, str]) -> LineInput:
        return LineInput(
            description=wanted["description"] or "-",
            account_code=wanted["account"],
            tax_code=self._tax_code(place, wanted["tax"], None) if wanted["tax"] else "",
            tracking=_tracking(wanted["tracking"]),
            quantity=_number(wanted["quantity"]),
            unit_price=_number(wanted["unit_price"]),
            discount=_number(wanted["discount"]),
        )

    def _tax_code(self, place: int, tax_type: str, here: Line | None) -> str:
        codes = self._words.tax_codes.get((self._direction, tax_type), [])
        if here is not None and here.tax_code in codes:
            return str(here.tax_code)
        if not codes:
            self.against.append(f"line {place}: no tax code of yours is {tax_type} in Xero")
            return ""
        return codes[0].code

    def _stated(
        self, values: Mapping[str, Any], wanted: Mapping[str, str], basis: TaxBasis
    ) -> Decimal | None:
        """Return the line's tax where it is another one than the rate makes."""
        there = _number(wanted.get("tax_amount", ""))
        quantity, price = values["quantity"], values["unit_price"]
        stated: Decimal | None = values["tax"]
        if there is None or quantity is None or price is None or basis == TaxBasis.NONE:
            return None if basis == TaxBasis.NONE else stated
        known = [one for codes in self._words.tax_codes.values() for one in codes]
        rate = next((one.rate for one in known if one.code == values["tax_code"]), Decimal(0))
        amount = line_amount(quantity, price, values["discount"])
        return None if line_tax(amount, rate, cast(Basis, basis.value)) == there else there


def _paired(
    wanted: Sequence[Mapping[str, str]], ours: Sequence[Mapping[str, str]]
) -> Iterator[tuple[int | None, Mapping[str, str]]]:
    """Yield each line of theirs with the place of ours that it is; None for a new one."""
    before, after = (
        [tuple(line.get(name, "") for name in _LINE) for line in side] for side in (ours, wanted)
    )
    matched = SequenceMatcher(None, before, after, autojunk=False)
    for _, start, end, begin, stop in matched.get_opcodes():
        for step, line in enumerate(wanted[begin:stop]):
            yield (start + step if start + step < end else None), line


def _is_untouched(wanted: Sequence[Mapping[str, str]], ours: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether lines say what ours do, and no tax was entered there by hand."""
    return (
        len(wanted) == len(ours)
        and all(
            (here.get(name) or there.get(name, "")) == there.get(name, "")
            for there, here in zip(wanted, ours, strict=True)
            for name in _LINE
        )
        and not any("tax_amount" in line for line in wanted)
    )


def _as_here(line: Line) -> LineInput:
    return LineInput(**_values(line))


def _values(line: Line) -> dict[str, Any]:
    return {
        "description": line.description,
        "item_code": line.item_code,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount": line.discount,
        "tax_code": line.tax_code.code if line.tax_code else "",
        "tax": line.tax if line.tax_is_stated else None,
        "account_code": line.account_code,
        "charge": line.charge,
        "tracking": tuple((category, option) for category, option in line.tracking),
    }


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _tracking(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [part.partition(": ") for part in text.split("; ") if part]
    return tuple((name, option) for name, _, option in pairs)
