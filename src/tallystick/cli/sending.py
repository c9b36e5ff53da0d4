"""The command `send-records`: customers and suppliers, or items, go to Xero as they are here."""

from enum import StrEnum
from typing import Annotated

import typer

from tallystick.cli.chosen import PersonOption, WorkspaceOption, acting_person, chosen_workspace
from tallystick.cli.exits import Exit, Stop
from tallystick.cli.prepare import prepare


class Records(StrEnum):
    """What can be sent, as the command is told it."""

    PARTIES = "parties"
    ITEMS = "items"


def send_records(
    records: Annotated[Records, typer.Argument(help="Customers and suppliers, or items.")],
    workspace: WorkspaceOption = "",
    person: PersonOption = "",
) -> None:
    """Send all customers and suppliers, or items, that Xero does not have as they are here.

    The same as Send all that changed under Settings, Sync rules. Safe to repeat; a running worker
    does the sending. Exit code 3: by the rules they do not go to Xero, or nothing is connected.
    """
    prepare()
    from tallystick.connections.bound import NotConnected
    from tallystick.sync.acts.sending_records import NotSent, send_all_records
    from tallystick.sync.links.record_kinds import ITEM, PARTY
    from tallystick.sync.reports.outlook import why_not_now
    from tallystick.workspaces.access import NotAllowed

    where = chosen_workspace(workspace)
    kind = PARTY if records == Records.PARTIES else ITEM
    try:
        count = send_all_records(workspace=where, actor=acting_person(where, person), kind=kind)
    except (NotConnected, NotAllowed, NotSent) as error:
        raise Stop(str(error), code=Exit.NEEDS_PERSON) from error
    if count:
        print(f"Put on the way: {count:,} {records}.{why_not_now(where)}")
    else:
        print(f"Xero has all {records} as they are here.")
