"""The stage between raw events and calls: events are read, facts merged, and what changed is handed on."""
