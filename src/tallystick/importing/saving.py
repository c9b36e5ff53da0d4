"""Keeping a column mapping that a person made."""

from collections.abc import Mapping as Answers
from itertools import chain, count

import msgspec
from django.db import transaction

from tallystick.books.errors import InvalidRecord, RejectedValue
from tallystick.importing.errors import ImportRefused
from tallystick.importing.formats.shipped import SHIPPED
from tallystick.importing.meaning.mapping import Mapping
from tallystick.importing.models import Remembered, SavedMapping, Upload, known_mappings
from tallystick.importing.questions import beyond, kept
from tallystick.workspaces import audit
from tallystick.workspaces.access import Permission, require
from tallystick.workspaces.models import User, Workspace

#: Of a workspace's own; every file's header is held against all of them.
_MOST_MAPPINGS = 100


def refuse_unusable(workspace: Workspace, mapping: Mapping, *, replaces: str = "") -> None:
    """Raise InvalidRecord for a mapping that cannot be kept, naming every field that is amiss.

    Such is one without a column for what no document can be made without, and one whose name is
    taken; `replaces` is the name of the own one that it stands in for, which may be the same.
    """
    problems = [
        RejectedValue(mapping.name, None, field, "", "Choose the column.")
        for field in mapping.unmapped()
    ]
    if said := _name_refused(workspace, mapping.name, replaces):
        problems.append(RejectedValue(mapping.name, None, "name", mapping.name, said))
    if problems:
        raise InvalidRecord(mapping.name or "The mapping", problems)


def _name_refused(workspace: Workspace, name: str, replaces: str) -> str:
    """Return why a mapping cannot bear the name; empty where it can."""
    if not name or name in {shipped.name for shipped in SHIPPED}:
        return "Enter another name."
    others = SavedMapping.objects.filter(workspace=workspace).exclude(name=replaces)
    if others.filter(name=name).exists():
        return (
            "There is one of this name already. Enter another, or change that one under Settings, "
            "File formats."
        )
    if others.count() >= _MOST_MAPPINGS:
        return (
            f"There are {_MOST_MAPPINGS} already. Delete one that is not needed any more under "
            "Settings, File formats."
        )
    return ""


@transaction.atomic
def save_mapping(
    *, workspace: Workspace, actor: User, mapping: Mapping, replaces: str = ""
) -> SavedMapping:
    """Keep the mapping under its name, in place of the own one named `replaces`.

    Raises NotAllowed, and InvalidRecord as `refuse_unusable` does.
    """
    require(actor, workspace, Permission.EDIT_BOOKS)
    refuse_unusable(workspace, mapping, replaces=replaces)
    definition = msgspec.to_builtins(mapping)
    del definition["name"], definition["title"], definition["is_own"]
    former = replaces or mapping.name
    saved, _ = SavedMapping.objects.update_or_create(
        workspace=workspace,
        name=former,
        defaults={"name": mapping.name, "definition": definition},
    )
    for known in Remembered.objects.filter(workspace=workspace, format=former):
        known.answers = beyond(mapping, known.answers)
        known.save(update_fields=["answers"])
    if former != mapping.name:
        for model in (Remembered, Upload):
            here = model.objects.filter(workspace=workspace, format=former)
            here.update(format=mapping.name)
    audit.record(
        workspace=workspace,
        actor=actor,
        action="mapping.saved",
        message=f"The column mapping {mapping.name} was saved."
        + (f" It was called {former} before." if former != mapping.name else ""),
        subject=saved,
    )
    return saved


def copy_mapping(*, workspace: Workspace, actor: User, name: str) -> SavedMapping:
    """Keep a copy of a mapping, one that ships or an own one, under a name that is free.

    Raises NotAllowed, ImportRefused for a name that there is not, and InvalidRecord.
    """
    require(actor, workspace, Permission.EDIT_BOOKS)
    known = {each.name: each for each in known_mappings(workspace)}
    if name not in known:
        raise ImportRefused(
            f"There is no file format {name} any more, so nothing was copied.",
            remedy="Choose one from the list.",
        )
    copied = name_for(workspace, f"{known[name].title[:50]} copy")
    mapping = msgspec.structs.replace(known[name], name=copied, title=copied, is_own=True)
    return save_mapping(workspace=workspace, actor=actor, mapping=mapping)


def name_for(workspace: Workspace, wished: str) -> str:
    """Return the name, with a number behind it where it is taken."""
    taken = {each.name for each in known_mappings(workspace)}
    numbered = (f"{wished} {number}" for number in count(2))
    return next(each for each in chain([wished], numbered) if each not in taken)


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


def forget_one(*, workspace: Workspace, actor: User, format: str, key: str) -> None:
    """Ask anew what the key stands for about files of the format, if it was answered of it."""
    require(actor, workspace, Permission.EDIT_BOOKS)
    known = Remembered.objects.select_for_update().filter(workspace=workspace, format=format)
    for one in known:
        value = one.answers.pop(key, None)
        if value is not None:
            one.save(update_fields=["answers"])
            audit.record(
                workspace=workspace,
                actor=actor,
                action="mapping.forgotten",
                message=f"Of files of the format {format} it is not said any more: {key} is {value}",
                subject=one,
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
