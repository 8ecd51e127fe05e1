"""Calls that must change nothing in any CRM."""

from switchhook.projects.models import IgnoredClient, Number, Project


class StopList:
    """A project's stopped lines and ignored clients as they stand when it is made."""

    def __init__(self, project: Project) -> None:
        self._lines = frozenset(Number.objects.filter(project=project, stopped=True).values_list("e164", flat=True))
        self._clients = frozenset(IgnoredClient.objects.filter(project=project).values_list("e164", flat=True))

    def covers(self, line: str, client: str) -> bool:
        """Whether a call between this line of the project and this client (E.164 or "") is kept out of every CRM."""
        return line in self._lines or client in self._clients
