"""All payments, in and out, with what became of each in Xero."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.models import Payment
from tallystick.connections.bound import bound_organisation
from tallystick.mapping.payment_methods import chosen_methods
from tallystick.sync.reports.link_states import DocumentState, states_of_payments
from tallystick.sync.reports.listed_records import list_payments
from tallystick.sync.reports.narrowing import PERIODS, STATES
from tallystick.sync.reports.payment_filter import STATUSES, WAYS, PaymentFilter, is_in
from tallystick.web.addresses import record_address
from tallystick.web.views.reports import send_or_make
from tallystick.web.views.workspace_access import workspace_or_404


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """What the list shows of one payment."""

    payment: Payment
    #: The money came in.
    is_in: bool
    address: str
    state: DocumentState | None


@require_safe
def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    shown = PaymentFilter.of(request.GET)
    today = timezone.localdate()
    listed = list_payments(request.GET, shown, workspace, organisation, today=today)
    page = listed.page
    states = states_of_payments(page.rows, organisation)
    context = {
        "workspace": workspace,
        "organisation": organisation,
        "shown": shown,
        "page": page,
        "rows": [
            PaymentRow(
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
        "methods": chosen_methods(organisation),
        "query": request.GET.urlencode(),
    }
    return render(request, "web/pages/payments.html", context)


@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Send what the list shows as CSV."""
    return send_or_make(request, workspace_or_404(request, slug), PaymentFilter, of="payments")
