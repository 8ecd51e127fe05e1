"""Moving a request on, and telling the open pages of whoever is called."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from switchhook.dialing.models import DialRequest, DialState
from switchhook.live.publish import publish


@transaction.atomic
def move(dial: DialRequest, state: DialState, *, only_from: tuple[DialState, ...], **values: Any) -> bool:
    """Bring a request from one of `only_from` into `state`; False where it has gone on meanwhile.

    `values` are further fields. The change and its news become visible together.
    """
    values |= {"state": state, "changed_at": timezone.now()}
    moved = DialRequest.objects.filter(pk=dial.pk, state__in=only_from).update(**values)
    if not moved:
        return False
    for name, value in values.items():
        setattr(dial, name, value)
    tell(dial)
    return True


def tell(dial: DialRequest) -> None:
    """Say on the live path how far a request has come, to the employee's users."""
    data = {"dial": dial.pk, "state": dial.state, "call": dial.call_id}
    publish(dial.project_id, "dial", data, to=[dial.employee_id])
