"""Directory: the hub's own index from phone number to records and their owners."""
