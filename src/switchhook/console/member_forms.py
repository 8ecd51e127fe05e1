"""Forms of members: an invitation, and the way in."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from switchhook.projects.models import Employee, Project, Role, User

ROLE_HELP = {
    Role.VIEWER: _("Sees calls, clients and reports, and changes nothing."),
    Role.MANAGER: _("Works with clients: calls, notes, tasks, missed calls."),
    Role.ADMIN: _("Sets the project up: connections, scenarios, employees, members."),
    Role.OWNER: _("Does everything, and makes other owners."),
}


def roles_for(role: Role) -> list[tuple[str, Any]]:
    """The roles that somebody of `role` may give, the lowest first."""
    return [(one.value, one.label) for one in Role if role.covers(one)]


class InvitationForm(forms.Form):
    """Whom to invite, and as what. Nobody is offered a role above his own."""

    marks_optional = True

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    role = forms.ChoiceField(label=_("Role"))
    employee = forms.ModelChoiceField(
        Employee.objects.none(),
        label=_("Who this is on the phone"),
        required=False,
        empty_label=_("Nobody of the employees"),
    )

    def __init__(self, project: Project, role: Role, data: Any = None) -> None:
        super().__init__(data, initial={"role": Role.MANAGER if role.covers(Role.MANAGER) else role})
        choice: Any = self.fields["role"]
        choice.choices = roles_for(role)
        people: Any = self.fields["employee"]
        people.queryset = Employee.objects.filter(project=project, active=True, user=None)


class WayInForm(forms.Form):
    """The name and password of a new member."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 10 characters, and not a common one."),
    )

    def __init__(self, email: str, data: Any = None, name: str = "") -> None:
        super().__init__(data, initial={"name": name})
        self.email = email

    def clean_password(self) -> str:
        """A password that is strong enough for this person."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password
