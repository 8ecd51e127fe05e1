"""`switchhook token`: a Bearer token for the API."""

import click

from switchhook.environment import hub_database, set_up_django


@click.command()
@click.argument("project")
@click.option("--name", default="command line", show_default=True, help="What the token is for.")
@click.option(
    "--role", type=click.Choice(["viewer", "manager", "admin", "owner"]), default="manager", show_default=True
)
def command(project: str, name: str, role: str) -> None:
    """Issue a token for PROJECT (its name or id) and print it. It cannot be shown again."""
    with hub_database():
        set_up_django()
        from switchhook.projects.models import ApiToken, Project, Role

        found = Project.objects.filter(name=project).first()
        if found is None and project.isdigit():
            found = Project.objects.filter(pk=int(project)).first()
        if found is None:
            raise click.UsageError(f"There is no project “{project}”.")
        _, text = ApiToken.issue(found, name, Role(role))
    click.echo(text)
