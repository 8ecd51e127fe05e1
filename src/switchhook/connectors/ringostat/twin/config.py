"""The project that the twin pretends to be."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinEmployee:
    """An employee: SIP logins and mobile (FMC) numbers in international digits, either may be empty."""

    name: str
    email: str
    staff_id: int
    sip: tuple[str, ...] = ()
    fmc: tuple[str, ...] = ()
    extension: str = ""
    departments: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """An employee from a JSON object. Raises TypeError on an unknown or missing name."""
        lists = {name: _texts(value[name]) for name in ("sip", "fmc", "departments") if name in value}
        return cls(**{**value, **lists})

    @property
    def direction(self) -> str:
        """Where calls to the employee go first: a SIP login, else a mobile number, else nowhere (empty)."""
        return next(iter((*self.sip, *self.fmc)), "")

    @property
    def sip_display(self) -> str:
        """How the PBX shows the employee as a caller: `"login" <login>`."""
        return f'"{self.direction}" <{self.direction}>'

    def is_called(self, name: str) -> bool:
        """Whether `name` is the employee's login, number, extension, e-mail, staff id or name, in any case."""
        wanted = name.strip().lower()
        plain = {self.name, self.email, self.extension, str(self.staff_id), *self.sip, *self.fmc}
        return wanted.lstrip("+") in {text.lower().lstrip("+") for text in plain if text}


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value or ())


def _demo_employee(staff_id: int, name: str, department: str, sip: str = "", fmc: str = "") -> TwinEmployee:
    login = (sip or "acme_taras").removeprefix("acme_")
    return TwinEmployee(
        name=name,
        email=f"{login}@example.com",
        staff_id=staff_id,
        sip=(sip,) if sip else (),
        fmc=(fmc,) if fmc else (),
        extension=str(staff_id - 331750),
        departments=(department,),
    )


DEMO_EMPLOYEES = (
    _demo_employee(331851, "Коваленко Олена", "Sales", sip="acme_olena"),
    _demo_employee(331852, "Nowak Piotr", "Sales", sip="acme_piotr", fmc="380501110002"),
    _demo_employee(331853, "Шевченко Ірина", "Sales", sip="acme_iryna"),
    _demo_employee(331854, "Бондар Андрій", "Management", sip="acme_andrii"),
    _demo_employee(331855, "Мельник Тарас", "Field", fmc="380501110005"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinConfig:
    """Everything that can be set, by constructor and by `POST /__twin__/configure`.

    `employees` come in the order of the routing scheme. `webhook_url` gets the events, `forward_url` is the webhook
    number; None: none. `public_url` is where recordings are linked to (None: where the play was asked).
    `forward_submit` is `json` or `http` (query), `forward_import` the same for the answer. `refused_fields` are export
    fields this project does not know, answered with `field_error_status`. `callbacks_play`: whether a call started by
    the API is played, in real time: the employee picks up after `callback_ring` seconds, the call ends after
    `callback_talk` more, with `callback_disposition`.
    """

    project_id: str = "11111"
    auth_key: str = "twin-auth-key"
    time_zone: str = "Europe/Kyiv"
    employees: tuple[TwinEmployee, ...] = DEMO_EMPLOYEES
    numbers: tuple[str, ...] = ("380441230001", "380441230002")
    node: str = "ua9"
    webhook_url: str | None = None
    webhook_timeout: float = 30.0
    forward_url: str | None = None
    forward_timeout: float = 30.0
    forward_method: str = "POST"
    forward_submit: str = "json"
    forward_import: str = "json"
    forward_field: str = "dst_phone"
    public_url: str | None = None
    recording_seconds: float = 2.0
    field_error_status: int = 400
    refused_fields: tuple[str, ...] = ()
    sip_online: tuple[str, ...] | None = None
    strict_extension: bool = True
    callbacks_play: bool = True
    callback_ring: float = 0.0
    callback_talk: float = 0.0
    callback_disposition: str = "PROPER"

    @property
    def zone(self) -> ZoneInfo:
        """The project's time zone."""
        return ZoneInfo(self.time_zone)

    def changed(self, changes: Mapping[str, Any]) -> Self:
        """The same configuration with some names set from JSON values. Raises TypeError or ValueError on bad ones."""
        values = dict(changes)
        if "employees" in values:
            values["employees"] = tuple(TwinEmployee.from_json(item) for item in values["employees"])
        for name in ("numbers", "refused_fields", "sip_online"):
            if values.get(name) is not None:
                values[name] = _texts(values[name])
        config = replace(self, **values)
        config.validate()
        return config

    def validate(self) -> None:
        """Raises ValueError (or ZoneInfoNotFoundError, a KeyError) when the project could not exist."""
        if not self.numbers:
            raise ValueError("a project has at least one number")
        if self.forward_submit not in {"json", "http"} or self.forward_import not in {"json", "http"}:
            raise ValueError("forward_submit and forward_import are json or http")
        ZoneInfo(self.time_zone)

    def employee(self, name: str) -> TwinEmployee | None:
        """The employee so called (see `TwinEmployee.is_called`)."""
        return next((employee for employee in self.employees if employee.is_called(name)), None)

    @property
    def online(self) -> tuple[str, ...]:
        """SIP logins registered now: `sip_online`, or all of them when that is not set."""
        if self.sip_online is not None:
            return self.sip_online
        return tuple(login for employee in self.employees for login in employee.sip)

    def as_json(self) -> dict[str, Any]:
        """All values, the key included: a twin has no real secrets."""
        return asdict(self)

    @classmethod
    def names(cls) -> list[str]:
        """What can be configured."""
        return [field.name for field in fields(cls)]
