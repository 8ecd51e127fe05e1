"""`switchhook owner`: the first account of a new hub."""

import click

from switchhook.commands import migrate
from switchhook.environment import hub_database, set_up_django


@click.command()
@click.argument("email")
@click.option("--project", default="My business", show_default=True, help="The project to own; made if it is new.")
@click.option("--time-zone", default="Europe/Kyiv", show_default=True)
@click.option("--country", default="UA", show_default=True, help="Country of numbers written without a country code.")
@click.password_option(help="The password.  [default: asked for]")
def command(email: str, project: str, time_zone: str, country: str, password: str) -> None:
    """Make EMAIL an owner of a project with the built-in CRM; an existing account gets the new password."""
    with hub_database():
        set_up_django()
        click.get_current_context().invoke(migrate.command, wait=60.0)  # it may be the first command on a new hub
        from switchhook.connections.models import Connection
        from switchhook.connections.services import add
        from switchhook.projects.models import Membership, Project, Role, User

        user = User.objects.filter(email=email.lower()).first() or User.objects.create_user(email)
        user.set_password(password)
        user.save()
        place = {"time_zone": time_zone, "country": country.upper()}
        owned, _ = Project.objects.get_or_create(name=project, defaults=place)
        Membership.objects.update_or_create(user=user, project=owned, defaults={"role": Role.OWNER})
        if not Connection.objects.filter(project=owned, role="crm").exists():
            add(owned, "builtin")
    click.echo(f"{email} owns “{project}”.")
