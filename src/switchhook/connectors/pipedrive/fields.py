"""What an account offers for the hub's settings: own fields, pipelines, activity types, its domain."""

from collections.abc import Iterable, Sequence
from typing import Any

from switchhook.connectors.base import Choice, Pipeline, Stage
from switchhook.core.mapping import CrmField
from switchhook.core.records import Kind

from .client import V1, V2, PipedriveApi
from .config import VISIT_TAGS, Config

PLAIN = frozenset({"varchar", "text", "varchar_auto"})
_FIELDS = {
    Kind.CONTACT: "personFields",
    Kind.COMPANY: "organizationFields",
    Kind.LEAD: "dealFields",
    Kind.DEAL: "dealFields",
}
_OWNERS = {"person": ("personFields", "person"), "deal": ("dealFields", "lead, deal")}


def own_fields(api: PipedriveApi, kind: Kind) -> list[CrmField]:
    """The account's own fields of a kind; leads have those of deals."""
    if kind not in _FIELDS:
        return []
    return [
        CrmField(
            kind=kind,
            name=row["field_code"],
            label=row.get("field_name") or row["field_code"],
            type="text" if row.get("field_type") in PLAIN else str(row.get("field_type")),
        )
        for row in _listed(api, f"{V2}/{_FIELDS[kind]}")
        if row.get("is_custom_field")
    ]


def _listed(api: PipedriveApi, path: str, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 500, **(params or {})}
    for _ in range(20):
        page = api.page(path, query)
        rows += page.get("data") or []
        cursor = (page.get("additional_data") or {}).get("next_cursor")
        if not cursor:
            break
        query["cursor"] = cursor
    return rows


def pipelines(api: PipedriveApi) -> list[Pipeline]:
    """Pipelines in their order, the default first, each with its stages: two requests."""
    stages = [row for row in _listed(api, f"{V2}/stages") if not row.get("is_deleted")]
    found = [row for row in _listed(api, f"{V2}/pipelines") if not row.get("is_deleted")]
    return [
        Pipeline(
            id=str(row["id"]),
            name=row.get("name") or str(row["id"]),
            stages=tuple(
                Stage(id=str(stage["id"]), name=stage.get("name") or str(stage["id"]))
                for stage in sorted(stages, key=_order)
                if stage.get("pipeline_id") == row["id"]
            ),
        )
        for row in sorted(found, key=_order)
    ]


def _order(row: dict[str, Any]) -> tuple[int, int]:
    return row.get("order_nr") or 0, row["id"]


def activity_types(api: PipedriveApi) -> list[Choice]:
    """The types that are switched on."""
    rows = [row for row in api.get(f"{V1}/activityTypes") or () if row.get("active_flag")]
    return [Choice(value=row["key_string"], label=row.get("name") or row["key_string"]) for row in rows]


def domain(api: PipedriveApi) -> list[Choice]:
    """The company's own."""
    found = (api.get(f"{V1}/users/me") or {}).get("company_domain")
    return [Choice(value=str(found), label=f"{found}.pipedrive.com")] if found else []


def visit_fields(api: PipedriveApi, config: Config) -> list[Choice]:
    """Own text fields of persons, leads and deals that are named like a tag; made first where that was asked for."""
    choices: list[Choice] = []
    for owner, (path, whose) in _OWNERS.items():
        rows = _listed(api, f"{V2}/{path}")
        found = _named_like_tags(rows)
        if config.make_visit_fields:
            for tag in VISIT_TAGS[:5]:
                if tag not in found:
                    body = {"field_name": tag, "field_type": "varchar"}
                    found[tag] = api.post(f"{V2}/{path}", body)["field_code"]
        named = [(tag, found[tag]) for tag in VISIT_TAGS if tag in found]
        choices += [Choice(value=f"{owner}:{tag}:{code}", label=f"{tag} ({whose})") for tag, code in named]
    return choices


def _named_like_tags(rows: Iterable[dict[str, Any]]) -> dict[str, str]:
    names = {tag.replace("_", ""): tag for tag in VISIT_TAGS}
    found: dict[str, str] = {}
    for row in rows:
        plain = "".join(sign for sign in str(row.get("field_name") or "").lower() if sign.isalnum())
        if row.get("is_custom_field") and row.get("field_type") in PLAIN and plain in names:
            found.setdefault(names[plain], row["field_code"])
    return found


def missing_visit_fields(api: PipedriveApi, config: Config) -> Sequence[str]:
    """Tags whose chosen fields are no longer there."""
    missing: list[str] = []
    for owner, (path, whose) in _OWNERS.items():
        chosen = config.visit_fields.get(owner) or {}
        known = {row["field_code"] for row in _listed(api, f"{V2}/{path}")} if chosen else set()
        missing += [f"{tag} ({whose})" for tag, code in chosen.items() if code not in known]
    return missing
