"""Calling a client from a page."""
