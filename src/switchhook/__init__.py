"""Switchhook: a self-hosted hub between telephony and CRMs."""

__version__ = "0.1.0"
