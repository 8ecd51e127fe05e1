"""Connectors: one folder per telephony or CRM; deleting the folder removes the connector."""
