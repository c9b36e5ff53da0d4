"""What waits for a person, grouped by its cause."""

from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallystick.books.models import Document
from tallystick.sync import reading
from tallystick.sync.models import WITH_RECORDS, Link, LinkState
from tallystick.sync.queue import NOT_APPROVED, bound_organisation
from tallystick.web.addresses import record_address
from tallystick.web.kinds import pages_of
from tallystick.web.remedies import Remedy, remedy_for
from tallystick.web.views.scope import workspace_or_404
from tallystick.workspaces.models import Workspace

#: So many documents of each cause are named; the rest is counted.
_NAMED = 5

#: What a cause is called above its group, by its code.
_TITLES = {
    "no_account": "No account is chosen",
    "no_payment_account": "No account is chosen for payments",
    "payment_account": "The account for payments cannot be used",
    "not_approved": "Not approved in Xero yet",
    "payment_exists": "Xero has such a payment already",
    "too_much": "More than is outstanding in Xero",
    "document_gone": "Its document was removed in Xero",
    "claim_differs": "The one in Xero is another",
    "claim_missing": "Xero has no such number",
    "rounding": "The stated total differs by cents",
    "rounding_account": "No account is chosen for rounding",
    "tracking": "Xero does not know the tracking",
    "below_zero": "The total is below zero",
    "not_attached": "The PDF is not attached",
    "payment_not_authorised": "Not approved in Xero yet",
    "payment_too_large": "More than is outstanding in Xero",
    "account": "The account cannot be used",
    "no_tax_code": "Lines without a tax code",
    "tax_not_mapped": "A tax code has no tax mapping",
    "tax_type": "A tax rate does not fit",
    "totals": "Totals would differ in Xero",
    "currency": "The currency is not switched on in Xero",
    "locked": "Dated before the lock date",
    "no_lines": "No lines",
    "number_taken": "The number is taken in Xero",
    "no_clear_answer": "Xero gave no clear answer",
    "differs": "Somebody changed it in Xero",
    "gone_in_xero": "Somebody removed it in Xero",
    "has_payments": "A payment stands in the way",
    "account_unknown": "Xero does not know the account",
    "account_archived": "The account is archived in Xero",
    "contact_name_taken": "The customer's name is taken in Xero",
    "contact_number_taken": "The customer's number is taken in Xero",
    "contact_archived": "The customer is archived in Xero",
    "contact_missing": "The customer is not in Xero any more",
    "record_taken": "Linked to another record",
    "email_invalid": "Xero does not take the e-mail address",
    "internal": "Stopped by an error of ours",
}


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    found = reading.problems(organisation) if organisation else []
    named = _named([pk for group in found for pk in group["link_ids"][:_NAMED]])
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "groups": [_group(group, named, workspace) for group in found],
    }
    return render(request, "web/pages/attention.html", context)


def _named(link_ids: list[int]) -> dict[int, Link]:
    return Link.objects.select_related(*WITH_RECORDS).in_bulk(link_ids)


def _group(group: dict[str, Any], named: dict[int, Link], workspace: Workspace) -> SimpleNamespace:
    links = [named[pk] for pk in group["link_ids"][:_NAMED] if pk in named]
    is_question = group.get("state") == LinkState.HELD
    code = group.get("code", "")
    return SimpleNamespace(
        title=_TITLES.get(code, "Not sent"),
        tone="warning" if is_question else "danger",
        icon="hand" if is_question else "cross",
        message=group.get("message", ""),
        remedy=group.get("remedy", ""),
        count=group["count"],
        noun=_noun(links),
        totals=sorted(group["total"].items()),
        link_ids=group["link_ids"],
        rows=[_row(link, workspace) for link in links],
        more=group["count"] - len(links),
        mend=_mend(group.get("screen", ""), links, workspace),
        approves=code == NOT_APPROVED,
    )


def _row(link: Link, workspace: Workspace) -> SimpleNamespace:
    """Return what is shown of one record: its name, whose it is, why it waits, its money."""
    record, document = link.record, _document_of(link)
    return SimpleNamespace(
        name=str(record) if document is None else document.number,
        address=record_address(record, workspace),
        party=document.party if document else "",
        message=(link.problem or {}).get("message", ""),
        amount=getattr(record, "total", None) or getattr(record, "amount", None),
        currency=document.currency if document else "",
    )


def _document_of(link: Link) -> Document | None:
    """Return the document that the link's record is or stands on; None for a party."""
    entry = link.payment or link.allocation
    return entry.document if entry else link.document


def _noun(links: list[Link]) -> str:
    sorts = {"contact" if link.party else str(link.record._meta.model_name) for link in links}
    return sorts.pop() if len(sorts) == 1 else "record"


def _mend(screen: str, links: list[Link], workspace: Workspace) -> Remedy | None:
    """Return the one link that mends all of them, or opens the only one."""
    documents = [document for link in links if (document := _document_of(link))]
    parties = {document.party_id for document in documents}
    parties |= {link.party_id for link in links if link.party_id}
    kinds = {pages_of(document.kind).party for document in documents}
    return remedy_for(
        screen,
        workspace,
        party_id=parties.pop() if len(parties) == 1 else None,
        noun=kinds.pop() if len(kinds) == 1 else "customer",
        document=documents[0] if len(links) == 1 and documents else None,
    )
