"""What waits for a person, grouped by its cause."""

from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tallystick.sync import reading
from tallystick.sync.models import Link, LinkState
from tallystick.sync.queue import bound_organisation
from tallystick.web.addresses import record_address
from tallystick.web.remedies import remedy_for
from tallystick.web.views.scope import workspace_or_404
from tallystick.workspaces.models import Workspace

#: So many documents of each cause are named; the rest is counted.
_NAMED = 5

#: What a cause is called above its group, by its code.
_TITLES = {
    "no_account": "No sales account is chosen",
    "account": "The account cannot be used",
    "no_tax_code": "Lines without a tax code",
    "tax_not_mapped": "A tax code has no tax mapping",
    "tax_type": "A tax rate does not fit",
    "totals": "Totals would differ in Xero",
    "currency": "The currency is not that of your books in Xero",
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
    return Link.objects.select_related("document__party").in_bulk(link_ids)


def _group(group: dict[str, Any], named: dict[int, Link], workspace: Workspace) -> SimpleNamespace:
    links = [named[pk] for pk in group["link_ids"][:_NAMED] if pk in named]
    is_question = group.get("state") == LinkState.HELD
    return SimpleNamespace(
        title=_TITLES.get(group.get("code", ""), "Not sent"),
        tone="warning" if is_question else "danger",
        icon="hand" if is_question else "cross",
        message=group.get("message", ""),
        remedy=group.get("remedy", ""),
        count=group["count"],
        totals=sorted(group["total"].items()),
        link_ids=group["link_ids"],
        rows=[
            SimpleNamespace(
                document=link.document,
                address=record_address(link.document, workspace),
                message=(link.problem or {}).get("message", ""),
            )
            for link in links
        ],
        more=group["count"] - len(links),
        mend=remedy_for(group.get("screen", ""), workspace, party_id=_only_party(links)),
    )


def _only_party(links: list[Link]) -> int | None:
    parties = {link.document.party_id for link in links if link.document}
    return parties.pop() if len(parties) == 1 else None
