"""Connections: a project's saved accounts at telephony providers and CRMs."""
