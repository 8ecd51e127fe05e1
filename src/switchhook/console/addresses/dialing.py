"""Addresses of calling from a page, and the browser extension."""

from django.urls import URLPattern, URLResolver

patterns: list[URLPattern | URLResolver] = []
