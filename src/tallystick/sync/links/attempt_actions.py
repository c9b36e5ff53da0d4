"""What attempts do: the closed table of the Sync log's actions, with their words."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class AttemptAction(StrEnum):
    """One action of an attempt; the values stand in the log for good."""

    RESOLVE = "resolve"
    ASK = "ask"
    CREATE = "create"
    UPDATE = "update"
    APPROVE = "approve"
    ATTACH = "attach"
    RETRACT = "retract"
    CHECK = "check"
    REMOVE_DUPLICATE = "stray"
    RETRY = "retry"
    DECIDE = "choose"


#: What each is called in the log, where it is filtered by, and in the history of a record.
ACTION_WORDS: Final = MappingProxyType(
    {
        AttemptAction.RESOLVE: "Prepare",
        AttemptAction.ASK: "Ask Xero",
        AttemptAction.CREATE: "Create",
        AttemptAction.UPDATE: "Write anew",
        AttemptAction.APPROVE: "Approve",
        AttemptAction.ATTACH: "Attach the PDF",
        AttemptAction.RETRACT: "Remove",
        AttemptAction.CHECK: "Check Xero",
        AttemptAction.REMOVE_DUPLICATE: "Remove a second copy",
        AttemptAction.RETRY: "Retry",
        AttemptAction.DECIDE: "Decide",
    }
)


def words_of_action(action: str) -> str:
    """Return what an attempt's action is called."""
    return ACTION_WORDS[AttemptAction(action)]
