"""Bearer tokens: each belongs to one project and carries a role."""

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import HttpError
from ninja.security import HttpBearer

from switchhook.projects.models import ApiToken, Project, Role

_SEEN_EVERY = timedelta(minutes=1)


class ApiRequest(HttpRequest):
    """A request that passed `TokenAuth`."""

    auth: ApiToken


class TokenAuth(HttpBearer):
    """Finds the live token by the digest of its text, so that nothing secret is compared by hand."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """The token, or None (401)."""
        found = (
            ApiToken.objects.select_related("project").filter(digest=ApiToken.digest_of(token), revoked_at=None).first()
        )
        if found and (found.last_used_at is None or timezone.now() - found.last_used_at > _SEEN_EVERY):
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=timezone.now())
        return found


def project_of(request: ApiRequest, needed: Role = Role.VIEWER) -> Project:
    """The token's project. Raises HttpError 403 when its role does not cover `needed`."""
    if not Role(request.auth.role).covers(needed):
        raise HttpError(403, f"This token may only act as {request.auth.role}; {needed.value} is needed.")
    return request.auth.project
