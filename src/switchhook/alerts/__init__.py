"""Telling people by e-mail or messenger what cannot wait."""
