"""Addresses of the first-run guide and of the check page."""

from django.urls import URLPattern, URLResolver, include, path

from switchhook.console.views import check, first_run, first_run_people, first_run_rules, first_run_test

_guide = [
    path("", first_run.first_run, name="first_run"),
    path("connect/<slug:connector>", first_run.first_run_connect, name="first_run_connect"),
    path("decide", first_run.first_run_decide, name="first_run_decide"),
    path("reach", first_run.first_run_reach, name="first_run_reach"),
    path("event", first_run.first_run_event, name="first_run_event"),
    path("names", first_run.first_run_names, name="first_run_names"),
    path("people", first_run_people.first_run_people, name="first_run_people"),
    path("people/fetch", first_run_people.first_run_fetch, name="first_run_fetch"),
    path("rules", first_run_rules.first_run_rules, name="first_run_rules"),
    path("rules/summary", first_run_rules.first_run_summary, name="first_run_summary"),
    path("call", first_run_test.first_run_call, name="first_run_call"),
    path("call/state", first_run_test.first_run_call_state, name="first_run_call_state"),
]

patterns: list[URLPattern | URLResolver] = [
    path("start/", include(_guide)),
    path("check/", check.check, name="check"),
    path("check/now", check.check_now, name="check_now"),
]
"""What stands below a project."""

root: list[URLPattern | URLResolver] = [path("reach/<str:nonce>", first_run.reached, name="reached")]
"""What stands beside the projects: the hub asks it itself, by its public address."""
