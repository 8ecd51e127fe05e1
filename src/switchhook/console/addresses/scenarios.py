"""Addresses of the scenario table's editor."""

from django.urls import URLPattern, URLResolver

patterns: list[URLPattern | URLResolver] = []
