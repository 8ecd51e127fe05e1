"""Addresses of working hours, absences and alerts."""

from django.urls import URLPattern, URLResolver, include, path

from switchhook.console.views import absences, alerts, telegram, working_time

_hours = [
    path("", working_time.hours, name="working_time"),
    path("people/<int:employee_id>/", working_time.own_hours, name="employee_hours"),
    path("holidays/", working_time.holidays, name="holidays"),
    path("holidays/public", working_time.public_holidays, name="public_holidays"),
    path("holidays/<int:holiday_id>/remove", working_time.remove_holiday, name="remove_holiday"),
]

_absences = [
    path("", absences.absences, name="absences"),
    path("new", absences.absence, name="new_absence"),
    path("<int:absence_id>/", absences.absence, name="absence"),
    path("<int:absence_id>/remove", absences.remove_absence, name="remove_absence"),
]

_alerts = [
    path("", alerts.alerts, name="alerts"),
    path("new/<slug:kind>", alerts.new_alert, name="new_alert"),
    path("<int:rule_id>/", alerts.alert, name="alert"),
    path("<int:rule_id>/change", alerts.change_alert, name="change_alert"),
    path("messages/<int:message_id>/again", alerts.send_again, name="alert_again"),
    path("telegram", telegram.telegram, name="telegram"),
    path("telegram/invite", telegram.invite, name="telegram_invite"),
    path("telegram/check", telegram.check, name="telegram_check"),
    path("telegram/chats/<int:chat_id>/remove", telegram.remove_chat, name="remove_chat"),
]

patterns: list[URLPattern | URLResolver] = [
    path("working-time/", include(_hours)),
    path("absences/", include(_absences)),
    path("alerts/", include(_alerts)),
]
