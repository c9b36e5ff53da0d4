"""What a switched module sets aside or sets going, in the transaction that switches it."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from tallystick.connections.models import Organisation
from tallystick.connections.modules import Module
from tallystick.connections.signals import modules_switched
from tallystick.sync.engine.waking import wake_lane
from tallystick.sync.links.switched_off import set_aside, set_going


@receiver(modules_switched)
def follow_switch(
    sender: type[Organisation],
    organisation_id: int,
    modules: Sequence[Module],
    is_on: bool,
    **_: Any,
) -> None:
    """Let what belongs to the modules wait while they are off, and go on once they are on again."""
    organisation = Organisation.objects.get(pk=organisation_id)
    if is_on:
        set_going(organisation, modules)
        wake_lane(organisation_id)
    else:
        set_aside(organisation)
