"""Questions to a person about a record of theirs: what stands in Xero, and what may be done."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from tallystick import xero
from tallystick.books.models import Document
from tallystick.english import with_article
from tallystick.mapping.problems import DOCUMENT, XERO, Problem
from tallystick.money import Money
from tallystick.sync.links.contents import Content
from tallystick.sync.links.differences import FieldDifference, in_words
from tallystick.sync.links.problems import ProblemCode
from tallystick.sync.links.pushed_records import PushedDocument
from tallystick.sync.links.transitions import LinkVerdict, XeroCopy
from tallystick.sync.models import DRAFTS, Link
from tallystick.xero.catalogue.codes import RefusalCode


def copy_of(
    copy: xero.Document,
    theirs: Content | None = None,
    revision: int | None = None,
    *,
    is_kept: bool | None = None,
) -> XeroCopy:
    """Return what the link is to hold of Xero's record; `theirs`, what it says, where that is news."""
    number = copy.number or ""
    return XeroCopy(UUID(copy.record_id), number, copy.status, theirs, revision, is_kept)


def confirmed_copy(
    one: PushedDocument,
    copy: xero.Document,
    theirs: Content,
    revision: int,
    *,
    is_kept: bool | None = None,
) -> LinkVerdict:
    kept = " Where it says something else than here, it is kept as Xero has it." if is_kept else ""
    message = f"Xero has it: {copy.status.lower()}, confirmed.{kept}"
    return LinkVerdict(one.pk, message, copy=copy_of(copy, theirs, revision, is_kept=is_kept))


def changed_there(
    one: PushedDocument, copy: xero.Document, theirs: Content, found: Sequence[FieldDifference]
) -> LinkVerdict:
    """Ask a person about what somebody has changed in Xero, naming every field."""
    was = "when you kept it" if one.link.kept_at else "here"
    said = f"{one.document} says something else in Xero: {in_words(found, was=was)}."
    return _drifted(one, copy, theirs, said, differences=[each.to_json() for each in found])


def differs_there(one: PushedDocument, copy: xero.Document, theirs: Content) -> LinkVerdict:
    """Ask a person: it was edited here, and what Xero has is not ours alone to change any more."""
    document = one.document
    there = Money(copy.total or Decimal(0), copy.currency_code or document.currency)
    ours = Money(document.total, document.currency)
    if there != ours:
        said = f"Xero has {document} for {there}, here it is {ours}"
    else:
        said = f"{document} was changed here after it was sent"
    if not can_be_written(copy):
        return _drifted(one, copy, theirs, f"{said}.")
    if copy.status not in DRAFTS:
        why = f"it is {copy.status.lower()} there, so it is not changed without you"
    else:
        why = "somebody changed it there, and people's changes are not overwritten"
    return _drifted(one, copy, theirs, f"{said}; {why}.")


def cannot_be_written(one: PushedDocument, copy: xero.Document, theirs: Content) -> LinkVerdict:
    """Tell why ours did not take the place of what Xero has."""
    return _drifted(one, copy, theirs, f"Ours was not sent over {one.document}.")


def _drifted(
    one: PushedDocument, copy: xero.Document, theirs: Content, said: str, **more: object
) -> LinkVerdict:
    """Return the question, with the remedies that the copy's state leaves."""
    code = ProblemCode.DIFFERS
    remedy = (
        "Compare the two and choose: keep theirs, and ours follows; send ours over it; leave both "
        "as they are; or cancel it here, and it goes from Xero too."
    )
    if not can_be_written(copy):
        code = ProblemCode.SETTLED
        said += f" {_why_not(one, copy)}"
        remedy = (
            "Keep theirs, and ours follows; or leave both as they are. Or remove the payments and "
            "credits in Xero first: after the next check ours can be sent over it."
        )
    elif one.document.number in (copy.number or "") and _is_unique(one):
        remedy += " Xero has the number only once: to send it as a new one, renumber it first."
    else:
        remedy += " Clear the Xero ID leaves that one to Xero and sends yours as a new one."
    details = {"theirs": theirs, "status": copy.status, **more}
    return question_on(
        one.link, code, said, remedy, screen=DOCUMENT, copy=copy_of(copy), details=details
    )


