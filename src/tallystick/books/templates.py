"""Finding, adding and changing document templates."""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from tallystick.books import signals
from tallystick.books.checking import Checker
from tallystick.books.errors import NotFound
from tallystick.books.inputs import TemplateInput
from tallystick.books.models import DocumentTemplate
from tallystick.books.tax_codes import find_tax_code
from tallystick.workspaces import audit
from tallystick.workspaces.models import User, Workspace


def templates_of(workspace: Workspace) -> QuerySet[DocumentTemplate]:
    """Return the templates with their tax codes, by name."""
    templates = DocumentTemplate.objects.filter(workspace=workspace)
    return templates.select_related("tax_code").order_by("name")


def find_template(workspace: Workspace, name: str) -> DocumentTemplate | None:
    """Return the template of the name, with its tax code; None where there is none."""
    return templates_of(workspace).filter(name=name).first()


@transaction.atomic
def create_template(
    *, workspace: Workspace, actor: User | None, template: TemplateInput
) -> DocumentTemplate:
    """Keep a new template. Raises InvalidRecord with every problem at once."""
    record = DocumentTemplate(workspace=workspace)
    _fill(record, template)
    audit.record(
        workspace=workspace,
        actor=actor,
        action="template.created",
        message=f"The document template {record.name} was added.",
        subject=record,
    )
    return record


@transaction.atomic
def edit_template(
    *, workspace: Workspace, actor: User | None, template_id: int, template: TemplateInput
) -> DocumentTemplate:
    """Put the values in place of those it has. Raises NotFound and InvalidRecord."""
    records = DocumentTemplate.objects.filter(workspace=workspace, pk=template_id)
    record = records.select_for_update().first()
    if record is None:
        raise NotFound(
            "The template is not in this workspace.", remedy="Look it up again in the list."
        )
    _fill(record, template)
    audit.record(
        workspace=workspace,
        actor=actor,
        action="template.edited",
        message=f"The document template {record.name} was changed.",
        subject=record,
    )
    signals.record_edited.send(sender=DocumentTemplate, record=record)
    return record


def _fill(record: DocumentTemplate, given: TemplateInput) -> None:
    checker = Checker(given.name.strip() or "The template")
    record.name = checker.text("name", given.name, at_most=100, required=True)
    record.tax_code = find_tax_code(record.workspace, given.tax_code, checker)
    checker.finish()
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError as error:
        if "document_template_unique" not in str(error):
            raise
        checker.refuse("name", record.name, "Another template has it; change it.")
        checker.finish()
