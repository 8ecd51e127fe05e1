"""`switchhook rebuild`: make anew what follows from the calls."""

import click

from switchhook.environment import hub_database, set_up_django


@click.command()
def command() -> None:
    """Make the missed-call desks and the reports' counts anew from the calls, project by project.

    For calls that were written without the hub's reading them: after an upgrade, or when rows came in by hand.
    """
    with hub_database():
        set_up_django()
        from switchhook.missed import desk
        from switchhook.projects.models import Project
        from switchhook.reports import counting

        for project in Project.objects.order_by("pk"):
            clients = desk.rebuild(project)
            counted = "counted" if counting.rebuild(project) else "being counted by another process"
            click.echo(f"{project}: {clients} clients on the desk of missed calls; reports {counted}.")
