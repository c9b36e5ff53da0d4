"""What is compared, and how two sides can stand to each other: closed tables, one row each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.db import models

from tallystick import xero
from tallystick.books.models import Kind
from tallystick.sync.links.record_kinds import PAYMENTS, kind_of_type
from tallystick.sync.models import PulledKind


class Verdict(models.TextChoices):
    """How the two sides of one record stand to each other, in the order in which it is told."""

    DIFFERS = "differs", "Differs"
    ONLY_HERE = "only_here", "Only here"
    ONLY_THERE = "only_there", "Only in Xero"
    UNSEEN = "unseen", "Not seen yet"
    HELD = "held", "Needs you"
    ON_THE_WAY = "on_the_way", "On its way"
    EXCLUDED = "excluded", "Kept out"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EQUAL = "equal", "Equal"


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What one verdict means."""

    meaning: str
    tone: str = ""
    #: The two sides do not agree, or nobody knows yet: the period is not equal.
    is_difference: bool = False


VERDICTS: Mapping[Verdict, VerdictRow] = MappingProxyType(
    {
        Verdict.DIFFERS: VerdictRow("Both sides have it and say different things.", "danger", True),
        Verdict.ONLY_HERE: VerdictRow("Submitted here, and not in Xero.", "danger", True),
        Verdict.ONLY_THERE: VerdictRow("In Xero, and linked to nothing here.", "warning", True),
        Verdict.UNSEEN: VerdictRow(
            "What Xero has of it now has not been read, so nothing is said about it.",
            "warning",
            True,
        ),
        Verdict.HELD: VerdictRow(
            "Waits for your answer before it can go to Xero.", "warning", True
        ),
        Verdict.ON_THE_WAY: VerdictRow(
            "Is being sent or removed; compare again soon.", "info", True
        ),
        Verdict.EXCLUDED: VerdictRow("Not to be in Xero, by a mark or a sync rule."),
        Verdict.WITHDRAWN: VerdictRow("Stands on neither side any more."),
        Verdict.EQUAL: VerdictRow("Both sides say the same, to the cent.", "success"),
    }
)


class Reason(StrEnum):
    """Why a record has its verdict, where the verdict alone does not say it."""

    PLAIN = ""
    KEPT = "kept"
    ASKED = "asked"
    ORPHANED = "orphaned"
    REMOVED = "removed"
    NOT_SENT = "not_sent"
    FAILED = "failed"
    TAKEN_OUT = "taken_out"
    NOT_LISTED = "not_listed"
    NOT_READ = "not_read"
    SENT_SINCE = "sent_since"
    UNREADABLE = "unreadable"
    NO_LINES = "no_lines"
    LEAVING = "leaving"
    SETTLEMENTS = "settlements"
    MARKED = "marked"
    BEFORE_START = "before_start"
    MARKED_DONE = "marked_done"
    OTHER_BOOKS = "other_books"
    GONE_THERE = "gone_there"


REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.PLAIN: "",
        Reason.KEPT: "Kept as Xero has it, by a person's choice.",
        Reason.ASKED: "Your decision is asked for.",
        Reason.ORPHANED: "Withdrawn here, and still in Xero.",
        Reason.REMOVED: "Voided or deleted in Xero, and still submitted here.",
        Reason.NOT_SENT: "Not sent yet.",
        Reason.FAILED: "Could not be sent.",
        Reason.TAKEN_OUT: "Taken out of Xero when its sync was undone.",
        Reason.NOT_LISTED: "It was linked, and Xero does not list it any more.",
        Reason.NOT_READ: "Its copy in Xero has not been read yet.",
        Reason.SENT_SINCE: "Sent after Xero was last read.",
        Reason.UNREADABLE: "Xero's record could not be read as it came.",
        Reason.NO_LINES: "Xero told it without its lines.",
        Reason.LEAVING: "Being removed from Xero.",
        Reason.SETTLEMENTS: "Its payments or credits are on their way.",
        Reason.MARKED: "Marked as not to be synced.",
        Reason.BEFORE_START: "Dated before syncing begins.",
        Reason.MARKED_DONE: "A person has marked it as done.",
        Reason.OTHER_BOOKS: "It stands in other books.",
        Reason.GONE_THERE: "Voided or deleted in Xero, and nothing of yours.",
    }
)


class Aspect(StrEnum):
    """What two sides of a record can differ in."""

    STATUS = "status"
    TOTAL = "total"
    TAX = "tax"
    CURRENCY = "currency"
    DAY = "date"
    CONTACT = "contact"
    DOCUMENT = "document"
    OUTSTANDING = "outstanding"
    LINES = "lines"
    CONTENT = "content"


ASPECTS: Mapping[Aspect, str] = MappingProxyType(
    {
        Aspect.STATUS: "status",
        Aspect.TOTAL: "total",
        Aspect.TAX: "tax",
        Aspect.CURRENCY: "currency",
        Aspect.DAY: "date",
        Aspect.CONTACT: "contact",
        Aspect.DOCUMENT: "what it is for",
        Aspect.OUTSTANDING: "outstanding",
        Aspect.LINES: "lines",
        Aspect.CONTENT: "text or another field",
    }
)


@dataclass(frozen=True, slots=True)
class ComparedKind:
    """One kind of record that is compared, a row each."""

    name: str
    title: str
    #: What is read from Xero, and by which of its lists.
    pulled: PulledKind
    endpoint: str
    #: Xero's own word, of documents.
    xero_type: str = ""

    @property
    def is_document(self) -> bool:
        return bool(self.xero_type)

    @property
    def is_credit(self) -> bool:
        return self.is_document and Kind(self.name).is_credit


def _document(kind: Kind, xero_type: str, title: str) -> ComparedKind:
    if kind_of_type(xero_type) != kind:
        raise ValueError(f"{xero_type} is not Xero's word for {kind}.")
    pulled = PulledKind.CREDIT_NOTES if kind.is_credit else PulledKind.INVOICES
    which = xero.CREDIT_NOTES if kind.is_credit else xero.INVOICES
    return ComparedKind(kind.value, title, pulled, which.endpoint, xero_type)


_ALL = (
    _document(Kind.SALES_INVOICE, "ACCREC", "Invoices"),
    _document(Kind.SALES_CREDIT_NOTE, "ACCRECCREDIT", "Credit notes"),
    _document(Kind.BILL, "ACCPAY", "Bills"),
    _document(Kind.SUPPLIER_CREDIT_NOTE, "ACCPAYCREDIT", "Supplier credits"),
    ComparedKind(PAYMENTS, "Payments", PulledKind.PAYMENTS, xero.PAYMENTS.endpoint),
    ComparedKind("allocation", "Allocations", PulledKind.CREDIT_NOTES, xero.CREDIT_NOTES.endpoint),
)
#: In the order in which they are shown.
COMPARED: Mapping[str, ComparedKind] = MappingProxyType({one.name: one for one in _ALL})
