"""The SQL of the schema `xero`, made from its table."""

import hashlib
from collections.abc import Iterator

from tallystick.mirror.views.described import View
from tallystick.mirror.views.tables import VIEWS

SCHEMA = "xero"


def create_statements() -> Iterator[str]:
    """Yield what makes the schema in a database that has none.

    Everybody may select from the views, for they show rows to the role of a workspace alone. So
    nothing is granted to that role itself, which is dropped as it was made.
    """
    yield f"CREATE SCHEMA {SCHEMA}"
    yield f"GRANT USAGE ON SCHEMA {SCHEMA} TO PUBLIC"
    for view in VIEWS:
        yield _create(view)
        yield f"COMMENT ON VIEW {SCHEMA}.{view.name} IS {_text(view.says)}"
        for column in view.all_columns:
            place = f'{SCHEMA}.{view.name}."{column.name}"'
            yield f"COMMENT ON COLUMN {place} IS {_text(column.says)}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO PUBLIC"


def digest() -> str:
    """Return the mark of this code's views: another one means other views."""
    return hashlib.sha256("\n".join(create_statements()).encode()).hexdigest()


def _create(view: View) -> str:
    """Return the statement of a view.

    It runs with its owner's rights on the tables; `security_barrier` keeps conditions of whoever
    asks from being tried on rows that are another workspace's.
    """
    shown = ",\n       ".join(
        f'({one.expression})::{one.type} AS "{one.name}"' for one in view.all_columns
    )
    source = view.source if " AS one" in view.source else f"{view.source} AS one"
    where = f"\nWHERE {view.where}" if view.where else ""
    return (
        f"CREATE VIEW {SCHEMA}.{view.name} WITH (security_barrier) AS\n"
        f"SELECT {shown}\n"
        f"FROM {source}\n"
        f"JOIN connections_organisation AS books ON books.id = {view.organisation}\n"
        "JOIN workspaces_workspace AS workspace ON workspace.id = books.workspace_id\n"
        "JOIN mirror_sqlreader AS reader"
        f" ON reader.workspace_id = workspace.id AND reader.role = current_user::text{where}"
    )


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
