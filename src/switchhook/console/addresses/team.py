"""Addresses of settings, members, the audit trail, and of what connections are set to."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from switchhook.console.views import audit, invitation, members, people_numbers, settings

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

patterns: list[URLPattern | URLResolver] = [
    path("settings/", include(_settings)),
    path("numbers/ignored/many", people_numbers.ignore_many, name="ignore_many"),
    path("numbers/number/<int:row_id>/", people_numbers.line, name="line"),
]

hub_patterns: list[URLPattern | URLResolver] = [
    path("projects/new", settings.new_project, name="new_project"),
    re_path(r"^invitation/(?P<token>[\w-]{20,64})/$", invitation.invitation, name="invitation"),
]
"""Addresses outside any project."""
