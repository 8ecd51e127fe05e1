"""Ringostat: call tracking and virtual PBX. See README.md of this folder."""
