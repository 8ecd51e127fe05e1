"""Addresses of settings, members and the audit trail."""

from django.urls import URLPattern, URLResolver

patterns: list[URLPattern | URLResolver] = []
