"""Questions that the engine asks a person, answered by rule.

A question counts as explained only if the history of its record allows for it: somebody changed,
approved or removed the copy in Xero, or ours was changed after it was sent.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chaos.clerk import Clerk
from chaos.model import Document, Entry, Payment, Record, is_planned
from chaos.people import XeroUser
from chaos.xero_records import dump
from tallystick.sync.acts import decisions, retrying
from tallystick.sync.models import Attempt, Link, LinkState

#: As often Retry is pressed before something is taken for refused.
_TIMES = 3
_KNOWN = ("document", "payment__document", "allocation")


@dataclass
class Answers:
    """Answers what one workspace is asked."""

    clerk: Clerk
    person: XeroUser
    sandbox: str
    #: How many questions of each code were answered.
    answered: Counter[str] = field(default_factory=Counter)
    #: Those that nothing in the history explains.
    unexplained: list[str] = field(default_factory=list)
    _before: Counter[Any] = field(default_factory=Counter)

    def answer_all(self, draw: random.Random) -> int:
        """Answer every question that stands now, press Retry on failures; returns how many."""
        links = Link.objects.filter(
            organisation=self.clerk.organisation, state__in=[LinkState.HELD, LinkState.FAILED]
        ).select_related(*_KNOWN)
        stopped = self.clerk.surely(lambda: list(links))
        for link in stopped:
            code = (link.problem or {}).get("code", "")
            self.answered[code if link.state == LinkState.HELD else f"failed: {code}"] += 1
            if link.state == LinkState.FAILED or link.party_id:
                self._mend(link, code)
            else:
                self._answer(link, code, draw)
        return len(stopped)

    def retry_all(self) -> None:
        """Press Retry on everything that has stopped, held or failed."""
        links = Link.objects.filter(organisation=self.clerk.organisation)
        keys = links.filter(state__in=[LinkState.HELD, LinkState.FAILED]).values_list("pk")
        pks = self.clerk.surely(lambda: [pk for (pk,) in keys])
        self._choose(retrying.retry_links, pks)

    def _mend(self, link: Link, code: str) -> None:
        """Press Retry; take back what does not fit what its documents are in Xero."""
        record = self._record(link)
        self._before[link.pk, code] += 1
        fits = not any(one.explains_drift for one in _documents(record))
        if fits or isinstance(record, Document) or self._before[link.pk, code] < _TIMES:
            self._retry(link)
        else:
            self._take_back(record)

    def _answer(self, link: Link, code: str, draw: random.Random) -> None:
        record = self._record(link)
        times = self._before[link.pk, code]
        self._before[link.pk, code] += 1
        if code == "not_approved":
            self._choose(decisions.approve_in_xero, [link.pk])
        elif code == "differs" and isinstance(record, Document):
            self._expect(record.explains_drift, link)
            self._one_of_two(link, record, ours=times == 0 and draw.random() < 0.6)
        elif code == "settled" and isinstance(record, Document):
            # What is paid or set off there cannot be written over.
            self._expect(record.explains_drift, link)
            self._one_of_two(link, record, ours=False)
        elif code == "gone_in_xero" and isinstance(record, Document):
            self._expect(record.removed, link)
            self.clerk.withdraw([record])
        elif code == "document_gone" and not isinstance(record, Document):
            self._expect(any(one.removed for one in _documents(record)), link)
            self._take_back(record)
        elif code == "too_much" and not isinstance(record, Document):
            self._expect(any(one.explains_drift for one in _documents(record)), link)
            self._take_back(record)
        elif code == "payment_exists" and isinstance(record, Payment):
            self._expect(self._has_twin(record), link)
            self._choose(decisions.send_ours, [link.pk])
        else:
            self._expect(False, link)
            self._retry(link)

    def _one_of_two(self, link: Link, document: Document, *, ours: bool) -> None:
        """Choose a side; what was kept before counts no more once the other was chosen."""
        there = self._total_there(str(link.xero_id))
        took_effect = self._choose(
            decisions.send_ours if ours else decisions.keep_theirs, [link.pk]
        )
        if took_effect:
            document.kept = None if ours else there
            document.log("ours was sent over it" if ours else f"{there} was kept as Xero has it")

    def _total_there(self, xero_id: str) -> Decimal | None:
        for what in ("invoices", "credit_notes"):
            for row in dump(self.sandbox, what, str(self.clerk.organisation.tenant_id)):
                if row["id"] == xero_id:
                    return Decimal(row["total"])
        return None

    def _take_back(self, record: Entry) -> None:
        was_planned = is_planned(record)
        if isinstance(record, Payment):
            self.clerk.delete_payment(record)
        else:
            self.clerk.remove_allocation(record)
        record.taken_back = was_planned

    def _has_twin(self, payment: Payment) -> bool:
        def key(one: Payment) -> tuple[Any, ...]:
            return id(one.document), one.amount, one.day

        return sum(key(one) == key(payment) for one in self.clerk.model.payments) > 1

    def _retry(self, link: Link) -> None:
        self._choose(retrying.retry_links, [link.pk])

    def _choose(self, act: Callable[..., int], link_ids: list[int]) -> bool:
        """Press the button; tell whether one of the links took it."""
        clerk, before = self.clerk, self._decided(link_ids)
        clerk.surely(lambda: act(workspace=clerk.workspace, actor=clerk.actor, link_ids=link_ids))
        return self._decided(link_ids) > before

    def _decided(self, link_ids: list[int]) -> int:
        """Return how often somebody has decided about the links, which the Sync log tells."""
        told = Attempt.objects.filter(link__in=link_ids, actor=self.clerk.actor)
        return self.clerk.surely(told.count)

    def _expect(self, explained: bool, link: Link) -> None:
        if not explained:
            message = (link.problem or {}).get("message", "")
            self.unexplained.append(f"{self.clerk.workspace}: {message}")

    def _record(self, link: Link) -> Record | None:
        model = self.clerk.model
        pairs: list[tuple[int | None, list[Any]]] = [
            (link.document_id, model.documents),
            (link.payment_id, model.payments),
            (link.allocation_id, model.allocations),
        ]
        for pk, records in pairs:
            if pk:
                return next((one for one in records if one.pk == pk), None)
        return None


def _documents(record: Record | None) -> list[Document]:
    if record is None or isinstance(record, Document):
        return []
    if isinstance(record, Payment):
        return [record.document]
    return [record.credit_note, record.document]
