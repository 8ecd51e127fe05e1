"""Addresses of the scenario table's editor."""

from django.urls import URLPattern, URLResolver, include, path

from switchhook.console.views import scenarios, scenarios_rows, scenarios_try, scenarios_versions

_table = [
    path("", scenarios.scenario_table, name="scenario_table"),
    path("draft", scenarios.scenario_draft, name="scenario_draft"),
    path("row", scenarios_rows.scenario_row, name="scenario_row"),
    path("row/situation", scenarios_rows.scenario_situation, name="scenario_situation"),
    path("row/change", scenarios_rows.change_scenario_row, name="change_scenario_row"),
    path("action", scenarios_rows.scenario_action, name="scenario_action"),
    path("action/change", scenarios_rows.change_scenario_action, name="change_scenario_action"),
    path("action/preview", scenarios_rows.scenario_preview, name="scenario_preview"),
    path("records", scenarios_rows.scenario_head, name="scenario_head"),
    path("presets/", scenarios_versions.scenario_presets, name="scenario_presets"),
    path("presets/<slug:name>", scenarios_versions.scenario_preset, name="scenario_preset"),
    path("versions/", scenarios_versions.scenario_versions, name="scenario_versions"),
    path("versions/<int:number>", scenarios_versions.scenario_version, name="scenario_version"),
    path(
        "versions/<int:number>/restore",
        scenarios_versions.restore_scenario_version,
        name="restore_scenario_version",
    ),
    path("try", scenarios_try.scenario_try, name="scenario_try"),
    path("try/calls", scenarios_try.scenario_try_calls, name="scenario_try_calls"),
]

patterns: list[URLPattern | URLResolver] = [
    path("scenarios/", scenarios.scenarios, name="scenarios"),
    path("scenarios/<int:connection_id>/", include(_table)),
]
