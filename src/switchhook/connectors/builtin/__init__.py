"""The hub's own CRM, behind the same Protocol as any vendor's."""
