"""What every account is born with: funnels, sources, own fields, and what a user looks like."""

from .query import Row

BORN = "2026-01-12 08:00:00"
PIPELINES: tuple[Row, ...] = (
    {"id": 1, "name": "Sales", "target_type": "lead_pipeline", "target_id": "1", "use_payments": True,
     "lead_type": "request"},
    {"id": 2, "name": "Context ads", "target_type": "lead_pipeline", "target_id": "2", "use_payments": False,
     "lead_type": "request"},
)  # fmt: skip
_STEPS = (("New", "new", False), ("In work", "in_work", False), ("Success", "success", True), ("Lost", "lost", True))
STATUSES: tuple[Row, ...] = tuple(
    {"id": (pipeline["id"] - 1) * 10 + place, "pipeline_id": pipeline["id"], "title": title, "alias": alias,
     "color": "#69DB7C", "is_final": final, "leads_count": 0}
    for pipeline in PIPELINES
    for place, (title, alias, final) in enumerate(_STEPS, start=1)
)  # fmt: skip
SOURCES: tuple[Row, ...] = tuple(
    {"id": id_, "name": name, "alias": alias, "driver": driver, "source_uuid": None, "source_name": name,
     "currency_code": currency, "created_at": BORN, "updated_at": BORN}
    for id_, name, alias, driver, currency in (
        (5, "Telephony", "telephony", "default", "UAH"), (6, "Site", "site", "opencart", "EUR"),
    )
)  # fmt: skip
ORDER_STATUSES: tuple[Row, ...] = tuple(
    {"id": id_, "name": name, "alias": alias, "is_active": True, "group_id": group, "is_closing_order": closing,
     "is_reserved": False, "expiration_period": None, "created_at": BORN, "updated_at": BORN, "deleted_at": None}
    for id_, name, alias, group, closing in (
        (1, "New", "new", 1, False), (3, "In work", "in_work", 2, False), (12, "Completed", "completed", 5, True),
        (19, "Canceled", "canceled", 6, True),
    )
)  # fmt: skip
FIELDS: tuple[Row, ...] = tuple(
    {"id": int(uuid[3:]), "name": name, "uuid": uuid, "model": model, "type": kind, "required": False,
     "position": place, "is_multiple": False, "options": [
         {"id": int(uuid[3:]) * 10 + nth, "field_id": int(uuid[3:]), "value": text} for nth, text in enumerate(options)
     ]}
    for place, (uuid, model, kind, name, options) in enumerate((
        ("LD_1021", "lead", "text", "Landing page", ()), ("LD_1022", "lead", "textarea", "Visit", ()),
        ("LD_1023", "lead", "select", "Interest", ("high", "low")), ("CT_1031", "client", "text", "Client id", ()),
        ("CT_1032", "client", "date", "First visit", ()), ("CY_1041", "company", "text", "Source of company", ()),
        ("OR_1051", "order", "text", "Keyword", ()),
    ), start=1)
)  # fmt: skip
SERVICE: Row = {
    "id": 1, "name": "Switchhook", "alias": "switchhook", "service": "other", "uuid": "", "is_active": True,
    "configuraion": {}, "created_at": BORN, "updated_at": BORN, "deleted_at": "",
}  # fmt: skip


def user(id_: int, name: str, email: str, now: str) -> Row:
    """A user of the account."""
    first, _, last = name.partition(" ")
    return {
        "id": id_, "first_name": first, "last_name": last or None, "full_name": name,
        "username": email.partition("@")[0], "email": email, "phone": None, "role_id": 1 if id_ == 11 else 2,
        "status": "active", "created_at": now, "updated_at": now, "last_logged_at": now,
    }  # fmt: skip
