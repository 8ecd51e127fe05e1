"""What a manager sees of a call while the phone rings."""
