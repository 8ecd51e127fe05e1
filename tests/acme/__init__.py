"""Acme CRM: a connector that exists for the tests of the hub's own pages; its account lives in this process."""
