"""The test of an account before it is saved."""

from switchhook.connectors.base import Health
from switchhook.core.errors import Misconfigured, Rejected

from .client import V1, V2, PipedriveApi
from .config import Config
from .fields import activity_types, missing_visit_fields

_READ = {"contacts": f"{V2}/persons", "leads": f"{V1}/leads", "deals": f"{V2}/deals", "activities": f"{V2}/activities"}


def health_of(api: PipedriveApi, config: Config) -> Health:
    """The company's name, with a remark on everything that would be refused later. Raises AuthFailed, Misconfigured."""
    me = api.get(f"{V1}/users/me") or {}
    name = me.get("company_name") or me.get("company_domain") or "Pipedrive"
    remarks = [f"The hub writes as {me.get('name') or me.get('email') or 'the user of the token'}."]
    if not _is_admin(me):
        remarks.append("This user is no administrator: records that he may not see stay unknown to the hub.")
    remarks += _unreadable(api) if config.oauth else []
    remarks += _types(api, config)
    remarks += _visit_fields(api, config)
    if api.day and api.day != api.budget.day.most:
        remarks.append(
            f"Pipedrive allows {api.day} tokens a day; plan and seats in the settings make {api.budget.day.most:.0f}."
        )
    if not (config.web or api.address):
        remarks.append("Set the company domain, so that records can be opened from the hub.")
    return Health(account_name=str(name), remarks=tuple(remarks))


def _is_admin(me: dict[str, object]) -> bool:
    access = me.get("access")
    suites = access if isinstance(access, list) else []
    return bool(me.get("is_admin")) or any(isinstance(suite, dict) and suite.get("admin") for suite in suites)


def _unreadable(api: PipedriveApi) -> list[str]:
    remarks = []
    for scope, path in _READ.items():
        try:
            api.get(path, {"limit": 1})
        except (Misconfigured, Rejected) as error:
            remarks.append(f"Scope {scope}: {error}")
    return remarks


def _types(api: PipedriveApi, config: Config) -> list[str]:
    try:
        known = {choice.value for choice in activity_types(api)}
    except (Misconfigured, Rejected) as error:
        return [f"Activity types cannot be read: {error}"]
    wanted = dict.fromkeys((config.task_type, config.call_type))
    remarks = [f"The activity type “{name}” is not there or switched off; choose another." for name in wanted
               if name not in known]  # fmt: skip
    if config.call_logs and config.call_type != "call":
        remarks.append("Entries of the call log need activities of the type “call”.")
    return remarks


def _visit_fields(api: PipedriveApi, config: Config) -> list[str]:
    if not any(config.visit_fields.values()):
        return ["No fields are chosen for visit tags: leads show them as their source channel, deals and persons not."]
    try:
        missing = missing_visit_fields(api, config)
    except (Misconfigured, Rejected) as error:
        return [f"Own fields cannot be read: {error}"]
    return [f"Fields for visit tags that are gone: {', '.join(missing)}."] if missing else []
