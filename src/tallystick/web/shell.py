"""What the frame of a page shows: navigation, workspaces, the organisation, what waits."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from tallystick.books.counting import capped
from tallystick.connections.binding import former_of
from tallystick.connections.models import Connection
from tallystick.connections.services import connection_of
from tallystick.sync.reports.attention import count_with_choices
from tallystick.web.kinds import by_section
from tallystick.workspaces.access import Permission, may, workspaces_of
from tallystick.workspaces.models import Workspace

#: Beyond this the rail says "99+"; counting stops there.
_COUNTED = 99


@dataclass(frozen=True, slots=True)
class MenuEntry:
    label: str
    icon: str
    url: str
    is_current: bool
    count: str = ""


_RAIL: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    ("", (("Home", "home", "workspace-home"), ("Needs attention", "hand", "needs-attention"))),
    *(
        (section, tuple((pages.title, pages.icon, pages.list_name) for pages in kinds))
        for section, kinds in by_section()
    ),
    (
        "Books",
        (
            ("Payments", "coins", "payment-list"),
            ("Customers & suppliers", "people", "party-list"),
            ("Items", "box", "item-list"),
        ),
    ),
    (
        "Sync",
        (
            ("Compare", "tally", "compare"),
            ("Sync log", "list", "sync-log"),
            ("Sync status", "clock", "sync-status"),
            ("Runs", "send", "run-list"),
            ("Import", "upload", "import"),
        ),
    ),
    (
        "Settings",
        (
            ("Integrations", "plug", "integrations"),
            ("Sync rules", "send", "sync-rules"),
            ("Tax mapping", "percent", "tax-mapping"),
            ("Accounts", "book", "accounts"),
            ("Payment methods", "card", "payment-methods"),
            ("Document templates", "stamp", "document-templates"),
            ("File formats", "columns", "file-formats"),
        ),
    ),
)


class PageShell:
    """Lazy: a page that shows no frame asks the database nothing."""

    def __init__(self, request: HttpRequest, workspace: Workspace) -> None:
        self.request = request
        self.workspace = workspace

    @cached_property
    def workspaces(self) -> list[Workspace]:
        return list(workspaces_of(self.request.user))

    @cached_property
    def connection(self) -> Connection:
        return connection_of(self.workspace)

    @cached_property
    def may_edit(self) -> bool:
        return may(self.request.user, self.workspace, Permission.EDIT_BOOKS)

    @cached_property
    def may_sync(self) -> bool:
        return may(self.request.user, self.workspace, Permission.MANAGE_SYNC)

    @cached_property
    def attention(self) -> str:
        """How many records and choices need a person, such as `3` or `99+`; empty for none."""
        if self.connection.pk is None:  # never connected
            return ""
        # While nothing is connected: in the books before.
        organisation = self.connection.organisation or former_of(self.workspace)
        if organisation is None:
            return ""
        return capped(count_with_choices(organisation, at_most=_COUNTED + 1), _COUNTED)

    @cached_property
    def rail(self) -> list[tuple[str, list[MenuEntry]]]:
        """Sections of the navigation with the entries whose pages exist."""
        sections = [(title, self._entries(entries)) for title, entries in _RAIL]
        return [(title, entries) for title, entries in sections if entries]

    def _entries(self, entries: tuple[tuple[str, str, str], ...]) -> list[MenuEntry]:
        found = []
        for label, icon, name in entries:
            try:
                url = reverse(name, args=[self.workspace.slug])
            except NoReverseMatch:
                continue
            here = self.request.path
            current = here == url or (name != "workspace-home" and here.startswith(url))
            count = self.attention if name == "needs-attention" else ""
            found.append(MenuEntry(label, icon, url, current, count))
        return found
