"""NetHunt CRM: records in folders, spoken to by e-mail and API key."""
