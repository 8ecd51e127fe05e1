"""Members: invited, let in once, given and deprived of roles; nobody rises above himself, an owner remains."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from tests.factories import Desk, make_user

from switchhook.projects.models import AuditEntry, Employee, Invitation, Membership, Role, User

from .conftest import signed_in

GOOD = "a long and rare phrase"


@pytest.fixture
def page(desk: Desk) -> str:
    return f"/p/{desk.project.pk}/settings/members/"


@pytest.fixture
def admin(desk: Desk) -> Client:
    return signed_in(desk, Role.ADMIN)


def member(desk: Desk, role: Role) -> Membership:
    return Membership.objects.get(project=desk.project, user=desk.members[role])


def invited(browser: Client, page: str, email: str = "new@example.com", role: str = "manager", **more: Any) -> str:
    """The path of the link that the page shows."""
    link: str = browser.post(f"{page}invite", {"email": email, "role": role, **more}).context["link"]
    return "/" + link.split("/", 3)[3]


def test_an_invitation_lets_one_person_in_once(desk: Desk, owner: Client, page: str) -> None:
    link = invited(owner, page, employee=desk.olena.pk)
    guest, second = Client(), Client()
    answer = guest.post(link, {"name": "Olena", "password": GOOD})
    assert answer.headers["Location"] == f"/p/{desk.project.pk}/"
    assert guest.get(answer.headers["Location"]).status_code == 200
    made = User.objects.get(email="new@example.com")
    assert Membership.objects.get(user=made).role == Role.MANAGER
    assert Employee.objects.get(user=made) == desk.olena
    assert second.post(link, {"name": "Thief", "password": GOOD}).status_code == 410
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {"member.invite", "member.join"}


def test_the_links_secret_is_kept_nowhere(owner: Client, page: str) -> None:
    token = invited(owner, page).split("/")[2]
    stored = [
        *Invitation.objects.values_list("digest", flat=True),
        *map(str, AuditEntry.objects.values_list("changes")),
    ]
    assert all(token not in text for text in stored)


def test_an_old_or_withdrawn_link_is_void(desk: Desk, owner: Client, page: str) -> None:
    old, withdrawn = invited(owner, page, "a@example.com"), invited(owner, page, "b@example.com")
    Invitation.objects.filter(email="a@example.com").update(expires_at=timezone.now() - timedelta(seconds=1))
    row = Invitation.objects.get(email="b@example.com")
    owner.post(f"{page}invitations/{row.pk}/withdraw")
    assert [Client().get(link).status_code for link in (old, withdrawn)] == [410, 410]


@pytest.mark.parametrize("role", [None, Role.MANAGER])
def test_a_link_is_void_once_its_author_might_not_give_it(desk: Desk, admin: Client, page: str, role: str) -> None:
    link, guest = invited(admin, page), Client()
    assert guest.get(link).status_code == 200
    author = Membership.objects.filter(user=desk.members[Role.ADMIN])
    author.update(role=role) if role else author.delete()
    assert guest.get(link).status_code == 410
    assert guest.post(link, {"name": "Thief", "password": GOOD}).status_code == 410
    assert not User.objects.filter(email="new@example.com").exists()


def test_a_second_invitation_ends_the_first(owner: Client, page: str) -> None:
    first, second = invited(owner, page), invited(owner, page)
    assert [Client().get(link).status_code for link in (first, second)] == [410, 200]


def test_a_link_never_gives_an_account_another_password(owner: Client, page: str) -> None:
    known = make_user("known@example.com", "the password so far")
    link = invited(owner, page, "known@example.com")
    Client().post(link, {"name": "Thief", "password": GOOD})
    known.refresh_from_db()
    assert known.check_password("the password so far")
    assert not Membership.objects.filter(user=known).exists()
    browser = Client()
    browser.force_login(known)
    assert browser.post(link).status_code == 302
    assert Membership.objects.filter(user=known).exists()


def test_a_link_is_for_nobody_elses_account(owner: Client, stranger: Client, page: str) -> None:
    assert stranger.post(invited(owner, page)).status_code == 403


def test_a_weak_password_is_refused(owner: Client, page: str) -> None:
    link = invited(owner, page)
    assert [Client().post(link, {"name": "N", "password": word}).status_code for word in ("short", "password12")] == [
        422,
        422,
    ]


def test_tries_at_a_link_are_limited(db: None) -> None:
    cache.clear()
    codes = {Client().post(f"/invitation/{'x' * 43}/").status_code for _ in range(25)}
    cache.clear()
    assert codes == {410, 429}


def test_a_link_goes_out_by_mail_where_the_hub_can_send(owner: Client, page: str, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    link = invited(owner, page)
    assert (mail.outbox[0].to, link in mail.outbox[0].body) == (["new@example.com"], True)


def test_nobody_gives_a_role_above_his_own(desk: Desk, admin: Client, page: str) -> None:
    assert admin.post(f"{page}invite", {"email": "x@example.com", "role": "owner"}).status_code == 422
    for role in (Role.VIEWER, Role.ADMIN):
        admin.post(f"{page}{member(desk, role).pk}/", {"role": "owner"})
    assert Membership.objects.filter(project=desk.project, role=Role.OWNER).count() == 1


def test_an_admin_touches_no_owner(desk: Desk, admin: Client, page: str) -> None:
    boss = member(desk, Role.OWNER)
    admin.post(f"{page}{boss.pk}/", {"role": "viewer"})
    admin.post(f"{page}{boss.pk}/remove")
    assert Membership.objects.get(pk=boss.pk).role == Role.OWNER


def test_the_last_owner_stays(desk: Desk, owner: Client, page: str) -> None:
    boss = member(desk, Role.OWNER)
    assert "A project needs an owner" in owner.post(f"{page}{boss.pk}/remove", follow=True).content.decode()
    owner.post(f"{page}{boss.pk}/", {"role": "admin"})
    assert Membership.objects.get(pk=boss.pk).role == Role.OWNER
    owner.post(f"{page}{member(desk, Role.ADMIN).pk}/", {"role": "owner"})
    owner.post(f"{page}{boss.pk}/", {"role": "viewer"})
    assert Membership.objects.get(pk=boss.pk).role == Role.VIEWER


def test_who_is_removed_is_signed_out_everywhere(desk: Desk, owner: Client, page: str) -> None:
    browser = signed_in(desk, Role.MANAGER)
    assert browser.get(f"/p/{desk.project.pk}/calls/").status_code == 200
    owner.post(f"{page}{member(desk, Role.MANAGER).pk}/remove")
    assert browser.get(f"/p/{desk.project.pk}/calls/").headers["Location"].startswith("/accounts/login/")


def test_a_member_is_one_employee_and_no_two_members_the_same(desk: Desk, owner: Client, page: str) -> None:
    viewer, manager = member(desk, Role.VIEWER), member(desk, Role.MANAGER)
    owner.post(f"{page}{viewer.pk}/", {"role": "viewer", "employee": desk.olena.pk})
    owner.post(f"{page}{viewer.pk}/", {"role": "viewer", "employee": desk.piotr.pk})
    assert list(Employee.objects.filter(user=viewer.user)) == [desk.piotr]
    owner.post(f"{page}{manager.pk}/", {"role": "manager", "employee": desk.piotr.pk})
    assert Employee.objects.get(pk=desk.piotr.pk).user == viewer.user


def test_the_page_shows_who_has_a_second_factor(desk: Desk, owner: Client, page: str) -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=desk.members[Role.ADMIN], type=Authenticator.Type.TOTP, data={})
    told = {row["membership"].role: row["second"] for row in owner.get(page).context["rows"]}
    assert told == {"owner": False, "admin": True, "manager": False, "viewer": False}
