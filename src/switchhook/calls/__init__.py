"""Calls: the facts of every conversation, folded, and their recordings."""
