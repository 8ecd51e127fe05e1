"""A connection's saved settings as the planner takes them.

| setting | meaning | default |
|---|---|---|
| `senior_employee`, `top_employee` | ids of the employees in these roles | nobody |
| `task_due_minutes` | how long an open task has | 240 |
| `parties_at` | `pickup` or `end` | `pickup` |
| `create_contacts` | of `in-answered`, `in-missed`, `out-answered`, `out-missed` | the first two |
| `cards_for` | directions for which leads and deals are made: `in`, `out` | both |
| `update_only` | another program makes the records; ours are tasks, calls and comments on them | false |
| `channels` | integrations switched on: `call`, `form`, `dialogue` | all |
| `send_on_contact` | write a dialogue once the client gave contact data, though no employee has sent them | no |
| `default_pipeline`, `pipeline_rules` | where deals go; rules are `{"pipeline", "parameter", "value"}` | "", none |
| `field_rules` | `{"kind", "parameter", "field", "policy"}` | none |
| `titles` | edited default names by kind | none |
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext, override
from pydantic import TypeAdapter

from switchhook.calls.models import Call, Recording
from switchhook.connections.models import Connection, EmployeeAccount
from switchhook.core.call import Moment
from switchhook.core.errors import Misconfigured
from switchhook.core.mapping import FieldRule, PipelineRule
from switchhook.core.plan import Person, PlanSettings
from switchhook.core.planned import StandIn
from switchhook.core.situation import Channel
from switchhook.projects.models import Employee
from switchhook.working_time import services as working_time
from switchhook.working_time.models import Absence

_PIPELINES = TypeAdapter(tuple[PipelineRule, ...])
_FIELDS = TypeAdapter(tuple[FieldRule, ...])
_TITLES = TypeAdapter(dict[str, str])


def plan_settings(connection: Connection, call: Call) -> PlanSettings:
    """The planner's settings for one call. Raises Misconfigured as `settings_of` does."""
    away = _away(connection, call.ended_at or call.started_at)
    return replace(settings_of(connection), recording_link=_recording_link(call), away=away)


def _away(connection: Connection, moment: datetime) -> dict[str, StandIn]:
    """The CRM's users who were away then, and who of them stood in."""
    absences = working_time.away(connection.project, moment)
    if not absences:
        return {}
    users = users_of(connection)
    return {users[one]: _stand_in(absences, one, users) for one in absences if one in users}


def _stand_in(absences: dict[int, Absence], employee: int, users: dict[int, str]) -> StandIn:
    absence, person = absences[employee], working_time.present_for(employee, absences, users)
    said = {"absent": absence.employee.name, "until": working_time.until(absence)}
    return StandIn(**said, user=users[person.pk], name=person.name) if person else StandIn(**said)


def settings_of(connection: Connection) -> PlanSettings:
    """The connection's settings; employees named in them become user ids of this CRM.

    Raises Misconfigured where a value cannot be understood.
    """
    try:
        return _read(connection)
    except (ValueError, TypeError, OverflowError) as error:
        said = f"A setting of this connection cannot be used: {error}"
        raise Misconfigured(said, field="settings") from error


def _read(connection: Connection) -> PlanSettings:
    users = dict(
        EmployeeAccount.objects.filter(connection=connection, employee__active=True).values_list("employee", "user_id")
    )
    hours, own_hours = working_time.deadline_hours(connection.project)
    return PlanSettings(
        hours=hours,
        own_hours={users[one]: their for one, their in own_hours.items() if one in users},
        senior=users.get(int(connection.setting("senior_employee", 0))),
        top=users.get(int(connection.setting("top_employee", 0))),
        active_users=frozenset(users.values()),
        task_due=timedelta(minutes=int(connection.setting("task_due_minutes", 240))),
        parties_at=Moment(connection.setting("parties_at", Moment.PICKUP)),
        create_contacts=frozenset(connection.setting("create_contacts", ["in-answered", "in-missed"])),
        cards_for=frozenset(connection.setting("cards_for", ["in", "out"])),
        update_only=bool(connection.setting("update_only", False)),
        channels=frozenset(Channel(name) for name in connection.setting("channels", list(Channel))),
        send_on_contact=bool(connection.setting("send_on_contact", default=False)),
        pipelines=_PIPELINES.validate_python(connection.setting("pipeline_rules", [])),
        fields=_FIELDS.validate_python(connection.setting("field_rules", [])),
        default_pipeline=connection.setting("default_pipeline", ""),
        zone=connection.project.zone,
        translate=_translator(connection.project.language),
        titles=_TITLES.validate_python(connection.setting("titles", {})),
    )


def users_of(connection: Connection) -> dict[int, str]:
    """The CRM user id of every employee who has one here, by the employee's id."""
    return dict(EmployeeAccount.objects.filter(connection=connection).values_list("employee", "user_id"))


def answerer(connection: Connection, call: Call, users: Mapping[int, str] | None = None) -> Person | None:
    """The call's employee as this CRM knows him; None when telephony named nobody.

    `users` are those of `users_of`, where many calls are asked about.
    """
    ref = call.state.get("employee")
    if not ref:
        return None
    line = ref.get("sip") or ref.get("number") or ref.get("extension") or ""
    employee: Employee | None = call.employee
    if employee is None:
        return Person(name=ref.get("name") or line, line=line)
    known = users if users is not None else _user_of(connection, employee)
    user = known.get(employee.pk)
    return Person(name=employee.name, user=user if employee.active else None, line=line)


def _user_of(connection: Connection, employee: Employee) -> dict[int, str]:
    account = EmployeeAccount.objects.filter(connection=connection, employee=employee).first()
    return {employee.pk: account.user_id} if account else {}


def _recording_link(call: Call) -> str:
    recording = Recording.objects.filter(call=call).first()
    return f"{settings.PUBLIC_URL}/r/{recording.public_id}" if recording else ""


def _translator(language: str) -> Callable[[str], str]:
    def translate(text: str) -> str:
        with override(language):
            return gettext(text)

    return translate
