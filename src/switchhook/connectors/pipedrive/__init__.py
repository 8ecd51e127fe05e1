"""Pipedrive as a CRM of the hub."""
