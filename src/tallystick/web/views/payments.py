"""All payments, in and out, with what became of each in Xero."""

from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tallystick.books.models import Payment
from tallystick.mapping.models import MethodAccount
from tallystick.sync import reading
from tallystick.sync.queue import bound_organisation
from tallystick.web.addresses import record_address
from tallystick.web.filters import PERIODS, STATES
from tallystick.web.lists import Counted, keyset_page
from tallystick.web.payment_filter import STATUSES, WAYS, PaymentFilter, is_in
from tallystick.web.spreadsheets import csv_answer, spreadsheet_safe
from tallystick.web.views.scope import workspace_or_404


@require_safe
def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    organisation = bound_organisation(workspace)
    shown = PaymentFilter.of(request.GET)
    found = shown.payments(workspace, organisation, today=timezone.localdate())
    page = keyset_page(found.select_related("document__party"), request.GET, field="paid_on")
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
        "counted": Counted(found, exact="exact" in request.GET),
        "ways": WAYS.items(),
        "states": [(state.value, state.label) for state in STATES],
        "statuses": STATUSES.items(),
        "periods": PERIODS.items(),
        "methods": methods.order_by("method").values_list("method", flat=True),
        "query": request.GET.urlencode(),
    }
    return render(request, "web/pages/payments.html", context)


_COLUMNS = (
    "Day", "Direction", "Document", "Party number", "Party", "Method", "Reference", "Status",
    "Currency", "Amount",
)  # fmt: skip


@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Send what the list shows as CSV, row by row however many there are."""
    workspace = workspace_or_404(request, slug)
    shown = PaymentFilter.of(request.GET)
    found = shown.payments(workspace, bound_organisation(workspace), today=timezone.localdate())
    payments = found.select_related("document__party").order_by("-paid_on", "-pk")
    rows = map(_row, payments.iterator(chunk_size=2000))
    return csv_answer(_COLUMNS, rows, name=f"payments-{workspace.slug}")


def _row(payment: Payment) -> list[object]:
    document = payment.document
    texts = (document.number, document.party.number, document.party.name)
    said = (payment.method, payment.reference)
    return [
        payment.paid_on, "In" if is_in(payment) else "Out", *map(spreadsheet_safe, (*texts, *said)),
        payment.get_status_display(), document.currency, payment.amount,
    ]  # fmt: skip
