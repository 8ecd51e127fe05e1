"""Keeping the processes of one hub alive, and ending them together."""
