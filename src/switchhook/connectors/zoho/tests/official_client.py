"""A round of Zoho's own client (zohocrmsdk8-0) against a twin: `official_client.py URL FOLDER`.

Run by an interpreter that has the client; prints what came of it as JSON. `FOLDER` is for the client's files.
"""

# mypy: ignore-errors
# ruff: noqa: ANN001, ANN003, ANN201, S608

import json
import sys
from datetime import datetime
from pathlib import Path

from zohocrmsdk.src.com.zoho.api.authenticator import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap, Initializer, ParameterMap
from zohocrmsdk.src.com.zoho.crm.api.coql import BodyWrapper as Query
from zohocrmsdk.src.com.zoho.crm.api.coql import CoqlOperations
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.modules import MinifiedModule
from zohocrmsdk.src.com.zoho.crm.api.notes import BodyWrapper as NoteBody
from zohocrmsdk.src.com.zoho.crm.api.notes import Note, NotesOperations, ParentId
from zohocrmsdk.src.com.zoho.crm.api.record import (
    BodyWrapper,
    Field,
    GetDeletedRecordsParam,
    GetRecordsParam,
    Record,
    RecordOperations,
    SearchRecordsParam,
)
from zohocrmsdk.src.com.zoho.crm.api.sdk_config import SDKConfig
from zohocrmsdk.src.com.zoho.crm.api.users import GetUsersParam, UsersOperations
from zohocrmsdk.src.com.zoho.crm.api.util import Choice

PHONE = "+380671234567"


def sign_in(url: str, folder: Path) -> None:
    environment = DataCenter.Environment(url, f"{url}/oauth/v2/token", url)
    token = OAuthToken(
        client_id="1000.TWINCLIENT", client_secret="twin-client-secret", refresh_token="1000.twin-refresh-token"
    )
    config = SDKConfig(auto_refresh_fields=True, pick_list_validation=False, connect_timeout=10, read_timeout=10)
    store = FileStore(str(folder / "tokens.txt"))
    Initializer.initialize(environment, token, store=store, sdk_config=config, resource_path=str(folder))


def params(**values) -> ParameterMap:
    found = ParameterMap()
    for param, value in values.values():
        found.add(param, value)
    return found


def first(answer):
    """The first item of an answer, as its class and what it says."""
    inner = answer.get_object()
    item = inner.get_data()[0] if hasattr(inner, "get_data") else inner
    said = {"status": answer.get_status_code(), "class": type(item).__name__}
    if hasattr(item, "get_code"):
        said["code"] = item.get_code().get_value()
    if hasattr(item, "get_details"):
        said["details"] = {name: str(value) for name, value in (item.get_details() or {}).items()}
    return said


def created(last_name):
    record = Record()
    if last_name:
        record.add_field_value(Field.Contacts.last_name(), last_name)
    record.add_field_value(Field.Contacts.phone(), PHONE)
    body = BodyWrapper()
    body.set_data([record])
    body.set_trigger(["workflow"])
    return RecordOperations("Contacts").create_records(body, HeaderMap())


def call_created(contact):
    record, who = Record(), Record()
    who.set_id(contact)
    record.add_field_value(Field.Calls.subject(), "A call")
    record.add_field_value(Field.Calls.call_type(), Choice("Inbound"))
    record.add_field_value(Field.Calls.call_start_time(), datetime(2026, 11, 20, 9, 30).astimezone())
    record.add_field_value(Field.Calls.call_duration(), "03:25")
    record.add_field_value(Field.Calls.who_id(), who)
    body = BodyWrapper()
    body.set_data([record])
    return RecordOperations("Calls").create_records(body, HeaderMap())


def note_created(contact):
    parent, module, note, body = ParentId(), MinifiedModule(), Note(), NoteBody()
    module.set_api_name("Contacts")
    parent.set_module(module)
    parent.set_id(contact)
    note.set_note_content("Noted")
    note.set_parent_id(parent)
    body.set_data([note])
    return NotesOperations().create_notes(body)


def updated(contact):
    record, body = Record(), BodyWrapper()
    record.add_field_value(Field.Contacts.last_name(), "Renamed")
    body.set_data([record])
    return RecordOperations("Contacts").update_record(contact, body, HeaderMap())


def queried():
    query = Query()
    query.set_select_query(f"select Last_Name, Phone from Contacts where Phone in ('{PHONE}') limit 0, 5")
    return CoqlOperations().get_records(query)


def round_trip() -> dict:
    contacts = RecordOperations("Contacts")
    made = first(created("Koval"))
    contact = int(made["details"]["id"])
    listed = contacts.get_records(
        params(
            fields=(GetRecordsParam.fields, "Last_Name,Phone,Owner"),
            order=(GetRecordsParam.sort_by, "Modified_Time"),
        ),
        HeaderMap(),
    )
    one = contacts.get_record(contact, ParameterMap(), HeaderMap()).get_object().get_data()[0]
    found = contacts.search_records(params(phone=(SearchRecordsParam.phone, PHONE)), HeaderMap())
    users = UsersOperations().get_users(params(type=(GetUsersParam.type, "ActiveUsers")), HeaderMap())
    row = queried().get_object().get_data()[0]
    changed = first(updated(contact))
    deleted = contacts.delete_record(contact, ParameterMap(), HeaderMap())
    return {
        "created": made,
        "listed": [item.get_key_value("Last_Name") for item in listed.get_object().get_data()],
        "more": listed.get_object().get_info().get_more_records(),
        "read": [one.get_key_value("Last_Name"), one.get_key_value("Owner").get_name(), str(one.get_created_time())],
        "found": found.get_status_code(),
        "users": [user.get_email() for user in users.get_object().get_users()],
        "queried": [row.get_key_value("Last_Name"), row.get_key_value("Phone")],
        "updated": changed,
        "deleted": first(deleted),
        "gone": contacts.get_deleted_records(params(type=(GetDeletedRecordsParam.type, "all")), HeaderMap())
        .get_object()
        .get_data()[0]
        .get_type(),
        "refused": first(created("")),
    }


def activities() -> dict:
    contact = int(first(created("Second"))["details"]["id"])
    return {"call": first(call_created(contact)), "note": first(note_created(contact))}


if __name__ == "__main__":
    sign_in(sys.argv[1], Path(sys.argv[2]))
    print(json.dumps({**round_trip(), **activities()}))  # noqa: T201
