"""Fields, layouts, modules and pipelines as Zoho describes them: every key that it documents."""

from collections.abc import Sequence
from typing import Any

from .schema import MODULES, PIPELINES, Field
from .validation import module_id

Row = dict[str, Any]
_FIRST_FIELD = 5725767000000010000
_FIRST_PIPELINE = 5725767000000006800
_PROFILE = {"permission_type": "read_write", "name": "Administrator", "id": "5725767000000026011"}
_JSON_TYPES = {
    "boolean": "boolean",
    "integer": "integer",
    "currency": "double",
    "ownerlookup": "jsonobject",
    "userlookup": "jsonobject",
    "lookup": "jsonobject",
    "layout": "jsonobject",
}
_FALSE = (
    "webhook colour_code_enabled_by_system businesscard_supported separator history_tracking_enabled virtual_field "
    "enable_colour_code public pick_list_values_sorted_lexically mass_update display_field"
)
_NULL = "association_details multi_module_lookup external range tooltip private crypt decimal_place global_picklist"
_EMPTY = "currency convert_mapping rollup_summary formula multiselectlookup auto_number"
_NOTHING_SPECIAL: Row = {
    **dict.fromkeys(_FALSE.split(), False),
    **dict.fromkeys(_NULL.split()),
    **{name: {} for name in _EMPTY.split()},
    **dict.fromkeys(("visible", "searchable", "filterable", "sortable"), True),
    "type": "used",
    "profiles": [_PROFILE],
    "created_source": "default",
    "display_type": -1,
    "ui_type": 1,
    "email_parser": {"fields_update_supported": True, "record_operations_supported": True},
}
_SECTION_ACTIONS = (
    *("add_field", "rename", "change_tab_traversal", "reorder", "delete", "remove_field"),
    "change_column_count",
)
_LAYOUT_ACTIONS = ("edit", "rename", "clone", "downgrade", "delete", "deactivate", "set_layout_permissions")


def field_json(module: str, number: int, field: Field) -> Row:
    """One field."""
    writable = not field.fixed
    ways = ("web_update", "api_create", "web_create", "api_update")
    return _NOTHING_SPECIAL | {
        "id": str(_FIRST_FIELD + 200 * MODULES.index(module) + number),
        "api_name": field.name,
        "field_label": field.label,
        "display_label": field.label,
        "data_type": field.type,
        "json_type": "jsonarray" if field.name == "Tag" else _JSON_TYPES.get(field.type, "string"),
        "length": field.length,
        "custom_field": field.custom,
        "system_mandatory": field.mandatory,
        "field_read_only": field.fixed,
        "read_only": field.fixed,
        "operation_type": dict.fromkeys(ways, writable),
        "unique": {"case_sensitive": False} if field.unique else {},
        "pick_list_values": [_pick(module, number, place, value) for place, value in enumerate(field.values)],
        "lookup": _lookup(field),
        "view_type": {"view": True, "edit": writable, "quick_create": False, "create": writable},
    }


def _lookup(field: Field) -> Row:
    if field.type != "lookup" or field.module not in MODULES:
        return {}
    module = {"api_name": field.module, "crypt": False, "id": module_id(field.module)}
    return {"api_name": field.name, "display_label": field.label, "module": module}


def _pick(module: str, number: int, place: int, value: str) -> Row:
    return {
        "display_value": value,
        "sequence_number": place + 1,
        "reference_value": value,
        "actual_value": value,
        "id": str(_FIRST_FIELD + 100_000 + 10_000 * MODULES.index(module) + 50 * number + place),
        "type": "used",
    }


def layout_json(id_: str, fields: Sequence[Row]) -> Row:
    """The standard layout, all fields in one section."""
    return {
        "id": id_,
        "name": "Standard",
        "api_name": "Standard",
        "display_label": "Standard",
        "status": "active",
        "visible": True,
        "has_more_profiles": False,
        **dict.fromkeys(("created_time", "modified_time", "modified_by", "created_for", "profiles")),
        "source": "crm",
        "sections": [_section(fields)],
        "show_business_card": True,
        "actions_allowed": dict.fromkeys(_LAYOUT_ACTIONS, True),
        "generated_type": "system",
    }


def _section(fields: Sequence[Row]) -> Row:
    return {
        "isSubformSection": False,
        "display_label": "Information",
        "mode": "all",
        "sequence_number": 1,
        "actions_allowed": dict.fromkeys(_SECTION_ACTIONS, True),
        "tab_traversal": "left_to_right",
        "api_name": "Information",
        "column_count": 2,
        "name": "Information",
        "generated_type": "default",
        "id": "5725767000000091071",
        "fields": [_in_layout(field) for field in fields],
    }


def _in_layout(field: Row) -> Row:
    """A field as a layout has it: picked values name what depends on them, and some keys stand elsewhere only."""
    picked = [{**value, "maps": []} for value in field["pick_list_values"]]
    shown = {name: value for name, value in field.items() if name != "email_parser"}
    return {**shown, "pick_list_values": picked, "required": field["system_mandatory"]}


def module_json(name: str) -> Row:
    """One module."""
    return {
        "id": module_id(name),
        "api_name": name,
        "module_name": name,
        "plural_label": name,
        "singular_label": name.removesuffix("s"),
        "generated_type": "default",
        "creatable": True,
        "editable": True,
        "viewable": True,
        "deletable": True,
        "api_supported": True,
        "global_search_supported": True,
        "public_fields_configured": False,
        "recycle_bin_on_delete": True,
        "has_more_profiles": False,
        "sub_menu_available": False,
        "profile_count": 2,
        "description": None,
        "profiles": [{"name": _PROFILE["name"], "id": _PROFILE["id"]}],
        "status": "visible",
        "sequence_number": MODULES.index(name) + 1,
    }


def pipelines_json() -> list[Row]:
    """The pipelines of deals, the first being the default."""
    found = []
    for number, (name, stages) in enumerate(PIPELINES.items()):
        first = _FIRST_PIPELINE + 100 * number
        maps = [_stage(first, place, stage, forecast) for place, (stage, forecast) in enumerate(stages)]
        found.append(
            {
                "id": str(first),
                "display_value": name,
                "actual_value": name,
                "default": number == 0,
                "maps": maps,
            }
        )
    return found


def _stage(first: int, place: int, name: str, forecast: str) -> Row:
    category = "Pipeline" if forecast == "Open" else "Closed" if forecast == "Closed Won" else "Omitted"
    return {
        "display_value": "Identify Decision Makers" if name == "Id. Decision Makers" else name,
        "actual_value": name,
        "sequence_number": place + 1,
        "id": str(first + place + 1),
        "forecast_type": forecast,
        "forecast_category": {"name": category, "id": str(first + 50 + place)},
        "colour_code": "#658BA8",
    }
