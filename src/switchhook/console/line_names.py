"""The project's lines as people know them: by label and number."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from switchhook.calls.search import seen
from switchhook.core import phone as phones
from switchhook.projects.models import Number, Project


def line_labels(project: Project) -> dict[str, str]:
    """E.164 → label, of the lines that have one."""
    return dict(Number.objects.filter(project=project).exclude(label="").values_list("e164", "label"))


def line_name(line: str, labels: Mapping[str, str]) -> str:
    """A line's label and its number, which never breaks; without a label, the number alone."""
    shown = phones.display(line).replace(" ", "\N{NO-BREAK SPACE}")
    return f"{labels[line]} · {shown}" if line in labels else shown


def line_choices(project: Project) -> list[tuple[str, Any]]:
    """Any line, then each that has a label or has had calls: (value, name)."""
    labels = line_labels(project)
    lines = sorted({*seen(project, "project_number"), *labels})
    return [("", _("Any")), *((line, line_name(line, labels)) for line in lines)]
