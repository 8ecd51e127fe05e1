"""Furnishes a project for a benchmark, in a process of its own; prints what is needed to ring Olena and to listen.

Run it when the web process is up: the ticket is good for a minute.
"""

import json

import django

django.setup()

from django.conf import settings  # noqa: E402 - models can be imported only now
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from tests.hub import make_hub  # noqa: E402

from switchhook.connections.models import IntakeSecret  # noqa: E402
from switchhook.core.clock import utc_now  # noqa: E402
from switchhook.core.ticket import issue  # noqa: E402
from switchhook.projects.models import Employee, Membership, Role, User  # noqa: E402

hub = make_hub()
secret = hub.telephony.secrets.first() or IntakeSecret.issue(hub.telephony)
user = User.objects.create_user("manager@example.com")
Membership.objects.create(user=user, project=hub.project, role=Role.MANAGER)
Employee.objects.filter(pk=hub.people["Olena"].pk).update(user=user)
session = SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session.create()
ticket = issue(settings.SECRET_KEY, user.pk, hub.project.pk, now=utc_now())
print(
    json.dumps(
        {
            "intake": f"/in/{hub.telephony.pk}/{secret.text}?event=forwarding",
            "project": hub.project.pk,
            "employee": hub.people["Olena"].pk,
            "session": {settings.SESSION_COOKIE_NAME: session.session_key},
            "live": f"/live/{hub.project.pk}?ticket={ticket}",
        }
    )
)
