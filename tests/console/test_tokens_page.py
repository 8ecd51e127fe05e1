"""API tokens: issued with at most one's own rights, shown once, void as soon as they are revoked."""

import re

import pytest
from django.test import Client
from tests.factories import Desk

from switchhook.projects.models import ApiToken, AuditEntry, Project, Role

from .conftest import signed_in


@pytest.fixture
def page(desk: Desk) -> str:
    return f"/p/{desk.project.pk}/tokens/"


def issue(client: Client, page: str, role: str = "viewer") -> str:
    """The new token's text, off the page."""
    html = client.post(page, {"name": "Nightly figures", "role": role}).content.decode()
    found = re.search(r'id="token-text"[^>]*>(swh_[\w-]{40,})<', html)
    assert found
    return found[1]


def works(text: str) -> bool:
    return Client(headers={"authorization": f"Bearer {text}"}).get("/api/v1/calls").status_code == 200


def test_a_token_is_shown_once_and_works(owner: Client, page: str) -> None:
    text = issue(owner, page)
    assert works(text)
    again = owner.get(page)
    assert text not in again.content.decode()
    assert "Nightly figures" in again.content.decode()
    assert again.headers["Cache-Control"] == "no-store"


def test_only_the_digest_is_kept(owner: Client, page: str) -> None:
    text = issue(owner, page)
    assert ApiToken.objects.get().digest == ApiToken.digest_of(text)
    assert text not in str(list(ApiToken.objects.values())) + str(list(AuditEntry.objects.values()))


def test_a_revoked_token_is_refused_and_leaves_the_list(desk: Desk, owner: Client, page: str) -> None:
    text = issue(owner, page)
    owner.post(f"{page}{ApiToken.objects.get().pk}/revoke")
    assert not works(text)
    owner.get(page)  # the message that it is revoked names it once more
    assert "Nightly figures" not in owner.get(page).content.decode()


def test_who_issued_and_revoked_is_on_record(desk: Desk, owner: Client, page: str) -> None:
    issue(owner, page, "manager")
    for _ in range(2):
        owner.post(f"{page}{ApiToken.objects.get().pk}/revoke")
    entries = AuditEntry.objects.filter(project=desk.project, user=desk.members[Role.OWNER]).order_by("id")
    assert [(entry.action, entry.target, entry.changes) for entry in entries] == [
        ("token.issue", "Nightly figures", {"role": "manager"}),
        ("token.revoke", "Nightly figures", {"role": "manager"}),
    ]


def test_an_admin_issues_no_token_of_an_owner(desk: Desk, page: str) -> None:
    admin = signed_in(desk, Role.ADMIN)
    assert admin.post(page, {"name": "Nightly figures", "role": "owner"}).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_token_of_another_project_cannot_be_revoked(owner: Client, page: str, stranger: Client) -> None:
    text = issue(owner, page)
    own = Project.objects.get(name="Other").pk
    assert stranger.post(f"/p/{own}/tokens/{ApiToken.objects.get().pk}/revoke").status_code == 404
    assert works(text)
