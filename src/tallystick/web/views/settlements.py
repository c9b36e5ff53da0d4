"""Payments and allocations: recorded on a document's page, taken back there or from the list."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from tallystick.books.allocations import allocate, allocations_by_key
from tallystick.books.counting import Counted, Sums
from tallystick.books.errors import InvalidRecord
from tallystick.books.models import PaymentQuerySet
from tallystick.books.payments import payments_by_key, record_payment
from tallystick.english import counted, was_or_were
from tallystick.money import Money
from tallystick.sync.reports.payment_filter import CURRENCY, PaymentFilter
from tallystick.sync.reports.settlement_acts import (
    SettlementActName,
    delete_chosen,
    remove_chosen,
    retry_allocations,
    retry_payments,
    shown_payments,
)
from tallystick.web.addresses import record_address
from tallystick.web.forms.field_messages import show_problems
from tallystick.web.forms.settlements import AllocationForm, PaymentForm
from tallystick.web.kinds import pages_of
from tallystick.web.release_words import retried_words
from tallystick.web.request_values import form_keys, list_query
from tallystick.web.views.act_responses import ask, go_back, way_back
from tallystick.web.views.document_page import document_or_404, page
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import Workspace

_NOTHING_DELETED = (
    "Nothing was deleted: these were deleted before, or were recorded in Xero. Those are deleted "
    "there, and go here with it."
)
_NOTHING_REMOVED = (
    "Nothing was removed: it was removed before, or was made in Xero. Then remove it there, and it "
    "goes here with it."
)


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
    other = document_or_404(workspace, next(iter(form_keys(request, "document")), 0))
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
    payments = _chosen_payments(request, workspace)
    back = way_back(request, "payment-list", workspace.slug)
    if _pressed(request, SettlementActName.DELETE) == SettlementActName.RETRY:
        count = retry_payments(workspace, person(request), payments)
        messages.info(request, retried_words(count, workspace))
        return go_back(request, back)
    require(request.user, workspace, Permission.EDIT_BOOKS)
    if "confirmed" not in request.POST:
        sums = Counted(payments.deletable(), exact=True, currency=CURRENCY, total="amount").sums
        if sums.count:
            return _ask(request, workspace, sums, back)
    count = delete_chosen(workspace, person(request), payments)
    said = _NOTHING_DELETED
    if count:
        told = f"{counted(count, 'payment')} {was_or_were(count)} deleted."
        said = f"{told} What had reached Xero is deleted there."
    messages.info(request, said)
    return go_back(request, back)


@require_POST
def act_on_allocations(request: HttpRequest, slug: str) -> HttpResponse:
    """Remove or retry the named allocations; what is removed can be made again."""
    workspace = workspace_or_404(request, slug)
    allocations = allocations_by_key(workspace, form_keys(request))
    back = way_back(request, "workspace-home", workspace.slug)
    if _pressed(request, SettlementActName.REMOVE) == SettlementActName.RETRY:
        count = retry_allocations(workspace, person(request), allocations)
        messages.info(request, retried_words(count, workspace))
        return go_back(request, back)
    require(request.user, workspace, Permission.EDIT_BOOKS)
    done = remove_chosen(workspace, person(request), allocations)
    said = "The allocation was removed, in Xero too where it had reached it."
    messages.info(request, said if done else _NOTHING_REMOVED)
    return go_back(request, back)


def _pressed(request: HttpRequest, usual: SettlementActName) -> SettlementActName:
    """Return the act that the button names; the usual one where it names none."""
    name = request.POST.get("act", "")
    return next((one for one in SettlementActName if one == name), usual)


def _chosen_payments(request: HttpRequest, workspace: Workspace) -> PaymentQuerySet:
    query = list_query(request)
    if query is None:
        return payments_by_key(workspace, form_keys(request))
    return shown_payments(workspace, PaymentFilter.of(query), today=timezone.localdate())


def _ask(request: HttpRequest, workspace: Workspace, sums: Sums, back: str) -> HttpResponse:
    noun = counted(sums.count, "payment")
    return ask(
        request,
        workspace,
        message=f"{noun} of {sums.money} will be deleted here and, where Xero has them, there. "
        "The documents are open again by as much.",
        label=f"Delete {noun}",
        is_final=True,
        back=back,
    )
