"""Calls that the hub acts out itself, so that people see what a call does before anybody calls.

They go the whole way of a call and are told apart by their external id alone: no provider gives such an id.
"""

PREFIX = "switchhook-rehearsal-"


def is_rehearsed(external_id: str) -> bool:
    """Whether a call of this external id was acted out by the hub: it is shown as such, and counts in no report."""
    return external_id.startswith(PREFIX)
