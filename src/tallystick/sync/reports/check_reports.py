"""What the last look through Xero has found, in sentences."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models.functions import Now

from tallystick.connections.models import Organisation
from tallystick.english import counted, verb, was_or_were
from tallystick.sync.links.record_kinds import page_of_type
from tallystick.sync.links.xero_pages import xero_address
from tallystick.sync.models import Check, Lane
from tallystick.sync.reconcile.check_tally import WhyUncompared


def is_due(organisation: Organisation) -> bool:
    """Tell whether a look is due or under way just now."""
    return Lane.objects.filter(organisation=organisation, check_due_at__lte=Now()).exists()


def last_check(organisation: Organisation) -> Check | None:
    """Return the report of the newest look; None before the first."""
    return Check.objects.filter(organisation=organisation).order_by("-pk").first()


def check_summary(check: Check) -> list[str]:
    """Return in sentences what was looked at and compared, and what was not, with the reasons."""
    count = check.looked_at
    what = "what Xero has changed since the check before, with the allocations of credit notes"
    told = [f"{counted(count, 'record')} {was_or_were(count)} looked at: {what}."]
    if check.compared is None:
        return [*told, "Contents were not compared yet in this check; the next one compares them."]
    if check.compared:
        same = check.compared - check.differing - check.kept
        told.append(
            f"{check.compared:,} of yours {was_or_were(check.compared)} compared, field by field, with what "
            f"was left there: {same:,} {verb(same, 'say')} the same."
        )
    if check.kept:
        told.append(
            f"{check.kept:,} {was_or_were(check.kept)} changed there before and kept as Xero has it, which is "
            "not what you have."
        )
    reasons = [
        f"{count:,} {_WHY_NOT[WhyUncompared(why)]}" for why, count in check.uncompared.items()
    ]
    if reasons:
        told.append(f"Not compared: {'; '.join(reasons)}.")
    return told


def check_findings(check: Check) -> list[str]:
    """Return in sentences what the look found that a person should know of; empty: nothing."""
    kinds = (
        (
            check.differing,
            "of yours says something else in Xero",
            "of yours say something else in Xero",
        ),
        (
            check.gone,
            "of yours was deleted, voided or removed in Xero while it stands here",
            "of yours were deleted, voided or removed in Xero while they stand here",
        ),
        (check.relinked, "that our links had lost: linked again", ""),
        (check.orphans, "withdrawn here: removed there", ""),
        (check.strays, "that stood there twice: the second copy is removed", ""),
        (len(check.unknown), "of ours that this database does not know", ""),
    )
    return [
        f"{counted(count, 'record')} {(many if count > 1 else '') or one}."
        for count, one, many in kinds
        if count
    ]


_WHY_NOT: Mapping[WhyUncompared, str] = MappingProxyType(
    {
        WhyUncompared.ON_THE_WAY: "on the way to Xero just now",
        WhyUncompared.ASKED_ABOUT: "that failed or wait for an answer to something else",
        WhyUncompared.LEFT_OUT: "kept out of Xero by you",
        WhyUncompared.WITHDRAWN: "withdrawn here",
        WhyUncompared.NO_LINES: "whose lines Xero did not show",
        WhyUncompared.UNLINKED: "that nothing here is linked to",
        WhyUncompared.REPLACED: "removed there, with another in the place",
        WhyUncompared.OLDER: "that Xero still showed as before the last write",
    }
)


def address_of_unknown(organisation: Organisation, one: dict[str, str]) -> str:
    """Return the page in Xero of one of `Check.unknown`."""
    return xero_address(organisation, page_of_type(one.get("type", "")), one["id"])
