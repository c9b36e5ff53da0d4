"""What a sync rule does, told in sentences."""

from collections.abc import Iterable

from django.utils.formats import date_format

from tallystick.books.models import Kind
from tallystick.sync.links.record_kinds import PARTY, PAYMENT_RULE
from tallystick.sync.models import (
    KindPolicy,
    Owner,
    RecordPolicy,
    RecordTrigger,
    SentAs,
    Trigger,
    WhenVoided,
)

_EXAMPLES = {
    Kind.SALES_INVOICE: "INV-1043",
    Kind.BILL: "BILL-1043",
    Kind.SALES_CREDIT_NOTE: "CN-1043",
    Kind.SUPPLIER_CREDIT_NOTE: "SCN-1043",
}
_AS = {
    SentAs.DRAFT: ("as drafts ", "; you approve them there"),
    SentAs.SUBMITTED: ("for approval ", "; they count in your books once they are approved there"),
    SentAs.AUTHORISED: ("approved ", "; they count in your books at once"),
}


def title_of(kind: str) -> str:
    """Return such as `Sales invoices`, for a kind of document or for payments."""
    return "Payments" if kind == PAYMENT_RULE else f"{Kind(kind).label}s"


def rule_words(policy: KindPolicy) -> str:
    """Return what happens to records of the policy's kind."""
    return " ".join(filter(None, [_goes(policy), _starts(policy), *_of_documents(policy)]))


def record_rule_words(policy: RecordPolicy) -> str:
    """Return what happens to parties or items by the policy."""
    is_party = policy.kind == PARTY
    what = "A customer or supplier" if is_party else "An item"
    if policy.trigger == RecordTrigger.NEVER:
        if is_party:
            return (
                f"{what} goes to Xero with its first document and is not changed there afterwards."
            )
        return "Items do not go to Xero, and lines there name none."
    first = ", or with its first document" if is_party else ""
    then = "" if is_party else " Lines of documents name the items that Xero has."
    if policy.owner == Owner.XERO:
        return (
            f"{what} that is new here is made in Xero at once. What both have is then changed in "
            f"Xero and follows here; what is new there comes in.{then}"
        )
    if policy.trigger == RecordTrigger.BY_ITSELF:
        return f"{what} goes to Xero as soon as it is saved, and so do changes.{then}"
    return f"{what} and changes of it go to Xero when somebody presses Send to Xero{first}.{then}"


def next_run_words(policies: Iterable[KindPolicy], timezone: str) -> str:
    """Return what starts the next run by these rules, where nothing is on its way."""
    policies = list(policies)
    if any(policy.trigger == Trigger.ON_SUBMIT for policy in policies):
        return "with what is submitted next"
    times = {one.send_at for one in policies if one.trigger == Trigger.SCHEDULE and one.send_at}
    pressed = "when somebody presses Sync now"
    if not times:
        return pressed
    at = " and ".join(f"{moment:%H:%M}" for moment in sorted(times))
    return f"every day at {at} ({timezone}), and {pressed}"


def _goes(policy: KindPolicy) -> str:
    is_payment = policy.kind == PAYMENT_RULE
    what = f"{title_of(policy.kind)}{', and credits set against documents,' if is_payment else ''}"
    sent_as, then = ("", "") if is_payment else _AS[SentAs(policy.sent_as)]
    if policy.trigger == Trigger.BY_HAND:
        return f"{what} go to Xero {sent_as}when somebody presses Sync now{then}."
    if policy.trigger == Trigger.SCHEDULE:
        at = f"{policy.send_at:%H:%M}" if policy.send_at else "a fixed time"
        return (
            f"{what} go to Xero {sent_as}every day at {at} ({policy.organisation.timezone}){then}."
        )
    done = "recorded" if is_payment else "submitted"
    return f"{what} go to Xero {sent_as}as soon as they are {done}{then}."


def _starts(policy: KindPolicy) -> str:
    if policy.starts_on is None:
        return ""
    return f"What is dated before {date_format(policy.starts_on, 'j F Y')} stays out."


def _of_documents(policy: KindPolicy) -> list[str]:
    if policy.kind == PAYMENT_RULE:
        return []
    said = []
    if prefix := policy.number_prefix.strip():
        example = _EXAMPLES[Kind(policy.kind)]
        said.append(f"{example} is called {prefix}{example} there.")
    if policy.attach_pdf:
        said.append("Each has its PDF beside it.")
    if policy.when_voided == WhenVoided.ASK:
        said.append("Where somebody voids one there, you are asked what becomes of it here.")
    return said
