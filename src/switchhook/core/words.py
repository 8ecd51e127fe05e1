"""Marks message ids for the catalogues.

Core has no gettext: a sentence leaves it as an English message id with its values, and is translated where it is shown,
or by `PlanSettings.translate` where it is written into a CRM.
"""


def _(message: str) -> str:
    return message
