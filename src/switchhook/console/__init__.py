"""The console: pages for people. No business rules live here."""
