"""The demo: a hub with a project, people and a vendor's twin, ready in seconds and needing no account anywhere."""
