"""The command about deliveries of Xero's."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from tallystick.cli.chosen import JsonOption, WorkspaceOption, chosen_workspace
from tallystick.cli.exits import Exit
from tallystick.cli.prepare import prepare

if TYPE_CHECKING:
    from tallystick.sync.webhooks.standing import WebhookStanding


def webhooks(workspace: WorkspaceOption = "", as_json: JsonOption = False) -> None:
    """Show what to enter for webhooks at Xero, and whether deliveries arrive.

    Keys are counted and never shown. Exit code 3: deliveries are refused or silent, or cannot come.
    """
    prepare()
    from tallystick.connections.bound import bound_organisation
    from tallystick.sync.webhooks.standing import webhook_standing

    standing = webhook_standing(bound_organisation(chosen_workspace(workspace)))
    if as_json:
        print(json.dumps(_facts(standing), indent=2))
    else:
        _print(standing)
    raise typer.Exit(Exit.NEEDS_PERSON if standing.needs_person else Exit.OK)


def _facts(standing: "WebhookStanding") -> dict[str, Any]:
    """Return what the page tells, ready for JSON."""
    entered = standing.registration
    return {
        "health": standing.health.name.lower(),
        "meaning": standing.health.meaning,
        "address": entered.address,
        "obstacle": entered.obstacle,
        "categories": [category.value for category in entered.categories],
        "keys_set": entered.key_count,
        "organisation": str(standing.organisation) if standing.organisation else None,
        "last_delivery_at": _iso(standing.last_delivery_at),
        "last_test_at": _iso(standing.last_test_at),
        "deliveries_last_day": standing.deliveries,
        "waiting": standing.waiting,
        "waiting_since": _iso(standing.waiting_since),
        "told": [
            {
                "category": one.category.value,
                "last_day": one.told,
                "last_at": _iso(one.last_told_at),
                "silent_since": _iso(one.silent_since),
                "read_at": _iso(one.read_at),
            }
            for one in standing.categories
        ],
        "refused_last_day": [
            {"reason": one.reason.value, "count": one.count, "last_at": _iso(one.last_at)}
            for one in standing.refused
        ],
        "refused_in_tests_last_day": standing.refused_in_tests,
        "unreadable_last_day": standing.unreadable,
        "unknown_organisations_last_day": standing.unknown_organisations,
        "untold": [
            {
                "words": one.words,
                "noticed_at": _iso(one.noticed_at),
                "swept_at": _iso(one.swept_at),
                "ended_at": _iso(one.ended_at),
            }
            for one in standing.untold
        ],
    }


def _print(standing: "WebhookStanding") -> None:
    entered = standing.registration
    print(f"{standing.health.title}. {standing.health.meaning}")
    if entered.obstacle:
        print(entered.obstacle)
    print(f"Delivery address  {entered.address}")
    print(f"Categories        {', '.join(category.value for category in entered.categories)}")
    print(f"Keys set here     {entered.key_count}")
    print(f"Last delivery     {_iso(standing.last_delivery_at) or 'none yet'}")
    print(f"Last test by Xero {_iso(standing.last_test_at) or 'none yet'}")
    if standing.organisation:
        print(f"Waiting           {standing.waiting:,}")
    for refused in standing.refused:
        print(f"Refused {refused.count:,} because {refused.reason.label}. {refused.likely}")
    for untold in standing.untold:
        print(f"{_iso(untold.noticed_at)}  {untold.words}")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
