"""Questions to a person about a record of theirs: what stands in Xero, and what may be done."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from tallystick import xero
from tallystick.books.models import Document
from tallystick.mapping.problems import DOCUMENT, XERO, Problem
from tallystick.money import Money
from tallystick.sync.differences import Difference, in_words
from tallystick.sync.models import DRAFTS, Link
from tallystick.sync.push.shapes import document_of, shape_of
from tallystick.sync.snapshots import content_of_copy
from tallystick.sync.verdicts import Copy, Verdict


def copy_of(
    copy: xero.Document, revision: int | None = None, *, is_kept: bool | None = None
) -> Copy:
    """Return what the link is to hold of Xero's record; a revision makes its content news."""
    content = content_of_copy(copy) if revision is not None else None
    number = copy.number or ""
    return Copy(UUID(copy.record_id), number, copy.status, content, revision, is_kept)


def confirmed(
    link: Link, copy: xero.Document, revision: int, *, is_kept: bool | None = None
) -> Verdict:
    kept = " Where it says something else than here, it is kept as Xero has it." if is_kept else ""
    message = f"Xero has it: {copy.status.lower()}, confirmed.{kept}"
    return Verdict(link.pk, message, copy=copy_of(copy, revision, is_kept=is_kept))


def changed(link: Link, copy: xero.Document, found: Sequence[Difference]) -> Verdict:
    """Ask a person about what somebody has changed in Xero, naming every field."""
    was = "when you kept it" if link.kept_at else "here"
    said = f"{document_of(link)} says something else in Xero: {in_words(found, was=was)}."
    return _drifted(link, copy, said, differences=[one.to_json() for one in found])


def differs(link: Link, copy: xero.Document) -> Verdict:
    """Ask a person: it was edited here, and what Xero has is not ours alone to change any more."""
    document = document_of(link)
    there = Money(copy.total or Decimal(0), copy.currency_code or document.currency)
    ours = Money(document.total, document.currency)
    if there != ours:
        said = f"Xero has {document} for {there}, here it is {ours}"
    else:
        said = f"{document} was changed here after it was sent"
    if not can_be_written(copy):
        return _drifted(link, copy, f"{said}.")
    if copy.status not in DRAFTS:
        why = f"it is {copy.status.lower()} there, so it is not changed without you"
    else:
        why = "somebody changed it there, and people's changes are not overwritten"
    return _drifted(link, copy, f"{said}; {why}.")


def cannot_be_written(link: Link, copy: xero.Document) -> Verdict:
    """Tell why ours did not take the place of what Xero has."""
    return _drifted(link, copy, f"Ours was not sent over {document_of(link)}.")


def _drifted(link: Link, copy: xero.Document, said: str, **more: object) -> Verdict:
    """Return the question, with the remedies that the copy's state leaves."""
    code = "differs"
    remedy = (
        "Compare the two and choose: keep what Xero has, send ours over it, or cancel it here, "
        "and it goes from Xero too."
    )
    if not can_be_written(copy):
        code = "settled"
        said += f" {_why_not(link, copy)}"
        remedy = (
            "Keep what Xero has. Or remove the payments and credits in Xero first: after the next "
            "check ours can be sent over it."
        )
    elif document_of(link).number in (copy.number or "") and _is_unique(link):
        remedy += " Xero has the number only once: to send it as a new one, renumber it first."
    else:
        remedy += " Clear the Xero ID leaves that one to Xero and sends yours as a new one."
    details = {"theirs": content_of_copy(copy), "status": copy.status, **more}
    return question(link, code, said, remedy, screen=DOCUMENT, copy=copy_of(copy), details=details)


def _is_unique(link: Link) -> bool:
    return shape_of(document_of(link)).has_unique_number


def _why_not(link: Link, copy: xero.Document) -> str:
    applied = Money(copy.applied, copy.currency_code or document_of(link).currency)
    if not applied.amount:
        return f"It is {copy.status.lower()} in Xero, and Xero lets nobody change it any more."
    return (
        f"It is {copy.status.lower()} in Xero with payments or credits of {applied} on it, so it "
        "cannot be written over."
    )


def gone(link: Link, copy: xero.Document, said: str = "was sent to Xero before and") -> Verdict:
    """Ask a person about what was deleted or voided in Xero while it stands here."""
    document, there = document_of(link), copy.status.lower()
    is_taken = copy.status == "VOIDED" and _is_unique(link)
    remedy = (
        "Xero keeps the number of what is voided. Cancel it here, or leave it out of Xero; or "
        "renumber it here: then it can be sent again."
        if is_taken and document.number in (copy.number or "")
        else "Send it again as a new one, cancel it here, or leave it out of Xero."
    )
    return question(
        link,
        "gone_in_xero",
        f"{document} {said} was {there} there by somebody.",
        remedy,
        screen=DOCUMENT,
        copy=copy_of(copy),
    )


def can_be_written(copy: xero.Document) -> bool:
    """Tell whether Xero takes a new version over the copy: not once something is applied to it."""
    return copy.status in DRAFTS or (copy.status == "AUTHORISED" and not copy.applied)


def claim_differs(link: Link, copy: xero.Document) -> Verdict:
    document = document_of(link)
    return question(
        link,
        "claim_differs",
        f"{document} is not {copy.number} of Xero: that one is {_described(document, copy)}. "
        f"Ours is for {document.party}, {Money(document.total, document.currency)}.",
        "Mark it with another number, or press Retry to send it as a new one.",
        screen=DOCUMENT,
        details={"theirs": content_of_copy(copy), "status": copy.status},
    )


def claim_missing(link: Link) -> Verdict:
    document, noun = document_of(link), shape_of(document_of(link)).noun
    return question(
        link,
        "claim_missing",
        f"Xero has no {noun} {link.claim}, which {document} was marked as.",
        "Look the number up in Xero and mark it again, or press Retry to send it as a new one.",
        screen=DOCUMENT,
    )


def number_taken(link: Link, copy: xero.Document) -> Verdict:
    document, noun = document_of(link), shape_of(document_of(link)).noun
    return question(
        link,
        "number_taken",
        f"Xero already has {_article(noun)} {noun} {copy.number}, {_described(document, copy)}. "
        f"Yours is for {document.party}, {Money(document.total, document.currency)}.",
        "If it is the same one, mark yours as this one; else renumber yours, or the one in Xero, "
        "and press Retry.",
        screen=DOCUMENT,
        details={
            "theirs": content_of_copy(copy),
            "status": copy.status,
            "candidates": [{"id": copy.record_id, "name": copy.number, "number": copy.number}],
        },
    )


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def _described(document: Document, copy: xero.Document) -> str:
    whose = copy.contact.name if copy.contact else "another contact"
    money = Money(copy.total or Decimal(0), copy.currency_code or document.currency)
    return f"for {whose}, {money} ({copy.status.lower()})"


def question(
    link: Link,
    code: str,
    message: str,
    remedy: str,
    *,
    screen: str = XERO,
    copy: Copy | None = None,
    details: Mapping[str, object] | None = None,
    waits_for: str = "",
) -> Verdict:
    """Return the verdict that holds a link until a person has answered."""
    problem = Problem(code, message, remedy, screen, waits_for, details=dict(details or {}))
    revision = link.document.revision if link.document else None
    return Verdict(
        link.pk, message, copy=copy, problem=problem, is_question=True, revision=revision
    )
