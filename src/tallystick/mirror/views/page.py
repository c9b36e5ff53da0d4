"""The page of documentation about the schema `xero`, made from its table.

python -m tallystick.mirror.views.page > docs/mirror-schema.md
"""

from collections.abc import Iterator

from tallystick.mirror.views.statements import SCHEMA
from tallystick.mirror.views.tables import VIEWS

_HEAD = """\
# The mirror as SQL

<!-- Made by `make mirror-page` from src/tallystick/mirror/views/tables.py; a test compares it. -->

What was read from Xero stands in the schema `xero` of Tallystick's database as views that any tool
can read: psql, a spreadsheet, a BI tool. They are read-only, and a role sees the rows of one
workspace.

## Give access

    tallystick sql-access grant --workspace SHORT-NAME

makes a database role for the workspace and prints its password, this once. `sql-access list` shows
the roles that there are, `sql-access new-password` gives another password, `sql-access revoke` takes
the role away: whoever is connected with it sees nothing more from the next statement on. Owners of
the workspace may do this, and each time is kept in the audit.

Where the account in `DATABASE_URL` may not make roles, whoever runs the server makes one, and
`tallystick sql-access grant --role NAME` lets it read. A role that could do anything else is refused.

## Connect

    psql "host=db.example.com port=5432 dbname=tallystick user=xero_harbour_goods"

Any tool with a PostgreSQL driver takes the same four facts and the password; choose the schema
`xero`. In Excel: Data, Get data, From database, From PostgreSQL database.

The embedded database listens on no network: only programs on the same machine, under the account
that runs Tallystick, reach it, through the folder that `sql-access grant` names as host. That
account may do everything with it in any case, and no password is asked. To let other people or
machines read, use a PostgreSQL server of your own (see [operating](operating.md)).

## What a role can do

- It sees the rows of its workspace, in these views, and no table.
- It cannot write to any table, nor make one. (It may use temporary tables, as any role of PostgreSQL, unless
  the server forbids it.)
- It sees no token, no password and nothing else of Tallystick's.
- At most 10 connections at once; a statement of more than ten minutes ends, unless the tool asks for more.

## What stands in the views

Amounts are in the currency beside them, in Xero's signs. Statuses and types are Xero's own words.
What is archived, merged, voided or deleted in Xero stays, with that status; what Xero lists no more
without a word has `gone_at`. How fresh a row is stands in `read_at`; how far everything has been read,
on the page Sync status and in `tallystick status`.

Xero's whole JSON of each record is kept, too, but compressed by a program, so it is not offered here.

Columns are added, but not renamed or dropped. An upgrade may make the views anew: it then takes
them away for as long as its migrations run, once statements under way on them have ended. Views of your own that stand on them keep an upgrade from beginning,
with a message that names them; drop those first, and make them anew afterwards.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join(_parts())


def _parts() -> Iterator[str]:
    yield _HEAD
    yield "| view | holds |\n|---|---|"
    for view in VIEWS:
        yield f"| [{SCHEMA}.{view.name}](#{SCHEMA}{view.name}) | {view.says} |"
    for view in VIEWS:
        yield f"\n## {SCHEMA}.{view.name}\n\n{view.says}\n\n| column | type | means |\n|---|---|---|"
        for column in view.all_columns:
            yield f"| `{column.name}` | {column.type} | {column.says} |"
    yield ""


if __name__ == "__main__":
    print(page(), end="")
