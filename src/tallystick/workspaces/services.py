"""Making workspaces and people, and letting people in."""

from zoneinfo import available_timezones

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify

from tallystick.act_refused import ActRefused
from tallystick.money import minor_units
from tallystick.workspaces import audit
from tallystick.workspaces.models import Membership, Role, User, Workspace


class InvalidEntry(ActRefused):
    """A value that was given cannot be used; the message names it and says what to enter."""

    code = "invalid_entry"


@transaction.atomic
def create_user(email: str, password: str | None, name: str) -> User:
    """Make a person who signs in with e-mail address and password; None allows no sign-in.

    Raises InvalidEntry for an address that is none or is taken, and for a weak password.
    """
    email = email.strip().lower()
    user = User(email=email, name=" ".join(name.split()))
    try:
        validate_email(email)
        if password is not None:
            validate_password(password, user)
    except ValidationError as error:
        raise InvalidEntry(" ".join(error.messages)) from None
    if User.objects.filter(email=email).exists():
        raise InvalidEntry(
            f"Somebody signs in as {email} already.", remedy="Use another e-mail address."
        )
    user.set_password(password)
    user.save()
    return user


@transaction.atomic
def change_password(email: str, password: str) -> User:
    """Give the person another password, which ends their sessions; return the person.

    Raises InvalidEntry where nobody signs in as that, and for a weak password.
    """
    user = User.objects.filter(email=email.strip().lower()).select_for_update().first()
    if user is None:
        raise InvalidEntry(f"Nobody signs in as {email}.", remedy="Check the e-mail address.")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidEntry(" ".join(error.messages)) from None
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


@transaction.atomic
def create_workspace(
    *, name: str, currency: str, timezone: str, owner: User, slug: str | None = None
) -> Workspace:
    """Make a workspace with its owner; without `slug` its address is made from the name.

    `currency` is an ISO 4217 code, `timezone` an IANA name. Raises InvalidEntry.
    """
    name = " ".join(name.split())
    if not name:
        raise InvalidEntry("A workspace needs a name, such as that of your business.")
    try:
        minor_units(currency)
    except ValueError as error:
        raise InvalidEntry(str(error)) from None
    if timezone not in available_timezones():
        raise InvalidEntry(
            f"{timezone!r} is no time zone;", remedy="choose one such as Pacific/Auckland."
        )
    workspace = Workspace(name=name, currency=currency, timezone=timezone)
    workspace.slug = slug if slug is not None else _free_slug(name)
    try:
        workspace.full_clean()
    except ValidationError as error:
        raise InvalidEntry(" ".join(error.messages)) from None
    workspace.save()
    audit.record(
        workspace=workspace, actor=owner, action="workspace.created", message=f"{name} was set up."
    )
    add_member(workspace=workspace, user=owner, role=Role.OWNER, actor=owner)
    return workspace


@transaction.atomic
def add_member(*, workspace: Workspace, user: User, role: Role, actor: User | None) -> Membership:
    """Give the person the role, in place of the one they have there, if any."""
    membership, _ = Membership.objects.update_or_create(
        workspace=workspace, user=user, defaults={"role": role}
    )
    audit.record(
        workspace=workspace,
        actor=actor,
        action="member.role_given",
        message=f"{user} became {role.label.lower()}.",
        subject=user,
    )
    return membership


def _free_slug(name: str) -> str:
    base = slugify(name)[:36].strip("-_").replace("_", "-") or "workspace"
    taken = set(Workspace.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    tail = 1
    while (slug := base if tail == 1 else f"{base}-{tail}") in taken:
        tail += 1
    return slug
