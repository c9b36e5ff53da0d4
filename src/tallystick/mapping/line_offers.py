"""What Xero's lists offer for the lines of a document that is entered."""

from django.db.models import QuerySet

from tallystick.connections.models import Organisation
from tallystick.mirror.models import Account, TrackingCategory


def accounts_on_lines(organisation: Organisation) -> QuerySet[Account]:
    """Return the active accounts that a line can name, by code."""
    active = Account.objects.filter(organisation=organisation, status="ACTIVE")
    return active.exclude(code="").order_by("code")


def tracking_options(organisation: Organisation) -> list[str]:
    """Return the active options as they are entered, such as `Region: North`."""
    active = TrackingCategory.objects.filter(organisation=organisation, status="ACTIVE")
    return [
        f"{category}: {option}"
        for category in active.order_by("name")
        for option in category.options
    ]
