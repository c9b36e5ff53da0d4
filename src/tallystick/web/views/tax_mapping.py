"""Tax mapping: our tax codes against the organisation's rates; saving releases what waited."""

from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from tallystick.books.errors import InvalidRecord
from tallystick.books.models import TaxCode
from tallystick.books.tax_codes import create_tax_code
from tallystick.connections.models import Organisation
from tallystick.mapping import services
from tallystick.mapping.models import AccountChoice, Direction, MappingDefaults, TaxMapping
from tallystick.sync.models import Link, LinkState
from tallystick.sync.queue import bound_organisation
from tallystick.web.forms.mapping import MappingForm
from tallystick.web.forms.problems import show_problems
from tallystick.web.forms.records import TaxCodeForm
from tallystick.web.views.scope import person, workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace


def show(request: HttpRequest, slug: str) -> HttpResponse:
    needed = Permission.MANAGE_SYNC if request.method == "POST" else Permission.VIEW
    workspace = workspace_or_404(request, slug, to=needed)
    organisation = bound_organisation(workspace)
    if organisation is None or request.method != "POST":
        return _page(request, workspace, organisation)
    chosen = _chosen(organisation)
    form = _form(organisation, workspace, data=request.POST)
    if form.is_valid():
        waiting = sum(_waiting(organisation).values())
        try:
            _save(form, organisation, chosen, request)
        except services.MappingRefused as refused:
            form.add_error(None, str(refused))
        else:
            released = waiting - sum(_waiting(organisation).values())
            messages.success(request, f"The mapping was saved.{_released(released)}")
            return redirect("tax-mapping", slug)
    return _page(request, workspace, organisation, form=form, status=422)


def _released(count: int) -> str:
    if count <= 0:
        return ""
    if count == 1:
        return " 1 waiting document goes out now."
    return f" {count:,} waiting documents go out now."


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
    return _page(request, workspace, bound_organisation(workspace), new=form, status=422)


@transaction.atomic
def _save(
    form: MappingForm, organisation: Organisation, before: dict[str, Any], request: HttpRequest
) -> None:
    """Hand on what has changed, so that the audit tells choices and not key presses."""
    given, actor = form.cleaned_data, person(request)
    for code in form.tax_codes:
        tax_type = given[f"tax-{code.pk}"]
        if tax_type != before.get(f"tax-{code.pk}", ""):
            services.choose_tax_type(
                organisation=organisation, tax_code=code, tax_type=tax_type, actor=actor
            )
    account = given["sales_account"]
    if account and account != before["sales_account"]:
        services.choose_sales_account(organisation=organisation, code=account, actor=actor)
    if given["default_tax_code"] != before["default_tax_code"]:
        default = next((c for c in form.tax_codes if str(c.pk) == given["default_tax_code"]), None)
        services.choose_default_tax_code(organisation=organisation, tax_code=default, actor=actor)


def _page(
    request: HttpRequest,
    workspace: Workspace,
    organisation: Organisation | None,
    *,
    form: MappingForm | None = None,
    new: TaxCodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "workspace": workspace,
        "organisation": organisation,
        "new": new or TaxCodeForm(prefix="new"),
    }
    if organisation:
        form = form or _form(organisation, workspace)
        waiting = _waiting(organisation)
        context |= {
            "form": form,
            "rows": [
                SimpleNamespace(
                    code=code,
                    field=form[f"tax-{code.pk}"],
                    waiting=waiting.get(f"tax:{code.pk}:sales", 0),
                )
                for code in form.tax_codes
            ],
            "waiting_for_account": waiting.get("account:sales:", 0),
            "waiting_for_default": waiting.get("tax-default", 0),
        }
    return render(request, "web/pages/tax_mapping.html", context, status=status)


def _form(organisation: Organisation, workspace: Workspace, *, data: Any = None) -> MappingForm:
    return MappingForm(
        data,
        tax_codes=TaxCode.objects.in_workspace(workspace).order_by("code"),
        choices=services.choices_of(organisation),
        initial=_chosen(organisation),
    )


def _chosen(organisation: Organisation) -> dict[str, Any]:
    mappings = TaxMapping.objects.filter(organisation=organisation, direction=Direction.SALES)
    account = AccountChoice.objects.filter(
        organisation=organisation, direction=Direction.SALES, charge=""
    ).first()
    defaults = MappingDefaults.objects.filter(organisation=organisation).first()
    return {
        **{f"tax-{mapping.tax_code_id}": mapping.tax_type for mapping in mappings},
        "sales_account": account.code if account else "",
        "default_tax_code": str(defaults.tax_code_id or "") if defaults else "",
    }


def _waiting(organisation: Organisation) -> dict[str, int]:
    """Return how many documents wait for each key of the mapping."""
    stopped = Link.objects.filter(
        organisation=organisation, state__in=[LinkState.FAILED, LinkState.HELD]
    ).exclude(waits_for="")
    counted = stopped.values_list("waits_for").annotate(count=Count("pk")).order_by()
    return dict(counted)
