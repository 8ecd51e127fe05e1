"""Who belongs to a project, and as what. Nobody gives more than he has, and a project never loses its last owner."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from switchhook.core.errors import Misconfigured
from switchhook.core.words import _
from switchhook.projects.audit import note
from switchhook.projects.models import Employee, Invitation, Membership, Project, Role, User

INVITATION_LIFE = timedelta(days=7)


class Refused(Misconfigured):
    """What was asked for is not allowed; the sentence says why, for a page to show translated."""


@transaction.atomic
def create_project(user: User, name: str, **values: str) -> Project:
    """A new project of which `user` is the owner. `values` are its time zone, country and language."""
    made = Project.objects.create(name=name, **values)
    Membership.objects.create(user=user, project=made, role=Role.OWNER)
    note(made, user, "project.create", made.name)
    return made


def may_give(actor: Role, role: Role) -> bool:
    """Whether somebody of the role `actor` may give `role`, or take it away: an admin makes no owner."""
    return actor.covers(Role.ADMIN) and actor.covers(role)


@transaction.atomic
def invite(
    project: Project, actor: Membership, email: str, role: Role, *, now: datetime, employee: Employee | None = None
) -> tuple[Invitation, str]:
    """An invitation and the token of its link, which cannot be read back later. An older one to this address ends.

    Raises Refused where the actor may not give the role, or the address belongs to a member already.
    """
    _check(actor, role)
    address = User.objects.normalize_email(email).lower()
    if Membership.objects.filter(project=project, user__email=address).exists():
        raise Refused(_("This person is a member already."))
    Invitation.objects.filter(project=project, email=address, ended_at=None).update(ended_at=now)
    token = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        project=project, email=address, role=role, employee=employee, invited_by=actor.user, digest=digest_of(token),
        expires_at=now + INVITATION_LIFE,
    )  # fmt: skip
    note(project, actor.user, "member.invite", address, role=role.value)
    return made, token


def digest_of(token: str) -> str:
    """What is kept of an invitation's token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_invitation(token: str, now: datetime) -> Invitation | None:
    """The invitation behind a link, None where it is used up, taken back, too old, or never was.

    One whose author could not give its role any more, because he has left or has another role, is void too.
    """
    alive = Invitation.objects.filter(digest=digest_of(token), ended_at=None, expires_at__gt=now)
    found = alive.select_related("project", "employee", "invited_by").first()
    return found if found and _is_stood_for(found) else None


@transaction.atomic
def accept(token: str, now: datetime, *, user: User | None = None, name: str = "", password: str = "") -> User | None:
    """Make who holds the link a member: `user`, or a new one with this name and password. None where it is not valid.

    The link is good once: of two at a time one gets None. A member's role is never lowered by an invitation.
    """
    invitation = (
        Invitation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("project", "invited_by")
        .filter(digest=digest_of(token), ended_at=None, expires_at__gt=now)
        .first()
    )
    if invitation is None or not _is_stood_for(invitation):
        return None
    member = user or User.objects.create_user(invitation.email, password, name=name)
    role = Role(invitation.role)
    membership, made = Membership.objects.get_or_create(
        user=member, project=invitation.project, defaults={"role": role}
    )
    if not made and role.covers(Role(membership.role)):
        Membership.objects.filter(pk=membership.pk).update(role=role)
    if invitation.employee_id:
        Employee.objects.filter(pk=invitation.employee_id, user=None).update(user=member)
    invitation.ended_at = now
    invitation.save(update_fields=["ended_at"])
    note(invitation.project, member, "member.join", member.email, role=role.value)
    return member


@transaction.atomic
def withdraw(invitation: Invitation, actor: Membership, now: datetime) -> None:
    """Make an invitation's link void. Idempotent. Raises Refused where the actor could not have given its role."""
    _check(actor, Role(invitation.role))
    if Invitation.objects.filter(pk=invitation.pk, ended_at=None).update(ended_at=now):
        note(invitation.project, actor.user, "member.withdraw", invitation.email)


@transaction.atomic
def change_role(membership: Membership, actor: Membership, role: Role) -> None:
    """Give a member another role. Raises Refused: above the actor's own, an owner by an admin, the last owner."""
    held = _locked(membership)
    _check(actor, role, Role(held.role))
    if held.role == role:
        return
    if held.role == Role.OWNER:
        _keep_an_owner(held)
    note(held.project, actor.user, "member.role", held.user.email, role={"from": held.role, "to": role.value})
    held.role = role
    held.save(update_fields=["role"])


@transaction.atomic
def remove(membership: Membership, actor: Membership) -> None:
    """Take a member out of the project, and end all his sessions. Raises Refused as `change_role` does."""
    held = _locked(membership)
    _check(actor, Role(held.role))
    if held.role == Role.OWNER:
        _keep_an_owner(held)
    Employee.objects.filter(project=held.project, user=held.user).update(user=None)
    note(held.project, actor.user, "member.remove", held.user.email, role=held.role)
    User.objects.filter(pk=held.user_id).update(session_epoch=F("session_epoch") + 1)
    held.delete()


@transaction.atomic
def link(membership: Membership, actor: Membership, employee: Employee | None) -> None:
    """Say who a member is on the phone; None says nobody. Raises Refused where somebody else is this employee."""
    project, user = membership.project, membership.user
    before = list(Employee.objects.select_for_update(no_key=True).filter(project=project, user=user))
    if employee and employee.user_id not in (None, user.pk):
        raise Refused(_("Another member is this employee already."))
    if before == ([employee] if employee else []):
        return
    Employee.objects.filter(project=project, user=user).update(user=None)
    if employee:
        Employee.objects.filter(pk=employee.pk).update(user=user)
    names = {"from": ", ".join(one.name for one in before), "to": employee.name if employee else ""}
    note(project, actor.user, "member.link", user.email, employee=names)


def _is_stood_for(invitation: Invitation) -> bool:
    author = Membership.objects.filter(project=invitation.project, user=invitation.invited_by).first()
    return author is not None and may_give(Role(author.role), Role(invitation.role))


def _locked(membership: Membership) -> Membership:
    # The project's row is the lock for all its memberships: two owners cannot take each other out at once.
    Project.objects.select_for_update(no_key=True).get(pk=membership.project_id)
    return Membership.objects.select_related("project", "user").get(pk=membership.pk)


def _check(actor: Membership, *roles: Role) -> None:
    if not all(may_give(Role(actor.role), role) for role in roles):
        raise Refused(_("Only an owner can do this."))


def _keep_an_owner(membership: Membership) -> None:
    others = Membership.objects.filter(project=membership.project_id, role=Role.OWNER).exclude(pk=membership.pk)
    if not others.exists():
        raise Refused(_("A project needs an owner. Make somebody else an owner first."))
