"""How a view is described: what it holds, where from, and each of its columns in plain words."""

from dataclasses import dataclass

#: Whose mirror it is stands in front of every row.
OWN = (
    ("workspace", "text", "workspace.slug", "Short name of the workspace."),
    ("organisation", "text", "books.name", "Name of the organisation in Xero."),
    ("organisation_id", "uuid", "books.tenant_id", "Xero's id of the organisation."),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name and type in the view, the expression that gives it, and what it means."""

    name: str
    type: str
    expression: str
    says: str


@dataclass(frozen=True, slots=True)
class View:
    """A view: `source` names its table as `one`, and `organisation` the organisation's key of a row."""

    name: str
    says: str
    source: str
    columns: tuple[Column, ...]
    where: str = ""
    organisation: str = "one.organisation_id"

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Return its columns with those that every view begins with."""
        return (*columns(*OWN), *self.columns)


def columns(*rows: tuple[str, str, str, str]) -> tuple[Column, ...]:
    """Return the columns of rows of name, type, expression and meaning."""
    return tuple(Column(*row) for row in rows)


#: What ends every row of a record that bears its own time in Xero.
TIMES = columns(
    ("changed_in_xero_at", "timestamptz", "one.updated_at", "When Xero says that it was changed."),
    ("read_at", "timestamptz", "one.read_at", "When this was read, by Xero's clock."),
    ("noticed_at", "timestamptz", "one.noticed_at", "When it was noticed here, by ours."),
)
GONE = columns(
    ("gone_at", "timestamptz", "one.gone_at", "Since when Xero lists it no more; empty: it does."),
)
