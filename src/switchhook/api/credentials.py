"""Renewing a connection's credentials by program: for whoever rotates keys by schedule."""

from django.http import Http404
from ninja import Router, Schema
from ninja.errors import HttpError

from switchhook.api.auth import ApiRequest, project_of
from switchhook.api.hub import ConnectionOut
from switchhook.connections.models import Connection, ConnectionState
from switchhook.connections.services import renew_credentials
from switchhook.connectors.registry import manifest
from switchhook.core.errors import SwitchhookError
from switchhook.crm.kinds import row_id
from switchhook.delivery.holding import resume
from switchhook.projects.models import Role

router = Router(tags=["Set-up"])


class Credentials(Schema):
    """New values by the connector's field names; those that are left out stay."""

    credentials: dict[str, str]


@router.post("/connections/{connection_id}/credentials", response=ConnectionOut, operation_id="renew_credentials")
def renew(request: ApiRequest, connection_id: str, new: Credentials) -> Connection:
    """Replace credentials once the vendor has taken them, else 422 and nothing changes.

    Of a connection that was broken the held work goes on by itself; one that a person switched off stays off.
    """
    project = project_of(request, Role.ADMIN)
    connection = Connection.objects.filter(project=project, pk=row_id(connection_id) or 0).first()
    if connection is None:
        raise Http404
    known = {field.name for field in manifest(connection.connector).fields if field.secret}
    if unknown := sorted(new.credentials.keys() - known):
        raise HttpError(422, f"{', '.join(unknown)}: not among the credentials, which are {', '.join(sorted(known))}.")
    try:
        renew_credentials(connection, new.credentials)
    except SwitchhookError as error:
        raise HttpError(422, str(error)) from None
    if connection.state == ConnectionState.BROKEN:
        resume(connection)
        connection.refresh_from_db()
    return connection
