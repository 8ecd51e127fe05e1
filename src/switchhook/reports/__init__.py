"""Figures of many calls."""
