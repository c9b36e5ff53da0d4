"""Xero's own sentences, and what a bookkeeper should read and do instead."""

from dataclasses import dataclass

from tallystick.xero.catalogue import KNOWN
from tallystick.xero.catalogue.codes import RefusalCode
from tallystick.xero.catalogue.known import comparable


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is wrong and what to do, for a person, and a name for it that programs may compare."""

    code: str  #: Ours and stable, such as "number_taken"; "other" for a message we do not know.
    words: str  #: What is wrong.
    remedy: str  #: What to do now.


def explain(xero_message: str, noun: str = "document") -> Explanation:
    """Return what a message of Xero means; one that we do not know is passed on as Xero wrote it.

    `noun` is what people call that which was sent: "bill", "credit note", "payment". Names in the
    message (an account code, a tax type) are not repeated in the words: show Xero's message
    beside them.
    """
    said = comparable(xero_message)
    for known in KNOWN:
        if known.fits(said):
            return Explanation(
                code=known.code,
                words=known.words.replace("{noun}", noun),
                remedy=known.remedy.replace("{noun}", noun),
            )
    return Explanation(
        code=RefusalCode.OTHER,
        words=f"Xero says: {xero_message.strip()}",
        remedy="Mend this here or in Xero, then press Retry. Retrying is safe: nothing is doubled.",
    )
