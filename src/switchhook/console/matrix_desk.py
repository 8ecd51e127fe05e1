"""One user at one connection's scenario table: what is in force, what he is changing, and what is wrong with it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from switchhook.connections.accounts import open_crm
from switchhook.connections.models import Connection
from switchhook.connectors.registry import manifests
from switchhook.console.access import ProjectRequest
from switchhook.console.matrix_table import Part, Surroundings, counted, parts_of
from switchhook.console.wording import told
from switchhook.core.errors import Misconfigured, SwitchhookError
from switchhook.core.matrix import Matrix
from switchhook.core.matrix_check import Problem, check
from switchhook.core.matrix_diff import Difference, difference
from switchhook.core.planned import PlanSettings
from switchhook.core.records import Capabilities, Kind
from switchhook.projects.models import Role
from switchhook.scenarios import catalog, drafts
from switchhook.scenarios.models import MatrixDraft, MatrixVersion
from switchhook.scenarios.plan_settings import settings_of
from switchhook.scenarios.services import as_it_stands

ANYTHING = Capabilities(
    kinds=frozenset(Kind),
    updatable=frozenset(Kind),
    task_links=frozenset(Kind),
    comment_links=frozenset(Kind),
    call_links=frozenset(Kind),
)
"""Stands in for a CRM that cannot be opened now: nothing is refused on its behalf."""


@dataclass(kw_only=True)
class Desk:
    """`draft` is the user's own, None where he changes nothing or may not; `version` is the one in force, if any."""

    connection: Connection
    version: MatrixVersion | None
    force: Matrix
    draft: MatrixDraft | None
    may_edit: bool

    @cached_property
    def matrix(self) -> Matrix:
        """The table to show: the draft, else what is in force."""
        return Matrix.from_data(self.draft.data) if self.draft else self.force

    @cached_property
    def capabilities(self) -> Capabilities:
        """What the CRM can do; everything where it cannot be opened (`trouble` says why)."""
        return self._opened[0]

    @property
    def trouble(self) -> str:
        """Why the CRM's own rules, or the connection's settings, are not known; "" where they are."""
        return self._opened[1] or self._settings[1]

    @cached_property
    def _opened(self) -> tuple[Capabilities, str]:
        try:
            return open_crm(self.connection).capabilities, ""
        except SwitchhookError as error:
            return ANYTHING, told(error, self.connection.name)

    @property
    def settings(self) -> PlanSettings:
        """The connection's settings; the usual ones where they cannot be understood."""
        return self._settings[0]

    @cached_property
    def _settings(self) -> tuple[PlanSettings, str]:
        try:
            return settings_of(self.connection), ""
        except Misconfigured as error:
            return PlanSettings(zone=self.connection.project.zone), str(error)

    @cached_property
    def around(self) -> Surroundings:
        """What the table's words depend on."""
        return Surroundings(connection=self.connection, settings=self.settings, has_settings=not self._settings[1])

    @cached_property
    def problems(self) -> list[Problem]:
        """What is wrong with the table that is shown."""
        return check(self.matrix, self.capabilities)

    @cached_property
    def changes(self) -> Difference:
        """What the draft changes in what is in force."""
        return difference(self.force, self.matrix)

    @property
    def overtaken(self) -> bool:
        """Whether another version has come into force since the draft was begun."""
        return bool(self.draft and self.version and self.draft.base_id != self.version.pk)

    def parts(self, *, against: Matrix | None = None) -> list[Part]:
        """The table's groups, marked against what is in force or another table."""
        base = against if against is not None else self.force if self.draft else None
        return parts_of(self.matrix, self.around, problems=self.problems, against=base)

    @property
    def preset(self) -> str:
        """The name of the preset from which the shown table comes; "" for one that came otherwise."""
        name = self.draft.preset if self.draft else self.version.preset if self.version else ""
        if not self.version and not self.draft:
            shown = manifests().get(self.connection.connector)
            name = (shown.default_preset if shown else "") or "builtin"
        return name if name in catalog.names() else ""


def desk_of(request: ProjectRequest, connection_id: int) -> Desk:
    """The desk for a CRM connection of the project; 404 for any other."""
    found = get_object_or_404(
        Connection.objects.select_related("project"), pk=connection_id, project=request.project, role="crm"
    )
    version, force = as_it_stands(found)
    may_edit = request.role.covers(Role.ADMIN)
    draft = drafts.draft_of(found, request.user) if may_edit else None
    return Desk(connection=found, version=version, force=force, draft=draft, may_edit=may_edit)


def frame(desk: Desk) -> dict[str, Any]:
    """Template context of every page of the editor."""
    return {
        "connection": desk.connection,
        "desk": desk,
        "version": desk.version,
        "draft": desk.draft,
        "change_count": len(desk.changes.rows) + bool(desk.changes.head),
        "found": counted(desk.problems),
        "preset_title": _(catalog.preset(desk.preset).title) if desk.preset else "",
        "others": drafts.others_drafts(desk.connection, desk.draft.user) if desk.draft else [],
    }
