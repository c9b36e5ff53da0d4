"""What waits for a person, grouped by its cause, with what can be done about it; the last check."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from tallystick.connections.binding import former_of
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import Organisation
from tallystick.sync import attention, checks
from tallystick.sync.attention import Cause, Group, Trouble
from tallystick.sync.attention_words import lead_of, title_of
from tallystick.sync.models import Link
from tallystick.sync.queue import NotConnected
from tallystick.sync.reading import xero_url
from tallystick.sync.sums import AMOUNT, CURRENCY, Part
from tallystick.web import given
from tallystick.web.addresses import record_address
from tallystick.web.attention_acts import ACTS, Act, acts_on, label_on, question, take
from tallystick.web.lists import COUNTED, Page, capped, keyset_page
from tallystick.web.remedies import remedy_for
from tallystick.web.views.answering import ask, go_back, keys_in, way_back
from tallystick.web.views.former import offer_for
from tallystick.web.views.scope import person, workspace_or_404
from tallystick.workspaces.access import Permission, may, require
from tallystick.workspaces.models import Workspace

#: So many records of each cause are on the page of all; the rest on the cause's own.
_SHOWN = 5
#: So many causes.
_CAUSES = 25
#: Icon and colour of the kinds of trouble that are no question.
_LOOKS = {Trouble.FAILED: ("cross", "danger"), Trouble.STUCK: ("clock", "warning")}


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """All causes; with `?cause=` one alone, with all that it holds up page by page."""
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    if organisation is None:
        return _show_unconnected(request, workspace)
    only = Cause.read(request.GET.get("cause", ""))
    found = attention.groups_of(
        organisation,
        shown=_SHOWN,
        at_most=_CAUSES,
        only=only,
        look_at=attention.LOOKED_AT,
        fits={name: act.takes for name, act in ACTS.items()},
    )
    rows = {group.cause: group.links for group in found.shown}
    context: dict[str, Any] = {"workspace": workspace, "organisation": organisation, "only": only}
    if only and found.shown:
        page = _page(attention.of_cause(organisation, only), request)
        context["page"], rows[only] = page, list(page.rows)
    context |= {
        "sections": _sections(found.shown, rows, organisation, workspace),
        "more": found.more,
        "is_bounded": found.is_bounded,
        "former_offer": offer_for(request, organisation),
        "why_nothing_goes": attention.why_nothing_goes(organisation),
        "last": None if only else _last_check(organisation),
        "may_manage": may(request.user, workspace, Permission.MANAGE_SYNC),
    }
    return render(request, "web/pages/attention.html", context)


def _show_unconnected(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    """How many records wait in the books that were connected last: none can be answered meanwhile."""
    former = former_of(workspace)
    kept = capped(attention.count_of(former, at_most=COUNTED + 1)) if former else ""
    context = {"workspace": workspace, "former": former, "kept": kept}
    return render(request, "web/pages/attention.html", context)


def _page(links: QuerySet[Link], request: HttpRequest) -> Page[Link]:
    """Return a page of a cause's links with their records, the newest first.

    The page is found by what stands in an index; only what is on it is looked up whole.
    """
    page = keyset_page(links.only("pk", "changed_at"), request.GET, field="changed_at")
    found = Link.objects.filter(pk__in=[link.pk for link in page.rows]).with_records()
    by_key = {link.pk: link for link in found}
    return replace(page, rows=[by_key[link.pk] for link in page.rows if link.pk in by_key])


@require_POST
def act(request: HttpRequest, slug: str) -> HttpResponse:
    """Do one act to a record, to the ticked ones, or to all of a cause; ask first if it counts.

    `act` names the act, and after a colon the one link where it is for one; `filter` the cause.
    """
    workspace = workspace_or_404(request, slug)
    name, _, one = request.POST.get("act", "").partition(":")
    chosen = ACTS.get(name)
    if chosen is None:
        return HttpResponse("The form names no act. Go back and press a button.", status=400)
    require(request.user, workspace, chosen.needs)
    organisation = bound_organisation(workspace)
    back = way_back(request, "needs-attention", workspace.slug)
    if organisation is None:
        messages.error(request, str(NotConnected(workspace)))
        return go_back(request, back)
    links = _chosen(request, organisation, one)
    if chosen.asks and "confirmed" not in request.POST:
        part, told = question(chosen, links, workspace)
        if part.count:
            return ask(
                request,
                workspace,
                message=told,
                label=chosen.label_of_many.format(part.counted),
                kind="danger"
                if chosen.name in ("remove", "send", "clear", "cancel")
                else "primary",
                back=back,
                keep="Go back",
            )
    messages.info(request, take(chosen, links, workspace=workspace, actor=person(request)))
    return go_back(request, back)


@require_POST
def check(request: HttpRequest, slug: str) -> HttpResponse:
    """Let Xero be looked through now."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    try:
        checks.check_now(workspace=workspace, actor=person(request))
    except NotConnected as refused:
        messages.error(request, str(refused))
    else:
        messages.info(request, "Xero is being looked through; what was found stands here soon.")
    return redirect(f"{resolve_url('needs-attention', workspace.slug)}#check")


