"""A vendor's token link never leaves the hub, not even in the archive of what arrived."""

import pytest
from django.test import Client
from tests.hub import after, make_hub

from switchhook.projects.models import Membership, Role, User

TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.mark.django_db(transaction=True)
def test_the_event_page_masks_the_token_of_a_recording_link() -> None:
    hub = make_hub()
    (event,) = hub.deliver(after("Olena", recording_wav=f"https://app.ringostat.com/recordings/a.wav?token={TOKEN}"))
    hub.settle()
    user = User.objects.create_user("owner@example.com")
    Membership.objects.create(user=user, project=hub.project, role=Role.OWNER)
    client = Client()
    client.force_login(user)
    call = hub.project.calls.get()
    for address in (f"events/{event.pk}/", "events/", f"calls/{call.pk}/"):
        page = client.get(f"/p/{hub.project.pk}/{address}")
        assert page.status_code == 200
        assert TOKEN not in page.content.decode()
