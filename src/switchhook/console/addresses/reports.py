"""Addresses of the reports and the command palette."""

from django.urls import URLPattern, URLResolver, path, re_path

from switchhook.console.views import palette, reports

patterns: list[URLPattern | URLResolver] = [
    path("reports/", reports.reports, name="reports"),
    re_path(r"^reports/(?P<table>course|week|people|origins|lines)\.csv$", reports.report_table, name="report_table"),
    path("palette/", palette.palette, name="palette"),
    path("palette/found", palette.palette_found, name="palette_found"),
]
