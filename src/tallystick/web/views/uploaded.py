"""The only way a page reaches an upload."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from tallystick.importing.models import Upload
from tallystick.web.views.scope import workspace_or_404
from tallystick.workspaces.access import Permission
from tallystick.workspaces.models import Workspace


def upload_or_404(request: HttpRequest, slug: str, pk: int) -> tuple[Workspace, Upload]:
    """Return the workspace and its upload, for people who may change the books."""
    workspace = workspace_or_404(request, slug, to=Permission.EDIT_BOOKS)
    found = Upload.objects.select_related("workspace", "actor", "task")
    return workspace, get_object_or_404(found, workspace=workspace, pk=pk)
