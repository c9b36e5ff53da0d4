"""All payments, in and out, with what became of each in Xero."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.models import Payment
from tallystick.connections.bound import bound_organisation
from tallystick.mapping.models import MethodAccount
from tallystick.sync import reading
from tallystick.web.addresses import record_address
from tallystick.web.filters import PERIODS, STATES
from tallystick.web.listed import Listed
from tallystick.web.payment_filter import STATUSES, WAYS, PaymentFilter, is_in
from tallystick.web.views.reports import send_or_make
from tallystick.web.views.scope import workspace_or_404


@require_safe
def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    shown = PaymentFilter.of(request.GET)
    today = timezone.localdate()
    listed = Listed(
        request.GET,
        shown,
        Payment.objects.select_related("document__party"),
        lambda: shown.narrowed(workspace, organisation, today=today),
        lambda state: shown.links(workspace, organisation, today=today, state=state),
        link_key="payment_id",
    )
    page = listed.page
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
        "counted": listed.counted,
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
