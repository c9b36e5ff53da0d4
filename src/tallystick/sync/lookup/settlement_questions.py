"""Questions to a person about a payment or an allocation: what Xero has of it, and what may be done."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from tallystick import xero
from tallystick.books.models import Allocation, Payment
from tallystick.mapping.problems import DOCUMENT
from tallystick.mapping.wait_keys import WaitSort, wait_key
from tallystick.money import Money
from tallystick.sync.links.differences import FieldDifference, in_words
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.pushed_records import PushedDocument, PushedSettlement
from tallystick.sync.links.transitions import LinkVerdict, XeroCopy
from tallystick.sync.lookup.document_questions import question_on
from tallystick.sync.models import KindPolicy, WhenDraft


def payment_exists(
    one: PushedSettlement, payment: Payment, there: xero.AppliedPayment
) -> LinkVerdict:
    """Ask whether a payment that somebody recorded in Xero is this one."""
    document = payment.document
    money = Money(payment.amount, document.currency)
    return question_on(
        one.link,
        ProblemCode.PAYMENT_EXISTS,
        f"Xero already has a payment of {money} on {payment.paid_on:%d %b %Y} for {document}, "
        f"which somebody recorded there{f' as {there.reference}' if there.reference else ''}.",
        "If it is this one, choose it; if the customer paid twice, send ours too.",
        screen=DOCUMENT,
        details={
            "candidates": [
                {"id": there.payment_id, "name": str(money), "number": there.reference or ""}
            ]
        },
    )


def allocation_differs(
    one: PushedSettlement, allocation: Allocation, in_xero: Decimal
) -> LinkVerdict:
    """Ask about a credit of which Xero has another amount set against the same document."""
    there, here = (Money(amount, one.currency) for amount in (in_xero, allocation.amount))
    return question_on(
        one.link,
        ProblemCode.DIFFERS,
        f"Xero has {there} of {allocation.credit_note} set against {allocation.document}; here "
        f"it is {here}.",
        "Change the allocation in Xero, or remove this one here and enter it anew; then press "
        "Retry. Or send ours beside it.",
    )


def settlement_changed(
    one: PushedSettlement, copy: XeroCopy, found: Sequence[FieldDifference]
) -> LinkVerdict:
    """Ask a person about a payment or an allocation that says something else in Xero."""
    was = "when you kept it" if one.link.kept_at else "here"
    return question_on(
        one.link,
        ProblemCode.SETTLED,
        f"{one} says something else in Xero: {in_words(found, was=was)}.",
        f"Keep what Xero has. Or cancel it here, and it goes from Xero too, and enter it anew: Xero "
        f"lets nobody change {one.a_noun}.",
        screen=DOCUMENT,
        copy=replace(copy, content=None),
        details={
            "theirs": copy.content or {},
            "status": copy.status,
            "differences": [each.to_json() for each in found],
        },
    )


def settlement_gone(one: PushedSettlement, copy: XeroCopy) -> LinkVerdict:
    """Ask a person about a payment or an allocation that somebody removed in Xero."""
    return question_on(
        one.link,
        ProblemCode.GONE_IN_XERO,
        f"{one} was sent to Xero before and was removed there by somebody.",
        "Send it again, cancel it here, or leave it out of Xero.",
        screen=DOCUMENT,
        copy=replace(copy, content=None),
    )


def document_gone(
    one: PushedSettlement, document: PushedDocument, copy: xero.Document
) -> LinkVerdict:
    """Tell that what it is for is not in Xero any more."""
    return question_on(
        one.link,
        ProblemCode.DOCUMENT_GONE,
        f"{one} was not sent: {document} was {copy.status.lower()} in Xero by somebody.",
        f"Delete it here, or see to {document} first and press Retry.",
        screen=DOCUMENT,
    )


def not_approved(
    one: PushedSettlement, document: PushedDocument, status: str, policy: KindPolicy
) -> LinkVerdict:
    """Let a settlement wait until its document is approved, by us or, asked, by a person."""
    key = wait_key(WaitSort.DOCUMENT, document.document.pk)
    if policy.when_draft == WhenDraft.APPROVE:
        message = f"{document} is {status.lower()} in Xero and is approved first."
        return LinkVerdict(one.pk, message, waits_for=key)
    return question_on(
        one.link,
        ProblemCode.NOT_APPROVED,
        f"{one} was not sent: {document} is still {status.lower()} in Xero, and "
        "Xero takes payments and credits on approved documents only.",
        f"Approve {document} in Xero, or here, and it goes out by itself; or let it wait.",
        screen=DOCUMENT,
        waits_for=key,
        details={"document_link": document.pk},
    )


def too_much(one: PushedSettlement, outstanding: Decimal) -> LinkVerdict:
    """Tell that Xero has less to be settled on the document than this."""
    there = Money(outstanding, one.currency)
    return question_on(
        one.link,
        ProblemCode.TOO_MUCH,
        f"{one} was not sent: in Xero only {there} is outstanding on {one.settlement.document}.",
        "Look in Xero at what is recorded on it already; then delete this one here, or press Retry.",
    )
