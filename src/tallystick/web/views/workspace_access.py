"""The only way a page reaches a workspace, and an upload in it."""

from typing import cast
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from tallystick.importing.models import Upload
from tallystick.workspaces.access import Permission, require, workspaces_of
from tallystick.workspaces.models import User, Workspace


def workspace_or_404(
    request: HttpRequest, slug: str, *, to: Permission = Permission.VIEW
) -> Workspace:
    """Return the workspace if the person is in it and may do what the page is for.

    Everybody else gets a 404, a member with too low a role the page of `NotAllowed`. Also makes
    it the workspace that the frame of the page shows, that the person comes back to, and whose
    time zone times are shown in.
    """
    workspace = get_object_or_404(workspaces_of(request.user), slug=slug)
    require(request.user, workspace, to)
    if request.session.get("workspace") != slug:
        request.session["workspace"] = slug
    timezone.activate(ZoneInfo(workspace.timezone))
    request.workspace = workspace  # type: ignore[attr-defined] # read by the `shell` tag
    return workspace


def person(request: HttpRequest) -> User:
    """Return who is signed in; every page but sign-in asks for that first."""
    return cast(User, request.user)


def upload_or_404(request: HttpRequest, slug: str, pk: int) -> tuple[Workspace, Upload]:
    """Return the workspace and its upload, for people who may change the books."""
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    found = Upload.objects.select_related("workspace", "actor", "task")
    return workspace, get_object_or_404(found, workspace=workspace, pk=pk)
