"""Zoho CRM, version 8 of its interface. See README.md of this folder."""