def _is_unique(one: PushedDocument) -> bool:
    return one.shape.has_unique_number


def _why_not(one: PushedDocument, copy: xero.Document) -> str:
    applied = Money(copy.applied, copy.currency_code or one.document.currency)
    if not applied.amount:
        return f"It is {copy.status.lower()} in Xero, and Xero lets nobody change it any more."
    return (
        f"It is {copy.status.lower()} in Xero with payments or credits of {applied} on it, so it "
        "cannot be written over."
    )


def gone_there(
    one: PushedDocument, copy: xero.Document, said: str = "was sent to Xero before and"
) -> LinkVerdict:
    """Ask a person about what was deleted or voided in Xero while it stands here."""
    return removed_there(one, copy_of(copy), said)


def removed_there(
    one: PushedDocument, copy: XeroCopy, said: str = "was sent to Xero before and"
) -> LinkVerdict:
    """Ask the same, by what is known of the copy."""
    document, there = one.document, copy.status.lower()
    is_taken = copy.status == "VOIDED" and _is_unique(one)
    remedy = (
        "Xero keeps the number of what is voided. Cancel it here, or leave it out of Xero; or "
        "renumber it here: then it can be sent again."
        if is_taken and document.number in (copy.number or "")
        else "Send it again as a new one, cancel it here, or leave it out of Xero."
    )
    return question_on(
        one.link,
        ProblemCode.GONE_IN_XERO,
        f"{document} {said} was {there} there by somebody.",
        remedy,
        screen=DOCUMENT,
        copy=copy,
    )


def can_be_written(copy: xero.Document) -> bool:
    """Tell whether Xero takes a new version over the copy: not once something is applied to it."""
    return copy.status in DRAFTS or (copy.status == "AUTHORISED" and not copy.applied)


def claim_differs(one: PushedDocument, copy: xero.Document, theirs: Content) -> LinkVerdict:
    document = one.document
    return question_on(
        one.link,
        ProblemCode.CLAIM_DIFFERS,
        f"{document} is not {copy.number} of Xero: that one is {_described(document, copy)}. "
        f"Ours is for {document.party}, {Money(document.total, document.currency)}.",
        "Mark it with another number, or press Retry to send it as a new one.",
        screen=DOCUMENT,
        details={"theirs": theirs, "status": copy.status},
    )


def claim_missing(one: PushedDocument) -> LinkVerdict:
    document, noun = one.document, one.noun
    return question_on(
        one.link,
        ProblemCode.CLAIM_MISSING,
        f"Xero has no {noun} {one.link.claim}, which {document} was marked as.",
        "Look the number up in Xero and mark it again, or press Retry to send it as a new one.",
        screen=DOCUMENT,
    )


def number_taken(one: PushedDocument, copy: xero.Document, theirs: Content) -> LinkVerdict:
    document, noun = one.document, one.noun
    return question_on(
        one.link,
        RefusalCode.NUMBER_TAKEN,
        f"Xero already has {with_article(noun)} {copy.number}, {_described(document, copy)}. "
        f"Yours is for {document.party}, {Money(document.total, document.currency)}.",
        "If it is the same one, mark yours as this one; else renumber yours, or the one in Xero, "
        "and press Retry.",
        screen=DOCUMENT,
        details={
            "theirs": theirs,
            "status": copy.status,
            "candidates": [{"id": copy.record_id, "name": copy.number, "number": copy.number}],
        },
    )


def _described(document: Document, copy: xero.Document) -> str:
    whose = copy.contact.name if copy.contact else "another contact"
    money = Money(copy.total or Decimal(0), copy.currency_code or document.currency)
    return f"for {whose}, {money} ({copy.status.lower()})"


def question_on(
    link: Link,
    code: str,
    message: str,
    remedy: str,
    *,
    screen: str = XERO,
    copy: XeroCopy | None = None,
    details: Mapping[str, object] | None = None,
    waits_for: str = "",
) -> LinkVerdict:
    """Return the verdict that holds a link until a person has answered."""
    problem = Problem(code, message, remedy, screen, waits_for, details=dict(details or {}))
    revision = link.document.revision if link.document else None
    return LinkVerdict(
        link.pk, message, copy=copy, problem=problem, is_question=True, revision=revision
    )
