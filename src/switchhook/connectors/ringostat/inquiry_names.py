"""What the parameters of forms and dialogues are called.

The vendor publishes no name of any of them, and a form has whatever fields its site has. So the left side is the hub's
own vocabulary, the right side what such fields are often called; the connection's name map says the rest.
"""

from .names import UTM, UTM_STAND_INS, WRAPPERS, Vocabulary

_NUMBER_VARIABLES = ("E164", "userfield", "caller", "caller_number")
"""Variables by which calls name the client; a name map made for calls may point to them."""

_ANYBODY: dict[str, tuple[str, ...]] = {
    "event": ("event_name", "event_type"),
    "test": ("is_test", "test_webhook"),
    "calldate": ("date", "datetime", "call_date", "created_at"),
    "calldate_timestamp_micros": ("timestamp", "call_timestamp", "call_date_microsecond"),
    "client_phone": (
        "phone", "phone_number", "tel", "tel_number", "telephone", "mobile", "contact_phone", "your_phone",
        "visitor_phone", "number_e164", "client_number", "callerId", *_NUMBER_VARIABLES,
    ),
    "client_name": ("name", "fio", "full_name", "user_name", "visitor_name", "contact_name", "your_name"),
    "first_name": (),
    "last_name": ("surname",),
    "client_email": ("email", "e_mail", "mail", "contact_email", "visitor_email", "your_email"),
    "client_id": ("google_client_id", "ga_client_id"),
    "project_id": (),
    "remote_ip": ("ip",),
    "landing": ("landing_page",),
    "refferrer": ("referrer", "referer", "refferer"),
    **dict.fromkeys((*UTM, *UTM_STAND_INS), ()),
}  # fmt: skip

_FORM: dict[str, tuple[str, ...]] = {
    "form_id": (),
    "form_name": ("form_title",),
    "submission_id": ("form_submission_id", "request_id"),
    "page": ("page_url", "page_link", "form_page", "form_url", "url"),
}

_DIALOGUE: dict[str, tuple[str, ...]] = {
    "dialogue_id": ("dialog_id", "chat_id", "conversation_id"),
    "messenger": ("messenger_type", "messenger_name", "channel", "channel_type", "chat_type", "bot_type"),
    "messenger_client_id": ("messenger_user_id", "client_messenger_id", "chat_client_id"),
    "dialogue_link": ("dialog_link", "dialogue_url", "dialog_url", "chat_link", "chat_url", "link", "url"),
    "text": (
        "message", "messages", "last_message", "message_text", "transcript", "dialogue_text", "dialog_text",
        "chat_text", "comment",
    ),
    "released": ("sent_to_crm", "send_to_crm", "is_sent_to_crm", "client_data_sent", "data_sent_to_crm"),
    "connected_with": ("target_number", "sip", "sip_account"),
    "extension_number": ("employee_extension", "employee_estension", "extension"),
    "employee_fio": ("employee", "employee_name", "manager", "manager_name", "operator", "operator_name"),
    "employee_number": ("employee_id", "staffid", "staff_id", "operator_id"),
    "employee_email": ("manager_email", "manager_id", "operator_email"),
    "department": (),
}  # fmt: skip

_AROUND = (*WRAPPERS, "client", "contact", "visitor", "visit", "utm")

FORMS = Vocabulary(
    _ANYBODY | _FORM,
    (*_AROUND, "fields", "form", "form_data", "form_fields", "additional_form_data"),
    targets=_NUMBER_VARIABLES,
)
DIALOGUES = Vocabulary(
    _ANYBODY | _DIALOGUE,
    (*_AROUND, "dialogue", "dialog", "chat", "employee", "manager", "additional_dialogue_data"),
    targets=_NUMBER_VARIABLES,
)
