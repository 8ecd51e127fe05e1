"""Addresses of settings, members, the audit trail, and of what connections are set to."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from switchhook.console.views import (
    audit,
    connections,
    forwarding,
    invitation,
    mapping_preview,
    mapping_titles,
    members,
    name_map,
    people_numbers,
    settings,
)

_settings = [
    path("", settings.settings, name="settings"),
    path("project", settings.project_settings, name="project_settings"),
    path("members/", members.members, name="members"),
    path("members/invite", members.invite, name="invite_member"),
    path("members/invitations/<int:invitation_id>/withdraw", members.withdraw, name="withdraw_invitation"),
    path("members/<int:membership_id>/", members.change_member, name="change_member"),
    path("members/<int:membership_id>/remove", members.remove, name="remove_member"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export.csv", audit.export, name="audit_export"),
]

_connection = [
    path("rules", connections.connection_rules, name="connection_rules"),
    path("titles", mapping_titles.connection_titles, name="connection_titles"),
    path("titles/try", mapping_titles.try_titles, name="try_titles"),
    path("fields/preview", mapping_preview.preview_mapping, name="preview_mapping"),
    path("forwarding", forwarding.forwarding, name="forwarding"),
    path("forwarding/try", forwarding.try_forwarding, name="try_forwarding"),
    path("names", name_map.name_map, name="name_map"),
    path("names/try", name_map.try_names, name="try_names"),
]

patterns: list[URLPattern | URLResolver] = [
    path("settings/", include(_settings)),
    path("connections/<int:connection_id>/", include(_connection)),
    path("numbers/ignored/many", people_numbers.ignore_many, name="ignore_many"),
    path("numbers/number/<int:row_id>/", people_numbers.line, name="line"),
]

hub_patterns: list[URLPattern | URLResolver] = [
    path("projects/new", settings.new_project, name="new_project"),
    re_path(r"^invitation/(?P<token>[\w-]{20,64})/$", invitation.invitation, name="invitation"),
]
"""Addresses outside any project."""
