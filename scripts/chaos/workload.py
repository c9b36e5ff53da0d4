"""What people do: the operations on a set of books, and how often each comes up."""

import random
from dataclasses import dataclass
from functools import partial

from chaos.answers import Answers
from chaos.clerk import Clerk
from chaos.consent import reconnect
from chaos.foreigners import Foreigner
from chaos.model import BILL, SALES_INVOICE, Document
from chaos.people import PageUser, XeroUser

#: How often each comes up among all; each is a method of `Team`.
_SHARES = {
    "submit": 30, "edit": 14, "cancel": 8, "amend": 4, "pay": 16, "unpay": 5, "allocate": 9,
    "unallocate": 4, "retry": 4, "answer": 8, "approve_there": 3, "change_there": 3,
    "remove_there": 1, "sync_now": 1, "work_there": 20,
}  # fmt: skip
#: Once there are as many documents as wanted.
_FEWER_SUBMITTED = 4
#: Documents that are submitted together.
_AT_ONCE = (1, 1, 2, 3, 5, 9)


@dataclass
class Team:
    """All who work on one set of books. Each operation says whether it was done."""

    clerk: Clerk
    answers: Answers
    pages: PageUser
    person: XeroUser
    foreigner: Foreigner

    def submit(self, draw: random.Random, step: int) -> bool:
        if draw.random() < 0.25:
            return self.submit_by_page(draw)
        self.clerk.submit(draw, draw.choice(_AT_ONCE))
        return True

    def submit_by_page(self, draw: random.Random) -> bool:
        press = partial(self.pages.press_for, "submit")
        self.clerk.submit(draw, draw.choice(_AT_ONCE), press)
        return True

    def cancel(self, draw: random.Random, step: int) -> bool:
        press = partial(self.pages.press_for, "cancel") if draw.random() < 0.25 else None
        return self.clerk.cancel(draw, press)

    def edit(self, draw: random.Random, step: int) -> bool:
        return self.clerk.edit(draw)

    def amend(self, draw: random.Random, step: int) -> bool:
        return self.clerk.amend(draw)

    def pay(self, draw: random.Random, step: int) -> bool:
        return self.clerk.pay(draw, f"Step {step}")

    def unpay(self, draw: random.Random, step: int) -> bool:
        return self.clerk.unpay(draw)

    def allocate(self, draw: random.Random, step: int) -> bool:
        return self.clerk.allocate(draw)

    def unallocate(self, draw: random.Random, step: int) -> bool:
        return self.clerk.unallocate(draw)

    def sync_now(self, draw: random.Random, step: int) -> bool:
        self.clerk.sync_now()
        return True

    def retry(self, draw: random.Random, step: int) -> bool:
        self.answers.retry_all()
        return True

    def answer(self, draw: random.Random, step: int) -> bool:
        return self.answers.answer_all(draw) > 0

    def approve_there(self, draw: random.Random, step: int) -> bool:
        document = self.clerk.find(draw, _has_screen)
        if document is None:
            return False
        document.touched = True
        document.log("a person was to approve it in Xero")
        return self.person.approve(document)

    def change_there(self, draw: random.Random, step: int) -> bool:
        document = self.clerk.find(draw, _has_screen)
        if document is None:
            return False
        document.touched = True
        document.log("a person was to change it in Xero")
        return self.person.change(document)

    def remove_there(self, draw: random.Random, step: int) -> bool:
        planned = self.clerk.model.planned
        document = self.clerk.find(draw, lambda one: _has_screen(one) and not planned(one))
        if document is None:
            return False
        document.left_alone, document.removed = True, self.person.remove(document)
        document.log("a person was to remove it from Xero")
        return document.removed

    def work_there(self, draw: random.Random, step: int) -> bool:
        """Others go on with what is theirs in Xero."""
        return self.foreigner.act(draw)

    def reconnect(self) -> bool:
        return reconnect(self.clerk.machine, self.clerk.organisation, self.clerk.actor)


def draw_operation(draw: random.Random, *, is_enough: bool) -> str:
    """Return the name of an operation of `Team`; few submit once there are documents enough."""
    shares = _SHARES | ({"submit": _FEWER_SUBMITTED} if is_enough else {})
    return draw.choices(list(shares), list(shares.values()))[0]


def _has_screen(document: Document) -> bool:
    """Tell whether Xero shows it on a screen of its own there, where a person can act."""
    return document.kind in (SALES_INVOICE, BILL)
