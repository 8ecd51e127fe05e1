"""Addresses of the missed-call desk, and of what can be done from the journal: linking, views, export."""

from django.urls import URLPattern, URLResolver, path

from switchhook.console.views import export, linking, missed, saved_views

patterns: list[URLPattern | URLResolver] = [
    path("missed/", missed.missed, name="missed"),
    path("missed/rows", missed.missed_rows, name="missed_rows"),
    path("missed/<int:entry_id>/take", missed.take_missed, name="take_missed"),
    path("missed/<int:entry_id>/assign", missed.assign_missed, name="assign_missed"),
    path("missed/<int:entry_id>/close", missed.close_missed, name="close_missed"),
    path("missed/<int:entry_id>/reopen", missed.reopen_missed, name="reopen_missed"),
    path("calls/export", export.export_calls, name="export_calls"),
    path("calls/views", saved_views.save_view, name="save_view"),
    path("calls/views/<int:view_id>", saved_views.change_view, name="change_view"),
    path("calls/<int:call_id>/link", linking.link_call, name="link_call"),
    path("calls/<int:call_id>/link/found", linking.link_candidates, name="link_candidates"),
]
