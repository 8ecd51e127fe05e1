"""Addresses of the missed-call desk."""

from django.urls import URLPattern, URLResolver

patterns: list[URLPattern | URLResolver] = []
