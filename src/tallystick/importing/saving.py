"""Keeping a column mapping that a person made."""

from collections.abc import Mapping as Answers

import msgspec

from tallystick.books.errors import InvalidRecord, Problem
from tallystick.importing.formats.shipped import SHIPPED
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.models import Remembered, SavedMapping
from tallystick.importing.questions import kept
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: Of a workspace's own; every file's header is held against all of them.
_MOST_MAPPINGS = 100


def save_mapping(*, workspace: Workspace, actor: User, mapping: Mapping) -> SavedMapping:
    """Keep the mapping under its name, in place of an earlier one of the workspace's own.

    Raises NotAllowed, and InvalidRecord that names every field without which no document can be
    made and that no column is chosen for.
    """
    require(actor, workspace, Permission.EDIT_BOOKS)
    problems = [
        Problem(mapping.name, None, field, "", "Choose the column.") for field in mapping.unmapped()
    ]
    if not mapping.name or mapping.name in {shipped.name for shipped in SHIPPED}:
        problems.append(Problem(mapping.name, None, "name", mapping.name, "Enter another name."))
    own = SavedMapping.objects.filter(workspace=workspace).exclude(name=mapping.name)
    if own.count() >= _MOST_MAPPINGS:
        said = (
            f"There are {_MOST_MAPPINGS} already. Use the name of one that is not needed any more."
        )
        problems.append(Problem(mapping.name, None, "name", mapping.name, said))
    if problems:
        raise InvalidRecord(mapping.name or "The mapping", problems)
    definition = msgspec.to_builtins(mapping)
    del definition["name"], definition["title"], definition["is_own"]
    saved, _ = SavedMapping.objects.update_or_create(
        workspace=workspace, name=mapping.name, defaults={"definition": definition}
    )
    audit.record(
        workspace=workspace,
        actor=actor,
        action="mapping.saved",
        message=f"The column mapping {mapping.name} was saved.",
        subject=saved,
    )
    return saved


def remember(*, workspace: Workspace, actor: User, format: str, answers: Answers[str, str]) -> None:
    """Keep, of what was said of a file, what counts for the next one of the format too."""
    require(actor, workspace, Permission.EDIT_BOOKS)
    if lasting := kept(answers):
        known, _ = Remembered.objects.get_or_create(workspace=workspace, format=format)
        known.answers |= lasting
        known.save(update_fields=["answers"])
        audit.record(
            workspace=workspace,
            actor=actor,
            action="mapping.answered",
            message=f"Of files of the format {format} it was said: "
            + ", ".join(f"{key} is {value}" for key, value in lasting.items()),
            subject=known,
        )


def forget(*, workspace: Workspace, actor: User, format: str) -> None:
    """Ask anew about the next file of the format."""
    require(actor, workspace, Permission.EDIT_BOOKS)
    Remembered.objects.filter(workspace=workspace, format=format).delete()
    audit.record(
        workspace=workspace,
        actor=actor,
        action="mapping.forgotten",
        message=f"What was said of files of the format {format} was forgotten.",
    )


def delete_mapping(*, workspace: Workspace, actor: User, name: str) -> None:
    """Remove one of the workspace's own mappings; files are not read by it any more."""
    require(actor, workspace, Permission.EDIT_BOOKS)
    deleted, _ = SavedMapping.objects.filter(workspace=workspace, name=name).delete()
    Remembered.objects.filter(workspace=workspace, format=name).delete()
    if deleted:
        audit.record(
            workspace=workspace,
            actor=actor,
            action="mapping.deleted",
            message=f"The column mapping {name} was deleted.",
        )
