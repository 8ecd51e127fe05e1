"""Trying a scenario table by program: what another one would have made of the last calls. Nothing is written."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from switchhook.api.auth import ApiRequest, project_of
from switchhook.connections.accounts import open_crm
from switchhook.connections.models import Connection
from switchhook.core.errors import Misconfigured
from switchhook.core.matrix import Matrix
from switchhook.core.plan import Plan
from switchhook.core.tryout import counted, try_out
from switchhook.crm.kinds import row_id
from switchhook.delivery.past_calls import MOST, past_cases
from switchhook.projects.models import Role
from switchhook.scenarios import catalog
from switchhook.scenarios.services import as_it_stands

router = Router(tags=["Set-up"])


class MatrixTry(Schema):
    """The table to try: `data` as the matrix has it, or the name of a shipped `preset`; and on how many calls."""

    data: dict[str, Any] | None = None
    preset: str = Field("", max_length=60)
    calls: int = Field(100, ge=1, le=MOST)


class CallDifference(Schema):
    """A call that goes otherwise: how many records of each kind (or `update`) both tables ask for."""

    call_id: str
    judged: bool = Field(description="Whether its client was judged when it came; else he is judged by today.")
    before: dict[str, int]
    after: dict[str, int]


class MatrixTried(Schema):
    """The sums over all calls, by the table in force and by the one that is tried."""

    calls: int
    before: dict[str, int]
    after: dict[str, int]
    balance: dict[str, int]
    differing: list[CallDifference]


@router.post("/connections/{connection_id}/matrix/try", response=MatrixTried, operation_id="try_matrix")
def try_matrix(request: ApiRequest, connection_id: str, wanted: MatrixTry) -> Mapping[str, Any]:
    """Plan the last calls by the matrix in force and by another one. Writes nothing, here or in the CRM."""
    project = project_of(request, Role.ADMIN)
    connection = Connection.objects.filter(project=project, pk=row_id(connection_id) or 0, role="crm").first()
    if connection is None:
        raise Http404
    try:
        other = Matrix.from_data(wanted.data) if wanted.data is not None else catalog.preset(wanted.preset)
        cases = past_cases(connection, wanted.calls)
        trial = try_out(cases, as_it_stands(connection)[1], other, open_crm(connection).capabilities)
    except Misconfigured as error:
        raise HttpError(422, str(error)) from None
    differing = [
        {
            "call_id": str(one.case.what.call.pk),
            "judged": one.case.what.judged,
            "before": _counts(one.before),
            "after": _counts(one.after),
        }
        for one in trial.differing
    ]
    sums = {"before": dict(trial.before), "after": dict(trial.after), "balance": trial.balance}
    return {"calls": trial.cases, **sums, "differing": differing}


def _counts(plan: Plan) -> dict[str, int]:
    kinds = list(counted(plan))
    return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
