"""The modules and fields of the account."""

from dataclasses import dataclass, replace

from .config import TwinConfig

STAGES = (
    ("Qualification", "Open"),
    ("Needs Analysis", "Open"),
    ("Value Proposition", "Open"),
    ("Id. Decision Makers", "Open"),
    ("Proposal/Price Quote", "Open"),
    ("Negotiation/Review", "Open"),
    ("Closed Won", "Closed Won"),
    ("Closed Lost", "Closed Lost"),
    ("Closed Lost to Competition", "Closed Lost"),
)
SHORT_STAGES = (("New", "Open"), ("Talking", "Open"), ("Paid", "Closed Won"), ("Refused", "Closed Lost"))
PIPELINES = {"Standard (Standard)": STAGES, "Context ads": SHORT_STAGES}
LEAD_STATUSES = ("Attempted to Contact", "Contacted", "Not Contacted", "Junk Lead", "Lost Lead", "Not Qualified")
LEAD_SOURCES = ("Advertisement", "Cold Call", "Chat", "Web Research", "Telephony", "google")
TASK_STATUSES = ("Not Started", "Deferred", "In Progress", "Completed", "Waiting for input")
PRIORITIES = ("High", "Highest", "Low", "Lowest", "Normal")
CALL_TYPES = ("Inbound", "Outbound", "Missed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field. `type` is Zoho's data type, `module` that of a lookup, `fixed` one that nobody writes."""

    name: str
    type: str = "text"
    length: int = 255
    mandatory: bool = False
    values: tuple[str, ...] = ()
    module: str = ""
    fixed: bool = False
    custom: bool = False
    unique: bool = False

    @property
    def label(self) -> str:
        """How people see it."""
        return self.name.replace("__s", "").replace("_", " ")


def _text(name: str, length: int = 255, *, mandatory: bool = False) -> Field:
    return Field(name=name, length=length, mandatory=mandatory)


def _typed(type_: str, *names: str, length: int = 30) -> list[Field]:
    return [Field(name=name, type=type_, length=length) for name in names]


def _fixed(type_: str, *names: str) -> list[Field]:
    return [Field(name=name, type=type_, fixed=True) for name in names]


def _lookup(name: str, module: str, *, fixed: bool = False) -> Field:
    return Field(name=name, type="lookup", module=module, fixed=fixed)


_COMMON = [
    Field(name="Owner", type="ownerlookup"),
    Field(name="Description", type="textarea", length=32_000),
    *_fixed("datetime", "Created_Time", "Modified_Time"),
    *_fixed("userlookup", "Created_By", "Modified_By"),
    Field(name="Layout", type="layout"),
    Field(name="Tag", type="text"),
]
_SOURCE = Field(name="Lead_Source", type="picklist", length=120, values=LEAD_SOURCES)
_PERSON = [_text("First_Name", 40), _text("Last_Name", 80, mandatory=True), *_fixed("text", "Full_Name")]
_ACTIVITY = [
    _text("Subject", 255, mandatory=True),
    _lookup("Who_Id", "Contacts"),
    Field(name="What_Id", type="lookup", module="*"),
]

_MODULES: dict[str, list[Field]] = {
    "Leads": [
        *_PERSON,
        _text("Company", 200),
        *_typed("phone", "Phone", "Mobile", "Fax"),
        *_typed("email", "Email", "Secondary_Email", length=100),
        *_typed("website", "Website"),
        _SOURCE,
        Field(name="Lead_Status", type="picklist", length=120, values=LEAD_STATUSES),
        *[_text(name, 100) for name in ("Designation", "Street", "City", "State", "Zip_Code", "Country")],
        Field(name="Converted__s", type="boolean", fixed=True),
        *_fixed("datetime", "Converted_Date_Time"),
        _lookup("Converted_Contact", "Contacts", fixed=True),
        _lookup("Converted_Account", "Accounts", fixed=True),
        _lookup("Converted_Deal", "Deals", fixed=True),
    ],
    "Contacts": [
        *_PERSON,
        *_typed("phone", "Phone", "Mobile", "Home_Phone", "Other_Phone", "Asst_Phone", "Fax"),
        *_typed("email", "Email", "Secondary_Email", length=100),
        _lookup("Account_Name", "Accounts"),
        _SOURCE,
        *[_text(name, 100) for name in ("Title", "Department", "Mailing_Street", "Mailing_City")],
        Field(name="Date_of_Birth", type="date"),
    ],
    "Accounts": [
        _text("Account_Name", 200, mandatory=True),
        *_typed("phone", "Phone", "Fax"),
        *_typed("website", "Website"),
        _text("Billing_City", 100),
    ],
    "Deals": [
        _text("Deal_Name", 120, mandatory=True),
        Field(name="Stage", type="picklist", length=120, mandatory=True),
        Field(name="Pipeline", type="picklist", length=120, mandatory=True),
        Field(name="Closing_Date", type="date"),
        Field(name="Amount", type="currency", length=16),
        Field(name="Probability", type="integer", length=3),
        _lookup("Account_Name", "Accounts"),
        _lookup("Contact_Name", "Contacts"),
        _SOURCE,
        _text("Next_Step", 100),
    ],
    "Tasks": [
        *_ACTIVITY,
        Field(name="Status", type="picklist", length=120, values=TASK_STATUSES),
        Field(name="Priority", type="picklist", length=120, values=PRIORITIES),
        Field(name="Due_Date", type="date"),
        *_fixed("datetime", "Closed_Time"),
    ],
    "Calls": [
        *_ACTIVITY,
        Field(name="Call_Type", type="picklist", length=120, mandatory=True, values=CALL_TYPES),
        Field(name="Call_Start_Time", type="datetime", mandatory=True),
        Field(name="Call_Duration", type="text", length=20, mandatory=True),
        Field(name="Call_Duration_in_seconds", type="integer", fixed=True),
        Field(name="Outgoing_Call_Status", type="picklist", length=120, values=("Scheduled", "Completed")),
        Field(name="Call_Purpose", type="picklist", length=120, values=("Prospecting", "Administrative")),
        Field(name="Voice_Recording__s", type="website", length=450),
        *_typed("phone", "From_Number__s", "To_Number__s"),
    ],
    "Notes": [
        _text("Note_Title", 120),
        Field(name="Note_Content", type="textarea", length=65_535, mandatory=True),
        Field(name="Parent_Id", type="lookup", module="*", mandatory=True),
    ],
}
MODULES = tuple(_MODULES)
CHECKED = {"Leads": "Email", "Contacts": "Email", "Accounts": "Account_Name", "Deals": "Deal_Name"}
"""What an upsert compares by itself."""

WITHOUT_UPSERT = frozenset({"Tasks", "Calls", "Notes"})


def fields_of(module: str, config: TwinConfig) -> dict[str, Field]:
    """The fields of a module in this account, by name."""
    own = [_text(name) for name in config.custom.get(module, ())]
    unique, missing = config.unique.get(module, ()), config.missing.get(module, ())
    everything = [*_MODULES[module], *(replace(field, custom=True) for field in own)]
    everything += [
        field for field in _COMMON if module != "Notes" or field.name not in {"Description", "Layout", "Tag"}
    ]
    found = {field.name: replace(field, unique=field.name in unique) for field in everything}
    if module == "Leads" and config.company_mandatory:
        found["Company"] = replace(found["Company"], mandatory=True)
    if module == "Deals":
        stages = tuple(dict.fromkeys(stage for stages in PIPELINES.values() for stage, _ in stages))
        pipelines = tuple(PIPELINES) if config.pipelines_on else ()
        found["Stage"] = replace(found["Stage"], values=stages)
        found["Pipeline"] = replace(found["Pipeline"], values=pipelines, mandatory=config.pipelines_on)
    return {name: field for name, field in found.items() if name not in missing}


def forecast(stage: str) -> str:
    """Open, Closed Won or Closed Lost."""
    return next((said for stages in PIPELINES.values() for name, said in stages if name == stage), "Open")
