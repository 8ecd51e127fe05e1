"""Addresses of the reports and the command palette."""

from django.urls import URLPattern, URLResolver

patterns: list[URLPattern | URLResolver] = []
