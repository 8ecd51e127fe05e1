"""Accounts at a twin."""

from typing import Any
from zoneinfo import ZoneInfo

from switchhook.connectors.base import Account
from switchhook.connectors.nethunt.twin import PREFIX, TwinConfig, settings_for

PHONE = "+380671234567"
OTHER_PHONE = "+380509876543"
WITHOUT_MARKS = {
    "contact_mark": "", "contact_notes": "", "company_mark": "", "deal_mark": "", "deal_notes": "",
}  # fmt: skip


def account_at(url: str, config: TwinConfig, **settings: Any) -> Account:
    """The account of the twin's key, with every folder and field set; `settings` change that."""
    return Account(
        credentials={"email": config.email, "api_key": config.api_key},
        settings={"base_url": url + PREFIX, **settings_for(config), **settings},
        country="UA",
        zone=ZoneInfo("Europe/Kyiv"),
    )
