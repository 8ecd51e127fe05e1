"""What a person can do about work that is stuck, by the code of its error."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ADVICE: dict[str, str | Promise] = {
    "unreachable": _("The CRM does not answer. The hub keeps trying by itself; nothing is lost."),
    "rate_limited": _("The CRM asked to slow down. The hub sends again by itself."),
    "outcome_unknown": _(
        "The answer was lost on the way. The hub looks whether the record exists before it sends again."
    ),
    "auth_failed": _(
        "The CRM no longer accepts the credentials. Renew them on the connection's page; work then goes on."
    ),
    "misconfigured": _("A setting makes this impossible. Correct it on the connection's page, then send again."),
    "rejected": _("The CRM refused the record. Correct the cause named here, then send again."),
    "record_fails": _(
        "The CRM breaks down on this record while it takes others. Look at the fields for something unusual, ask the "
        "CRM's support if there is nothing, then send again."
    ),
    "target_gone": _("The record was deleted, merged or closed in the CRM meanwhile. Send again to plan anew."),
    "error": _("The hub itself failed on this. Send again; if it fails once more, report the sentence shown here."),
}
"""A sentence for every code that dead or waiting work can have (`core.errors`)."""

BLOCKED = _("It waits for another record of this call or client. Mend that one; this one is then sent with it.")


def advice(error_code: str, *, state: str = "") -> str:
    """What to do, in the active language; "" where there is nothing to say. `state` is the effect's."""
    return str(BLOCKED if state == "blocked" else ADVICE.get(error_code, ""))
