"""The protocol as a person would tell it: what people did to a document, and what must come of it.

This knows nothing of the engine. Workers, faults and time do not occur in it either, for they must
make no difference: once the engine is idle, what Xero holds follows from what people did.
"""

from dataclasses import dataclass

#: What one thing costs, and what a document of it comes to with 20 per cent of tax.
TOTALS = {"10.00": "12.00", "33.33": "40.00", "41.50": "49.80"}
#: What a person in Xero writes over a copy, and what somebody else's document comes to there.
THEIRS, RIVAL = "7.77", "210.00"
#: Kinds of which Xero takes each number once, and kinds whose copies bear our marker there.
NUMBERED_ONCE = {"sales_invoice", "sales_credit_note"}
MARKED = {"sales_invoice", "bill"}


@dataclass
class Paper:
    """One submitted document: what was done to it here, and to its copy in Xero."""

    kind: str
    number: str
    total: str
    is_cancelled: bool = False
    #: Whether a payment of it stands here, and whether one ever did.
    is_paid: bool = False
    was_paid: bool = False
    #: The total that a person in Xero has approved or written there; empty while nobody has.
    theirs: str = ""
    is_approved_there: bool = False
    is_paid_there: bool = False
    is_removed_there: bool = False
    #: Edited here after a person had a hand in the copy there.
    is_disputed: bool = False
    #: Somebody else's document bears the number there, and came first.
    is_rivalled: bool = False

    def edit(self, total: str) -> None:
        self.total = total
        self.is_disputed = bool(self.theirs)

    @property
    def is_kept_out(self) -> bool:
        """Tell whether Xero cannot have it, because the number is another's."""
        return self.is_rivalled and self.kind in NUMBERED_ONCE

    @property
    def is_live(self) -> bool:
        """Tell whether a copy stands in Xero; never are there two."""
        if self.is_removed_there or self.is_kept_out:
            return False
        # What a person has recorded money on cannot be voided: Xero does not let us.
        return not self.is_cancelled or self.is_paid_there

    @property
    def says(self) -> str:
        """Return what the copy comes to: what people made it there wins."""
        return self.theirs or self.total

    @property
    def states(self) -> set[str]:
        """Return the states that it may show: failed tells how to mend it, held asks a person."""
        if self.is_cancelled:
            return {"failed"} if self.is_live else {"retracted"}
        if self.is_disputed or self.is_kept_out:
            return {"held"}
        # What a person does there while we have nothing to send may be found out, or not yet.
        return {"synced", "held"} if self.theirs else {"synced"}

    def payment_states(self, document_state: str) -> set[str]:
        """Return the states of its payment, which Xero takes on what is approved there only."""
        if not self.is_paid:
            return {"retracted"}
        if document_state == "synced" and self.is_approved_there and not self.is_removed_there:
            return {"synced"}
        return {"synced", "held", "failed", "waiting"}
