"""All payments, in and out, with what became of each in Xero."""

from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.models import Payment
from tallystick.mapping.models import MethodAccount
from tallystick.sync import reading
from tallystick.sync.queue import bound_organisation
from tallystick.web.addresses import record_address
from tallystick.web.filters import PERIODS, STATES, at_most
from tallystick.web.lists import Counted, Gathered, keyset_page, read_in
from tallystick.web.payment_filter import STATUSES, WAYS, PaymentFilter, is_in
from tallystick.web.views.reports import send_or_make
from tallystick.web.views.scope import workspace_or_404


@require_safe
def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    shown = PaymentFilter.of(request.GET)
    today = timezone.localdate()
    found = shown.payments(workspace, organisation, today=today)
    how: dict[str, Any] = {
        "exact": "exact" in request.GET,
        "at_most": at_most(shown.q),
        "currency": "document__currency",
        "total": "amount",
    }
    listed: QuerySet[Payment] = found
    counted = Counted(found, **how)
    if shown.is_narrowed:
        counted = gathered = Gathered(found, counts_first=not (shown.q or shown.state), **how)
        listed = gathered.in_order(shown.in_order(workspace, organisation, today=today))
    page = read_in(
        keyset_page(listed.only("paid_on"), request.GET, field="paid_on"),
        Payment.objects.select_related("document__party"),
    )
    states = reading.states_of_payments(page.rows, organisation)
    methods = MethodAccount.objects.filter(organisation=organisation).exclude(method="")
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "shown": shown,
        "page": page,
        "rows": [
            SimpleNamespace(
                payment=payment,
                is_in=is_in(payment),
                address=record_address(payment, workspace),
                state=states.get(payment.pk),
            )
            for payment in page.rows
        ],
        "counted": counted,
        "ways": WAYS.items(),
        "states": [(state.value, state.label) for state in STATES],
        "statuses": STATUSES.items(),
        "periods": PERIODS.items(),
        "methods": methods.order_by("method").values_list("method", flat=True),
        "query": request.GET.urlencode(),
    }
    return render(request, "web/pages/payments.html", context)


@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Send what the list shows as CSV."""
    return send_or_make(request, workspace_or_404(request, slug), PaymentFilter, of="payments")
