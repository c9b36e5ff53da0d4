"""The journey to Xero's consent page and back.

1. `begin_consent` stores a ConsentRequest and gives the address of Xero's page. The `state` in it
   is only the signed number of that request; the browser keeps a nonce in a cookie.
2. Xero sends the person back. `finish_consent` ties the answer to the request, the browser, the
   person and ten minutes, and spends the request by one conditional UPDATE.
3. It changes the code for tokens, asks Xero which organisation was chosen, and binds exactly that;
   other books than before are a question first (`switching`).
"""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe

import structlog
from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from tallystick.connections import errors, installation
from tallystick.connections.binding import former_of, release
from tallystick.connections.fields import Undecryptable
from tallystick.connections.models import (
    Connection,
    ConsentRequest,
    OrganisationChoice,
    forget_journeys,
)
from tallystick.connections.modules import modules_on
from tallystick.connections.scopes import scopes_of_modules
from tallystick.connections.switching import bind_or_ask
from tallystick.failpoints import failpoint
from tallystick.workspaces.access import Permission, may, require
from tallystick.workspaces.models import User, Workspace
from tallystick.xero import (
    AppRefused,
    TokenSet,
    TryLater,
    XeroConnection,
    XeroError,
    authorize_url,
    connections,
    exchange_code,
    make_pkce,
)

log = structlog.get_logger(__name__)

NONCE_COOKIE = "tallystick_xero"
NONCE_COOKIE_PATH = "/api/integrations/xero/"
VALID_FOR = timedelta(minutes=10)
_signer = Signer(salt="tallystick.connections.consent")


@dataclass(frozen=True, slots=True)
class ConsentStart:
    """Where to send the browser, and what to leave in its cookie."""

    url: str
    cookie_nonce: str = field(repr=False)


def begin_consent(*, workspace: Workspace, user: User) -> ConsentStart:
    """Begin a journey to Xero's consent page. Raises NotAllowed (of workspaces) or NotSetUp."""
    require(user, workspace, Permission.MANAGE_SYNC)
    if not installation.is_set_up():
        raise errors.NotSetUp(workspace=workspace)
    old = ConsentRequest.objects.filter(created_at__lt=Now() - timedelta(days=1))
    forget_journeys(old.filter(workspace=workspace))
    nonce, pkce = token_urlsafe(32), make_pkce()
    former = former_of(workspace)
    scopes = scopes_of_modules(modules_on(former), former)
    request = ConsentRequest.objects.create(
        workspace=workspace,
        user=user,
        nonce_digest=_digest(nonce),
        code_verifier=pkce.verifier,
        scopes=scopes,
    )
    url = authorize_url(
        installation.hosts(),
        client_id=installation.app().client_id,
        redirect_uri=installation.redirect_uri(),
        scopes=scopes,
        state=_signer.sign(str(request.pk)),
        code_challenge=pkce.challenge,
    )
    return ConsentStart(url=url, cookie_nonce=nonce)


def finish_consent(
    *, state: str, code: str, error: str, cookie_nonce: str, user: User | AnonymousUser
) -> Connection | OrganisationChoice:
    """Finish a journey with what Xero sent back; each text is empty where it was missing.

    Other books than before, or in another currency than the workspace's, are not bound yet: what
    is returned then is the question to the person. Makes calls to Xero, so never inside a transaction. Raises a ConsentError; nothing was changed
    then. Its `workspace` is set once the answer is known to belong to this person.
    """
    request = _authentic_request(state, cookie_nonce, user)
    workspace = request.workspace
    _spend(request)
    failpoint("consent.spent")
    if error:
        declined = error == "access_denied"
        log.info("xero_consent_refused", workspace=workspace.pk, declined=declined)
        raise (errors.Declined if declined else errors.RefusedByXero)(workspace=workspace)
    if not code:
        raise errors.RefusedByXero(workspace=workspace)
    try:
        tokens, chosen = _ask_xero(request, code)
    except XeroError as refusal:
        log.warning("xero_consent_failed", workspace=workspace.pk, reason=str(refusal))
        raise _in_our_words(refusal)(workspace=workspace) from refusal
    failpoint("consent.answered")
    only = _the_one(chosen, tokens, workspace)
    try:
        return bind_or_ask(request=request, tokens=tokens, chosen=only)
    except XeroError as refusal:
        log.warning("xero_organisation_not_read", workspace=workspace.pk, reason=str(refusal))
        raise _in_our_words(refusal)(workspace=workspace) from refusal


def _authentic_request(state: str, cookie_nonce: str, user: User | AnonymousUser) -> ConsentRequest:
    """Return the request that the answer belongs to, or raise without spending it."""
    try:
        pk = int(_signer.unsign(state))
    except (BadSignature, ValueError):
        raise errors.Forged() from None
    if isinstance(user, AnonymousUser):
        raise errors.SignedOut()
    found = ConsentRequest.objects.select_related("workspace", "user").filter(pk=pk)
    try:
        request = found.first()
    except Undecryptable:  # begun before the encryption key was lost
        request = None
    if request is None:
        raise errors.TooOld()
    if not compare_digest(bytes(request.nonce_digest), _digest(cookie_nonce)):
        raise errors.AnotherBrowser()
    if request.user_id != user.pk:
        raise errors.AnotherUser()
    if not may(user, request.workspace, Permission.MANAGE_SYNC):
        raise errors.NotPermitted()
    return request


def _spend(request: ConsentRequest) -> None:
    """Use the request up; of two answers at the same moment only one gets through."""
    unused = Q(pk=request.pk, used_at=None)
    young = Q(created_at__gt=Now() - VALID_FOR)
    with transaction.atomic(durable=True):  # calls to Xero follow
        won = ConsentRequest.objects.filter(unused & young).update(used_at=Now())
    if won:
        return
    if ConsentRequest.objects.filter(unused).exists():
        raise errors.TooOld(workspace=request.workspace)
    raise errors.Replayed(workspace=request.workspace)


def _ask_xero(request: ConsentRequest, code: str) -> tuple[TokenSet, list[XeroConnection]]:
    http, hosts = installation.token_pool(), installation.hosts()
    tokens = exchange_code(
        http,
        hosts,
        installation.app(),
        code=code,
        redirect_uri=installation.redirect_uri(),
        code_verifier=request.code_verifier,
    )
    failpoint("consent.exchanged")
    found = connections(
        http, hosts, tokens.access_token, auth_event_id=tokens.authentication_event_id
    )
    return tokens, [one for one in found if one.tenant_type == "ORGANISATION"]


def _in_our_words(refusal: XeroError) -> type[errors.ConsentError]:
    if isinstance(refusal, TryLater):
        return errors.Unreachable
    if isinstance(refusal, AppRefused):
        return errors.AppNotAccepted
    return errors.CodeRefused


def _the_one(
    chosen: list[XeroConnection], tokens: TokenSet, workspace: Workspace
) -> XeroConnection:
    if not chosen:
        raise errors.NoOrganisation(workspace=workspace)
    if len(chosen) > 1:
        for one in chosen:
            release(one.connection_id, tokens.access_token)
        raise errors.SeveralOrganisations(workspace=workspace)
    return chosen[0]


def _digest(nonce: str) -> bytes:
    return sha256(nonce.encode()).digest()
