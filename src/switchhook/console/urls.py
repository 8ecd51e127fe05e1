"""Addresses of the pages."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from switchhook.connections.joining import RETURN_PATH
from switchhook.console.addresses import (
    dialing,
    first_run,
    missed,
    popups,
    reports,
    scenarios,
    team,
    working_time,
)
from switchhook.console.views import (
    board,
    call,
    connecting,
    connections,
    crm_people,
    crm_state,
    deliveries,
    entrance,
    events,
    journal,
    mapping,
    overview,
    people,
    people_numbers,
    record,
    records,
    set_up,
    tokens,
)

_SECTIONS = "contacts|companies|leads|deals|orders|tasks"

_calls = [
    path("", journal.calls, name="calls"),
    path("rows", journal.rows, name="call_rows"),
    path("<int:call_id>/", call.call, name="call"),
    path("<int:call_id>/recording", journal.recording, name="recording"),
    path("<int:call_id>/replay", call.replay_call, name="replay_call"),
]

_crm = [
    path("deals/board", board.board, name="board"),
    path("deals/<int:record_id>/move", board.move, name="move_deal"),
    re_path(r"^pick/(?P<kind>contact|company)$", records.pick, name="pick"),
    path("leads/<int:record_id>/status", record.lead_status, name="lead_status"),
    path("tasks/<int:record_id>/done", record.task_done, name="task_done"),
    re_path(rf"^(?P<section>{_SECTIONS})/$", records.records, name="records"),
    re_path(rf"^(?P<section>{_SECTIONS})/new$", record.new, name="new_record"),
    re_path(rf"^(?P<section>{_SECTIONS})/(?P<record_id>\d{{1,18}})/$", record.record, name="record"),
    re_path(rf"^(?P<section>{_SECTIONS})/(?P<record_id>\d{{1,18}})/edit$", record.edit, name="edit_record"),
    re_path(rf"^(?P<section>{_SECTIONS})/(?P<record_id>\d{{1,18}})/comment$", record.comment, name="add_comment"),
]

_connections = [
    path("", connections.connections, name="connections"),
    path("new/<slug:connector>", connecting.new_connection, name="new_connection"),
    path("sign-in/<int:attempt_id>/", connecting.sign_in, name="sign_in"),
    path("sign-in/<int:attempt_id>/discard", connecting.give_up_sign_in, name="give_up_sign_in"),
    path("<int:connection_id>/", connections.connection, name="connection"),
    path("<int:connection_id>/state", crm_state.connection_state, name="connection_state"),
    path("<int:connection_id>/flow", crm_state.connection_flow, name="connection_flow"),
    path("<int:connection_id>/move", connections.move_connection, name="move_connection"),
    path("<int:connection_id>/credentials", connecting.connection_credentials, name="connection_credentials"),
    path("<int:connection_id>/fields", mapping.connection_fields, name="connection_fields"),
    path("<int:connection_id>/set-up", set_up.connection_setup, name="connection_setup"),
    path("<int:connection_id>/set-up/fields", set_up.setup_fields, name="setup_fields"),
    path("<int:connection_id>/read-log", connections.read_log, name="read_log"),
    path("<int:connection_id>/people", crm_people.connection_people, name="connection_people"),
    path("<int:connection_id>/rules/save", connections.save_rules, name="save_rules"),
]

_lists = [
    path("", people_numbers.numbers, name="numbers"),
    re_path(r"^(?P<kind>number|ignored)$", people_numbers.add_to_list, name="add_to_list"),
    re_path(r"^(?P<kind>number|ignored)/(?P<row_id>\d{1,18})$", people_numbers.change_list, name="change_list"),
]

_project: list[URLPattern | URLResolver] = [
    path("", overview.overview, name="overview"),
    path("live-ticket", journal.live_ticket, name="live_ticket"),
    path("calls/", include(_calls)),
    path("crm/", include(_crm)),
    path("events/", events.events, name="events"),
    path("events/replay", events.replay_events, name="replay"),
    path("events/<int:event_id>/", events.event, name="event"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/resend", deliveries.resend_effects, name="resend"),
    path("deliveries/retry", deliveries.retry_deliveries, name="retry"),
    path("connections/", include(_connections)),
    path("employees/", people.employees, name="employees"),
    path("employees/fetch/<int:connection_id>", people.fetch_staff, name="fetch_staff"),
    path("employees/new", people.employee, name="new_employee"),
    path("employees/<int:employee_id>/", people.employee, name="employee"),
    path("numbers/", include(_lists)),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke", tokens.revoke_token, name="revoke_token"),
    *first_run.patterns,
    *popups.patterns,
    *missed.patterns,
    *scenarios.patterns,
    *working_time.patterns,
    *team.patterns,
    *dialing.patterns,
    *reports.patterns,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", entrance.home, name="home"),
    path("language", entrance.language, name="language"),
    *first_run.root,
    path(RETURN_PATH.removeprefix("/"), connecting.signed_in, name="signed_in"),
    path("p/<int:project_id>/", include(_project)),
    re_path(rf"^crm/(?P<section>{_SECTIONS})/(?P<record_id>\d{{1,18}})/$", record.anywhere, name="record_anywhere"),
    *team.hub_patterns,
]
