"""Why a consent did not end in a connection, in a bookkeeper's words.

ConsentError              .code for the address bar, .title and .remedy for the page
    NotSetUp              this installation has no client id and secret
    ConsentNotYours       the answer cannot be tied to a journey of this person in this browser
        Forged            the state is not of our making
        AnotherBrowser    the browser lacks the nonce of this journey
        SignedOut         nobody is signed in
        AnotherUser       somebody else is signed in than began it
        NotPermitted      the person's role no longer allows it
    ConsentSpent          a journey that is over
        TooOld            begun more than ten minutes ago
        Replayed          its answer was used before
        AnsweredBefore    its question about other books has been answered, or was asked anew
        AnsweredTooLate   that question was left open for too long
    ConsentFailed         Xero's side ended without a connection
        Declined          the person said no
        RefusedByXero     Xero would not show or finish its page
        CodeRefused       Xero did not take the code back
        Unreachable       Xero did not answer
        AppNotAccepted    Xero does not know the client id and secret
        NoOrganisation    no set of books was chosen
        SeveralOrganisations   more than one was chosen
        TakenElsewhere    another workspace here is connected to the same books

Nothing was changed in any of these cases: what was connected before still is.
"""

from typing import ClassVar

from tallystick.workspaces.models import Workspace


class ConsentError(Exception):
    """Connecting did not succeed; `str()` is the whole message for people.

    `workspace` is known once the answer is tied to a journey of ours, else None.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    remedy: ClassVar[str]

    def __init__(self, *, workspace: Workspace | None = None) -> None:
        super().__init__(f"{self.title} Nothing was changed. {self.remedy}")
        self.workspace = workspace


class NotSetUp(ConsentError):
    code = "not-set-up"
    title = "This installation is not registered with Xero yet."
    remedy = (
        "Whoever runs Tallystick sets XERO_CLIENT_ID and XERO_CLIENT_SECRET "
        "(the guide on connecting shows where Xero gives them); then connect again."
    )


class ConsentNotYours(ConsentError):
    """The answer cannot be tied to a journey of this person in this browser."""


class Forged(ConsentNotYours):
    code = "forged"
    title = "This link back from Xero was not made by Tallystick, or was cut short on its way."
    remedy = "Connect from Settings, Integrations, and do not follow such links."


class AnotherBrowser(ConsentNotYours):
    code = "another-browser"
    title = "This sign-in at Xero was begun in another browser, or begun anew in another tab."
    remedy = "Connect again and finish in the same browser and tab."


class SignedOut(ConsentNotYours):
    code = "signed-out"
    title = "You were signed out of Tallystick while you were at Xero."
    remedy = "Sign in and connect again."


class AnotherUser(ConsentNotYours):
    code = "another-user"
    title = "Somebody else was signed in to Tallystick when this sign-in at Xero was begun."
    remedy = "Connect again as the person who is signed in now."


class NotPermitted(ConsentNotYours):
    code = "not-permitted"
    title = "Your role in this workspace does not allow you to connect Xero."
    remedy = "Ask an owner or an integration manager to connect it."


class ConsentSpent(ConsentError):
    """The journey is over."""


class TooOld(ConsentSpent):
    code = "too-old"
    title = "More than ten minutes passed between leaving for Xero and coming back."
    remedy = "Connect again and finish at Xero at once."


class Replayed(ConsentSpent):
    code = "replayed"
    title = "This link back from Xero has been used already; it works only once."
    remedy = "If Xero is not shown as connected, connect again."


class AnsweredBefore(ConsentSpent):
    code = "answered-before"
    title = "This question about the organisation has been answered already, or was asked anew."
    remedy = "How it stands is shown below; to choose again, connect again."


class AnsweredTooLate(ConsentSpent):
    code = "answered-too-late"
    title = "The question about the organisation was left open for more than 25 minutes."
    remedy = "Connect again and answer it then."


class ConsentFailed(ConsentError):
    """Xero's side ended without a connection."""


class Declined(ConsentFailed):
    code = "declined"
    title = "You declined access on Xero's page."
    remedy = "If that was not meant, connect again and choose Allow access."


class RefusedByXero(ConsentFailed):
    code = "refused-by-xero"
    title = "Xero ended the sign-in without giving access."
    remedy = "Connect again. If it happens again, check the app's settings at Xero."


class CodeRefused(ConsentFailed):
    code = "code-refused"
    title = "Xero did not accept the answer that it had just given; it may have grown too old."
    remedy = "Connect again and finish at Xero at once."


class Unreachable(ConsentFailed):
    code = "unreachable"
    title = "Xero did not answer when we came back to finish."
    remedy = "Wait a minute, then connect again."


class AppNotAccepted(ConsentFailed):
    code = "app-not-accepted"
    title = "Xero does not accept this installation's client id and secret."
    remedy = (
        "Whoever runs Tallystick compares XERO_CLIENT_ID and XERO_CLIENT_SECRET with the app "
        "at Xero; then connect again."
    )


class NoOrganisation(ConsentFailed):
    code = "no-organisation"
    title = "No organisation was chosen on Xero's page."
    remedy = "Connect again and choose the organisation whose books these are."


class SeveralOrganisations(ConsentFailed):
    code = "several-organisations"
    title = "More than one organisation was chosen on Xero's page; a workspace has exactly one."
    remedy = "Connect again and choose one organisation."


class TakenElsewhere(ConsentFailed):
    code = "taken-elsewhere"
    title = "Another workspace here is already connected to that organisation."
    remedy = (
        "Two workspaces writing to one set of books would mix them. "
        "Disconnect it there first, or choose another organisation."
    )


def _leaves(kind: type[ConsentError]) -> list[type[ConsentError]]:
    below = kind.__subclasses__()
    return [leaf for child in below for leaf in _leaves(child)] if below else [kind]


#: Every kind of failure by its code, for the page that is shown after the way back.
BY_CODE = {leaf.code: leaf for leaf in _leaves(ConsentError)}
