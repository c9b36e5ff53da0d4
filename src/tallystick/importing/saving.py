"""Keeping a column mapping that a person made."""

import msgspec

from tallystick.books.errors import InvalidRecord, Problem
from tallystick.importing.mappings import SHIPPED, Mapping
from tallystick.importing.models import SavedMapping
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
    del definition["name"], definition["title"]
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
