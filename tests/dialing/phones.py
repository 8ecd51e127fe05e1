"""A project whose telephony is the provider's stand-in over HTTP, and the jobs of its clicks run by hand."""

from dataclasses import dataclass
from typing import Any

import httpx2 as httpx
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories import Desk, open_desk

from switchhook.connectors.testing.twin import RunningApp
from switchhook.dialing.models import DialRequest
from switchhook.dialing.tasks import dial, follow_dial
from switchhook.projects.models import Role


@dataclass(frozen=True, slots=True)
class Phones:
    """Olena has a SIP login and a mobile, and is the manager's user; Piotr has a mobile only."""

    desk: Desk
    twin: str

    def control(self, path: str, /, **values: Any) -> Any:
        """POST to the stand-in's control."""
        answer = httpx.post(f"{self.twin}/__twin__/{path}", json=values, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def asked(self) -> list[tuple[str, str]]:
        """The calls that the exchange was told to make: (whom it rings first, the client)."""
        state = httpx.get(f"{self.twin}/__twin__/state", trust_env=False).json()
        return [(one["callee"], one["caller"]) for one in state["callbacks"]]

    def work(self) -> None:
        """Run the queued jobs of clicks once each; those for later stay."""
        jobs = ProcrastinateJob.objects.filter(task_name="dial", status="todo").order_by("id")
        for arguments in [job.args for job in jobs]:
            dial.func(**arguments)

    def follow(self, request: DialRequest, looks: int = 1) -> DialRequest:
        """Look once what became of a request."""
        follow_dial.func(request.pk, looks)
        request.refresh_from_db()
        return request


def connected(running: RunningApp) -> Phones:
    """The project, its telephony being the stand-in as new."""
    desk = open_desk()
    desk.telephony.settings = {"base_url": running.url}
    desk.telephony.credentials = {"project_id": "11111", "auth_key": "twin-auth-key"}
    desk.telephony.save()
    for person, sips, mobile in ((desk.olena, ["acme_olena"], "+380501110001"), (desk.piotr, [], "+380501110002")):
        person.sips, person.mobiles = sips, [mobile]
        person.save()
    desk.olena.user = desk.members[Role.MANAGER]
    desk.olena.save()
    phones = Phones(desk, running.url)
    phones.control("reset")
    phones.control("configure", sip_online=["acme_olena"], callbacks_play=False)
    return phones