def _chosen(request: HttpRequest, organisation: Organisation, one: str) -> QuerySet[Link]:
    links = attention.troubled(organisation)
    cause = Cause.read(request.POST.get("filter", ""))
    if one:
        return links.filter(pk__in=given.keys_in([one]))
    if "everything" in request.POST and cause:
        return links.filter(cause.condition())
    return links.filter(pk__in=keys_in(request))


def _sections(
    groups: list[Group],
    rows: dict[Cause, list[Link]],
    organisation: Organisation,
    workspace: Workspace,
) -> list[SimpleNamespace]:
    """Return the kinds of trouble that there are, each with its causes."""
    shown = [link.pk for links in rows.values() for link in links]
    troubled = attention.troubled(organisation).filter(pk__in=shown)
    acts = acts_on(troubled)
    money = {
        pk: (amount, code) for pk, amount, code in troubled.values_list("pk", AMOUNT, CURRENCY)
    }
    sections = []
    for trouble in Trouble:
        found = [
            _group(group, rows[group.cause], acts, money, workspace)
            for group in groups
            if group.cause.trouble == trouble
        ]
        if found:
            part = sum((group.part for group in found), Part())
            sections.append(
                SimpleNamespace(title=trouble.label, count=part.count_text, groups=found)
            )
    return sections


def _group(
    group: Group,
    links: list[Link],
    acts: dict[int, list[Act]],
    money: dict[int, tuple[Any, str]],
    workspace: Workspace,
) -> SimpleNamespace:
    problem = group.newest.problem or {}
    symbol, tone = _LOOKS.get(Trouble(group.cause.trouble), ("hand", "warning"))
    of_all = [act for act in ACTS.values() if act.name in group.fits and group.fits[act.name].count]
    party = _only_party(links)
    query = urlencode({"cause": str(group.cause)})
    return SimpleNamespace(
        cause=str(group.cause),
        address=f"{resolve_url('needs-attention', workspace.slug)}?{query}",
        title=title_of(group.cause),
        lead=lead_of(group),
        tone=tone,
        icon=symbol,
        count=group.part.count,
        is_one=_is_one(group),
        part=group.part,
        rows=[_row(link, acts.get(link.pk, []), money.get(link.pk), workspace) for link in links],
        acts=[_button(act, group) for act in of_all],
        has_rare=any(act.is_rare for act in of_all),
        more=group.part.is_capped or group.part.count > len(links),
        mend=remedy_for(
            problem.get("screen", ""),
            workspace,
            party_id=party,
            document=group.newest.document if _is_one(group) else None,
        ),
        party_id=party,
        candidates=problem.get("details", {}).get("candidates", []) if _is_of_party(group) else [],
    )


def _button(act: Act, group: Group) -> SimpleNamespace:
    return SimpleNamespace(
        name=act.name,
        label=act.label,
        label_of_one=label_on(act, group.newest),
        label_of_all=act.label_of_many.format(group.fits[act.name].counted),
        is_rare=act.is_rare,
    )


def _row(
    link: Link, acts: list[Act], money: tuple[Any, str] | None, workspace: Workspace
) -> SimpleNamespace:
    amount, currency = money or (None, "")
    record = link.record
    document = link.document
    main = acts[0] if acts else None
    return SimpleNamespace(
        pk=link.pk,
        name=str(record),
        party=getattr(document or record, "party", None) if document else "",
        address=record_address(record, workspace),
        message=(link.problem or {}).get("message", ""),
        amount=amount,
        currency=currency,
        xero_url=xero_url(link),
        doubles=_doubles(link),
        act=(main.name, label_on(main, link)) if main else None,
    )


def _doubles(link: Link) -> list[str]:
    """Return the pages in Xero of second copies that could not be removed."""
    if link.document is None or (link.problem or {}).get("code") != "doubled":
        return []
    return [xero_url(_as(link, stray)) for stray in link.strays]


def _as(link: Link, xero_id: str) -> Link:
    return Link(organisation=link.organisation, document=link.document, xero_id=xero_id)


def _is_one(group: Group) -> bool:
    return group.part.count == 1 and not group.part.is_capped


def _is_of_party(group: Group) -> bool:
    return group.cause.key.startswith("party:")


def _only_party(links: list[Link]) -> int | None:
    parties = {
        link.party_id or (link.document.party_id if link.document else None) for link in links
    }
    return parties.pop() if len(parties) == 1 else None


def _last_check(organisation: Organisation) -> SimpleNamespace:
    last = checks.last_check(organisation)
    return SimpleNamespace(
        check=last,
        summary=" ".join(checks.summary(last)) if last else "",
        findings=checks.findings(last) if last else [],
        unknown=[
            SimpleNamespace(
                number=one.get("number") or "no number",
                address=checks.address_of_unknown(organisation, one),
            )
            for one in (last.unknown if last else [])
        ],
        is_due=checks.is_due(organisation),
    )
