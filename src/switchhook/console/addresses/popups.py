"""Addresses of the pop-up and the Smart Phone panel."""

from django.urls import URLPattern, URLResolver

patterns: list[URLPattern | URLResolver] = []
