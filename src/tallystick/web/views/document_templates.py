"""Settings, Document templates: patterns for documents of one trade, with their tax code."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from tallystick.books.errors import InvalidRecord
from tallystick.books.models import DocumentTemplate
from tallystick.books.paging import keyset_page
from tallystick.books.templates import create_template, edit_template, templates_of
from tallystick.connections.bound import bound_organisation
from tallystick.sync.reports.waiting_sums import released_by
from tallystick.web.forms.document_template import DocumentTemplateForm
from tallystick.web.forms.field_messages import show_problems
from tallystick.web.release_words import released_words
from tallystick.web.views.workspace_access import person, workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace


@require_safe
def show_all(request: HttpRequest, slug: str) -> HttpResponse:
    workspace = workspace_or_404(request, slug)
    page = keyset_page(templates_of(workspace), request.GET, field="name", descending=False)
    context = {"workspace": workspace, "page": page}
    return render(request, "web/pages/document_templates.html", context)


def new(request: HttpRequest, slug: str) -> HttpResponse:
    return _take(request, workspace_or_404(request, slug, to=Permission.MANAGE_SYNC), None)


def edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    workspace = workspace_or_404(request, slug, to=Permission.MANAGE_SYNC)
    return _take(request, workspace, get_object_or_404(templates_of(workspace), pk=pk))


def _take(
    request: HttpRequest, workspace: Workspace, template: DocumentTemplate | None
) -> HttpResponse:
    initial = DocumentTemplateForm.values_of(template) if template else None
    form = DocumentTemplateForm(request.POST or None, initial=initial, workspace=workspace)
    if request.method == "POST" and form.is_valid():
        actor, given = person(request), form.to_input()
        save = partial(create_template, workspace=workspace, actor=actor, template=given)
        if template:
            save = partial(
                edit_template,
                workspace=workspace,
                actor=actor,
                template_id=template.pk,
                template=given,
            )
        try:
            released = released_by(save, bound_organisation(workspace))
        except InvalidRecord as refused:
            show_problems(form, refused)
        else:
            messages.success(
                request, f"{given.name} was saved.{released_words(released, workspace)}"
            )
            return redirect("document-templates", workspace.slug)
    status = 422 if request.method == "POST" else 200
    context = {"workspace": workspace, "form": form, "template": template}
    return render(request, "web/pages/document_template_form.html", context, status=status)
