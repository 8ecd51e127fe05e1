"""Addresses of the guide from an empty project to the first call, and the check page."""

from django.urls import URLPattern, URLResolver

patterns: list[URLPattern | URLResolver] = []
