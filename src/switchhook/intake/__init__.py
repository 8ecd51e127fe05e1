"""Intake: what arrives is stored before anything else happens to it."""
