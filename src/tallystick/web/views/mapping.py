"""Settings that say what our codes mean in Xero; saving releases what waited for them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tallystick.books.errors import InvalidRecord
from tallystick.books.models import TaxCode
from tallystick.books.tax_codes import create_tax_code
from tallystick.connections.bound import bound_organisation
from tallystick.connections.models import ConnectionStatus, Organisation
from tallystick.connections.services import connection_of
from tallystick.english import counted, was_or_were
from tallystick.mapping.proposing import rates_to_take, take_rates
from tallystick.mapping.proposing_items import proposed_for_items, take_for_items
from tallystick.mapping.services import MappingRefused
from tallystick.mapping.wait_keys import WaitSort
from tallystick.sync.links.problems import DecisionName
from tallystick.sync.reports.offered_decisions import DECISIONS, made_untaxed
from tallystick.sync.reports.waiting_sums import released_by, waiting_for
from tallystick.web.forms.accounts import AccountsForm
from tallystick.web.forms.choices import ChoicesForm
from tallystick.web.forms.field_messages import show_problems
from tallystick.web.forms.mapping import TaxMappingForm
from tallystick.web.forms.payment_methods import PaymentMethodsForm
from tallystick.web.forms.records import TaxCodeForm
from tallystick.web.release_words import released_words
from tallystick.web.views.former_choices import offer_for
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission, may
from tallystick.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class UntaxedQuestion:
    """Whether tax is added to documents that were made without: about what, and its button."""

    cause: str
    told: str
    label: str


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of choices: its address and template by name, its form, and what waits for it."""

    name: str
    form: type[ChoicesForm]
    #: What waits for a choice on the page.
    sorts: tuple[WaitSort, ...]
    saved: str
    #: Whether the page asks about documents that were made without tax.
    asks_of_tax: bool = False

    def answer(self, request: HttpRequest, slug: str) -> HttpResponse:
        needed = Permission.MANAGE_SYNC if request.method == "POST" else Permission.VIEW
        workspace = workspace_or_404(request, slug, to=needed)
        organisation = bound_organisation(workspace)
        if organisation is None or request.method != "POST":
            return self.render(request, workspace, organisation)
        form = self.form(request.POST, organisation)
        if form.is_valid() and self._save(request, form):
            return redirect(self.name, slug)
        return self.render(request, workspace, organisation, form=form, status=422)

    def _save(self, request: HttpRequest, form: ChoicesForm) -> bool:
        try:
            released = released_by(lambda: form.save(person(request)), form.organisation)
        except MappingRefused as refused:
            form.add_error(None, str(refused))
            return False
        messages.success(
            request, f"{self.saved}{released_words(released, form.organisation.workspace)}"
        )
        return True

    def render(
        self,
        request: HttpRequest,
        workspace: Workspace,
        organisation: Organisation | None,
        *,
        form: ChoicesForm | None = None,
        new: TaxCodeForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context: dict[str, Any] = {
            "workspace": workspace,
            "organisation": organisation,
            "new": new or TaxCodeForm(prefix="new"),
        }
        if organisation:
            chooses = may(request.user, workspace, Permission.MANAGE_SYNC)
            form = form or self.form(None, organisation, proposes=chooses)
            form.waiting = waiting_for(organisation, *self.sorts)
            context |= {
                "form": form,
                "former_offer": offer_for(request, organisation),
                "untaxed": self.asks_of_tax and _untaxed(organisation),
                "needs_reconnecting": connection_of(workspace).status == ConnectionStatus.ERROR,
            }
            if isinstance(form, AccountsForm):
                context["of_items"] = proposed_for_items(organisation)
            if isinstance(form, TaxMappingForm) and form.is_foreign:
                context["offers"] = rates_to_take(organisation)
        template = f"web/pages/{self.name.replace('-', '_')}.html"
        return render(request, template, context, status=status)


def _untaxed(organisation: Organisation) -> UntaxedQuestion | None:
    """Return the question whether tax is added to what was made without, if there is any."""
    found = made_untaxed(organisation)
    if found is None:
        return None
    cause, part, told = found
    label = DECISIONS[DecisionName.ADD_TAX].label_of_many.format(part.counted)
    return UntaxedQuestion(str(cause), told, label)


_TAX_MAPPING = _Page(
    "tax-mapping",
    TaxMappingForm,
    (WaitSort.TAX_MAPPING, WaitSort.DEFAULT_TAX_CODE),
    "The mapping was saved.",
    asks_of_tax=True,
)
_ACCOUNTS = _Page(
    "accounts", AccountsForm, (WaitSort.ACCOUNT, WaitSort.ROUNDING), "The accounts were saved."
)
_PAYMENT_METHODS = _Page(
    "payment-methods",
    PaymentMethodsForm,
    (WaitSort.PAYMENT_METHOD, WaitSort.DOCUMENT),
    "The payment methods were saved.",
)


def tax_mapping(request: HttpRequest, slug: str) -> HttpResponse:
    return _TAX_MAPPING.answer(request, slug)


def accounts(request: HttpRequest, slug: str) -> HttpResponse:
    return _ACCOUNTS.answer(request, slug)


def payment_methods(request: HttpRequest, slug: str) -> HttpResponse:
    return _PAYMENT_METHODS.answer(request, slug)


@require_POST
def take_item_accounts(request: HttpRequest, slug: str) -> HttpResponse:
    """Give our items the accounts that Xero's items of the same code have."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    if organisation is None:
        return redirect("accounts", slug)
    counts: list[int] = []

    def take() -> None:
        counts.append(take_for_items(organisation=organisation, actor=person(request)))

    released = released_by(take, organisation)
    done = f"{counted(counts[0], 'item')} got {'its' if counts[0] == 1 else 'their'} account"
    messages.success(request, f"{done} from Xero.{released_words(released, workspace)}")
    return redirect("accounts", slug)


@require_POST
def take_xero_rates(request: HttpRequest, slug: str) -> HttpResponse:
    """Make tax codes of the rates that are ticked, and map them."""
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    organisation = bound_organisation(workspace)
    ticked = request.POST.getlist("tax_type")
    if organisation is None or not ticked:
        messages.info(request, "No rate was ticked, so nothing was made.")
        return redirect("tax-mapping", slug)
    made: list[TaxCode] = []

    def take() -> None:
        made.extend(take_rates(organisation=organisation, tax_types=ticked, actor=person(request)))

    try:
        released = released_by(take, organisation)
    except MappingRefused as refused:
        messages.error(request, str(refused))
    else:
        count = len(made)
        done = f"{counted(count, 'tax code')} {was_or_were(count)} made"
        was = done if made else "All were here"
        messages.success(request, f"{was}; each is mapped.{released_words(released, workspace)}")
    return redirect("tax-mapping", slug)


@require_POST
def add_tax_code(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    form = TaxCodeForm(request.POST, prefix="new")
    if form.is_valid():
        given = form.to_input()
        try:
            create_tax_code(workspace=workspace, actor=person(request), tax_code=given)
        except InvalidRecord as refused:
            show_problems(form, refused)
        else:
            messages.success(request, f"{given.code} was added. Choose its tax rate in Xero now.")
            return redirect("tax-mapping", slug)
    organisation = bound_organisation(workspace)
    return _TAX_MAPPING.render(request, workspace, organisation, new=form, status=422)
