"""The record of who did what to what; it only grows."""

from collections.abc import Mapping

from django.db import connection, models

from tallystick.workspaces.models import AuditEntry, User, Workspace


def record(
    *,
    workspace: Workspace,
    actor: User | None,
    action: str,
    message: str,
    subject: models.Model | None = None,
) -> AuditEntry:
    """Write one entry; `action` is such as `document.submitted`, no `actor` means the machine."""
    return AuditEntry.objects.create(
        workspace=workspace,
        actor=actor,
        action=action,
        message=message,
        subject=subject._meta.model_name or "" if subject else "",
        subject_id=str(subject.pk) if subject else "",
    )


def record_each(
    *,
    workspace: Workspace,
    actor: User | None,
    action: str,
    subject: type[models.Model],
    messages: Mapping[int, str],
) -> None:
    """Write one entry for each record of the kind `subject`, by primary key, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO workspaces_auditentry
                (workspace_id, actor_id, action, subject, subject_id, message)
            SELECT %s, %s, %s, %s, pk, message
            FROM unnest(%s::text[], %s::text[]) AS entries (pk, message)
            """,
            [
                workspace.pk,
                actor.pk if actor else None,
                action,
                subject._meta.model_name,
                [str(pk) for pk in messages],
                list(messages.values()),
            ],
        )
