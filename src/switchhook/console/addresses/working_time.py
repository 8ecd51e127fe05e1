"""Addresses of working hours, absences and alerts."""

from django.urls import URLPattern, URLResolver

patterns: list[URLPattern | URLResolver] = []
