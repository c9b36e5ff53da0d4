"""Payments and allocations: recorded on a document's page, taken back there or from the list."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from tallystick.books.allocations import allocate, remove_allocations
from tallystick.books.errors import InvalidRecord
from tallystick.books.models import Allocation
from tallystick.books.payments import delete_payments, record_payment
from tallystick.money import Money
from tallystick.sync.models import Link
from tallystick.sync.outlook import NOTHING_TO_RETRY, going
from tallystick.sync.queue import retry
from tallystick.web.addresses import record_address
from tallystick.web.forms.entries import AllocationForm, PaymentForm
from tallystick.web.forms.problems import show_problems
from tallystick.web.kinds import pages_of
from tallystick.web.payment_filter import chosen_payments
from tallystick.web.views.answering import ask, go_back, keys_in, way_back
from tallystick.web.views.document_page import document_or_404, page
from tallystick.web.views.scope import person, workspace_or_404
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import Workspace


@require_POST
def pay(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Record a payment or refund on the document."""
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    document = document_or_404(workspace, pk)
    form = PaymentForm(request.POST)
    if form.is_valid():
        actor, given = person(request), form.cleaned_data
        try:
            payment = record_payment(
                workspace=workspace, actor=actor, document_id=document.pk, **given
            )
        except InvalidRecord as refused:
            show_problems(form, refused)
        else:
            money = Money(payment.amount, document.currency)
            noun = pages_of(document.kind).payment
            said = f"A {noun} of {money} was recorded on {document}."
            messages.success(request, said)
            return redirect(f"{record_address(document, workspace)}#payments")
    return page(request, workspace, document, payment=form)


@require_POST
def allot(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Set a credit note and an invoice against each other; the button names the other document."""
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    document = document_or_404(workspace, pk)
    other = document_or_404(workspace, next(iter(keys_in(request, "document")), 0))
    amount = request.POST.get(f"amount-{other.pk}", "")
    form = AllocationForm({"amount": amount, "allocated_on": request.POST.get("allocated_on", "")})
    if form.is_valid():
        note, target = (document, other) if pages_of(document.kind).is_credit else (other, document)
        try:
            made = allocate(
                workspace=workspace,
                actor=person(request),
                credit_note_id=note.pk,
                document_id=target.pk,
                **form.cleaned_data,
            )
        except InvalidRecord as refused:
            show_problems(form, refused)
        else:
            money = Money(made.amount, target.currency)
            messages.success(request, f"{money} of {note} was set against {target}.")
            return redirect(f"{record_address(document, workspace)}#payments")
    return page(request, workspace, document, allocation=form)


@require_POST
def act_on_payments(request: HttpRequest, slug: str) -> HttpResponse:
    """Delete or retry the ticked payments, or all that the filter shows; deleting asks first."""
    workspace = workspace_or_404(request, slug)
    payments = chosen_payments(request.POST, workspace, keys_in(request))
    back = way_back(request, "payment-list", workspace.slug)
    if request.POST.get("act") == "retry":
        _retry(request, workspace, Link.objects.filter(payment__in=payments.values("pk")))
        return go_back(request, back)
    require(request.user, workspace, Permission.EDIT_BOOKS)
    live = payments.live()
    if "confirmed" not in request.POST and live.exists():
        rows = live.order_by().values(currency=F("document__currency"))
        sums = rows.annotate(count=Count("pk"), total=Sum("amount")).order_by("currency")
        return _ask(request, workspace, list(sums), back)
    ids = list(live.order_by("pk").values_list("pk", flat=True))
    done = delete_payments(workspace=workspace, actor=person(request), payment_ids=ids)
    if done:
        said = f"{_counted(len(done))} deleted. What had reached Xero is deleted there."
        messages.info(request, said)
    else:
        messages.info(request, "Nothing was deleted: all of these were deleted before.")
    return go_back(request, back)


@require_POST
def act_on_allocations(request: HttpRequest, slug: str) -> HttpResponse:
    """Remove or retry the named allocations; what is removed can be made again."""
    workspace = workspace_or_404(request, slug)
    allocations = Allocation.objects.in_workspace(workspace).filter(pk__in=keys_in(request))
    back = way_back(request, "workspace-home", workspace.slug)
    if request.POST.get("act") == "retry":
        _retry(request, workspace, Link.objects.filter(allocation__in=allocations.values("pk")))
        return go_back(request, back)
    require(request.user, workspace, Permission.EDIT_BOOKS)
    ids = list(allocations.values_list("pk", flat=True))
    done = remove_allocations(workspace=workspace, actor=person(request), allocation_ids=ids)
    said = "The allocation was removed, in Xero too where it had reached it."
    messages.info(request, said if done else "Nothing was removed: it was removed before.")
    return go_back(request, back)


def _retry(request: HttpRequest, workspace: Workspace, links: QuerySet[Link]) -> None:
    keys = list(links.values_list("pk", flat=True))
    count = retry(workspace=workspace, actor=person(request), link_ids=keys)
    again = f"{count:,} queued again.{going(workspace)}"
    messages.info(request, again if count else NOTHING_TO_RETRY)


def _ask(
    request: HttpRequest, workspace: Workspace, sums: Sequence[Mapping[str, Any]], back: str
) -> HttpResponse:
    count = sum(row["count"] for row in sums)
    noun = "1 payment" if count == 1 else f"{count:,} payments"
    totals = " and ".join(str(Money(row["total"], row["currency"])) for row in sums)
    return ask(
        request,
        workspace,
        message=f"{noun} of {totals} will be deleted here and, where Xero has them, there. "
        "The documents are open again by as much.",
        label=f"Delete {noun}",
        kind="danger",
        back=back,
    )


def _counted(count: int) -> str:
    return "1 payment was" if count == 1 else f"{count:,} payments were"
