"""`switchhook doctor`: what is wrong with this installation, and what helps."""

import json
import sys

import click

from switchhook.doctor import Finding, examine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects instead of lines.")
def command(as_json: bool) -> None:
    """Check this installation and name the remedy for what is wrong. Exit code 1 if anything is."""
    findings = examine()
    if as_json:
        click.echo(json.dumps([finding._asdict() for finding in findings]))
    else:
        for finding in findings:
            click.echo(_line(finding))
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


def _line(finding: Finding) -> str:
    mark = click.style("ok  ", fg="green") if finding.ok else click.style("FAIL", fg="red")
    remedy = "" if finding.ok else f"\n       {finding.remedy}"
    return f"{mark} {finding.subject}: {finding.state}{remedy}"
