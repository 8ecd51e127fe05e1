"""The built-in CRM over the API: shapes, lists, rights, and what a stranger gets."""

from typing import Any

import pytest
from django.test import Client
from tests.crm.office import PHONE, Office

from switchhook.core.records import Kind
from switchhook.projects.models import ApiToken, Role

PATHS = ["contacts", "companies", "leads", "deals", "orders", "tasks", "comments"]


class Api:
    """A program with a token."""

    def __init__(self, office: Office, role: Role = Role.MANAGER) -> None:
        _, token = ApiToken.issue(office.project, "test", role)
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path: str, expect: int = 200, **query: Any) -> Any:
        return self._answer(self.client.get(f"/api/v1/{path}", query), expect)

    def post(self, path: str, body: Any, expect: int = 201) -> Any:
        return self._answer(self.client.post(f"/api/v1/{path}", body, content_type="application/json"), expect)

    def patch(self, path: str, body: Any, expect: int = 200) -> Any:
        return self._answer(self.client.patch(f"/api/v1/{path}", body, content_type="application/json"), expect)

    @staticmethod
    def _answer(response: Any, expect: int) -> Any:
        assert response.status_code == expect, response.content
        return response.json()


@pytest.fixture
def api(office: Office) -> Api:
    return Api(office)


def ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


def refused_fields(answer: dict[str, Any]) -> set[str]:
    return {item["loc"][-1] for item in answer["detail"]}


def test_a_contact_is_made_read_and_changed(api: Api, office: Office) -> None:
    body = {"name": "Ivan", "phones": ["067 123 45 67"], "owner": office.anna.email, "utm": {"utm_source": "google"}}
    made = api.post("contacts", body)
    assert made["phones"] == [PHONE]
    assert made["owner"] == {"id": str(office.anna.pk), "email": office.anna.email, "name": "Anna"}
    api.patch(f"contacts/{made['id']}", {"name": "Ivan Petrenko", "utm": {"utm_medium": "cpc"}})
    read = api.get(f"contacts/{made['id']}")
    assert read["name"] == "Ivan Petrenko"
    assert read["utm"] == {"utm_source": "google", "utm_medium": "cpc"}
    assert read["phones"] == [PHONE]


def test_a_contact_links_to_its_leads_and_deals(api: Api, office: Office) -> None:
    contact = office.contact()
    lead, deal = office.lead(contact), office.deal(contact)
    links = {(link["kind"], link["id"]): link["url"] for link in api.get(f"contacts/{contact.id}")["links"]}
    assert links == {(r.kind.value, r.id): r.url for r in (contact, lead, deal)}


def test_a_lead_is_shown_with_its_parties_and_status(api: Api, office: Office) -> None:
    contact = office.contact()
    made = api.post("leads", {"title": "Call", "contact_id": contact.id})
    assert (made["status"], made["contact_id"], made["company_id"], made["deal_id"]) == ("open", contact.id, None, None)
    lost = api.patch(f"leads/{made['id']}", {"status": "lost"})
    assert lost["status"] == "lost"
    assert lost["closed_at"]


def test_a_lead_becomes_a_deal_in_the_named_stage(api: Api, office: Office) -> None:
    lead = office.lead()
    deal = api.post(f"leads/{lead.id}/convert", {"stage": "in progress"}, expect=200)
    assert (deal["pipeline"], deal["stage"], deal["status"]) == ("Sales", "In progress", "open")
    assert api.get(f"leads/{lead.id}")["deal_id"] == deal["id"]
    assert api.get(f"leads/{lead.id}")["status"] == "converted"


def test_a_deal_has_an_amount_and_moves_by_name(api: Api, office: Office) -> None:
    made = api.post("deals", {"title": "Roof", "amount": "1200.50", "currency": "UAH"})
    assert (made["amount"], made["currency"], made["stage"]) == ("1200.50", "UAH", "New")
    assert api.patch(f"deals/{made['id']}", {"stage": "Won"})["status"] == "won"


def test_a_task_names_its_assignee_and_links(api: Api, office: Office) -> None:
    contact = office.contact()
    body = {
        "subject": "Call back",
        "assignee": str(office.boris.pk),
        "due_at": "2026-11-21T12:00:00Z",
        "links": [{"kind": "contact", "id": contact.id}],
        "call_id": "77",
    }
    made = api.post("tasks", body)
    assert made["assignee"] == {"id": str(office.boris.pk), "email": office.boris.email, "name": "Boris"}
    assert made["links"] == [{"kind": "contact", "id": contact.id}]
    assert (made["done"], made["kind"], made["recording_url"], made["call_id"]) == (False, "task", None, "77")
    assert ids(api.get("tasks", call_id="77")) == [made["id"]]
    assert ids(api.get("tasks", contact_id=contact.id, status="open", owner=office.boris.email)) == [made["id"]]
    assert api.get("tasks", call_id="78")["items"] == []


def test_an_order_and_a_comment_are_made(api: Api, office: Office) -> None:
    contact = office.contact()
    order = api.post("orders", {"title": "Tiles", "number": "A-17", "contact_id": contact.id, "amount": 90})
    assert order["amount"] == "90.00"
    comment = api.post("comments", {"text": "Asked for tiles", "links": [{"kind": "order", "id": order["id"]}]})
    assert comment["links"] == [{"kind": "order", "id": order["id"]}]
    assert "number" in api.post("orders", {"title": "Again", "number": "A-17"}, expect=422)["detail"][0]["msg"]


@pytest.mark.parametrize("spelling", ["+38-067-123-4567", "380671234567", "0671234567", "4567"])
@pytest.mark.parametrize("path", ["contacts", "leads", "deals"])
def test_lists_are_filtered_by_a_number_in_any_spelling(api: Api, office: Office, path: str, spelling: str) -> None:
    contact = office.contact()
    made = {"contacts": contact, "leads": office.lead(contact), "deals": office.deal(contact)}[path]
    other = office.contact("Somebody else", "+380509876543")
    office.lead(other)
    office.deal(other)
    assert ids(api.get(path, phone=spelling)) == [made.id]


def test_a_list_is_read_page_by_page_without_gaps_or_repeats(api: Api, office: Office) -> None:
    made = [office.contact(f"Client {number}").id for number in range(7)]
    read: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get("contacts", limit=3, cursor=cursor)
        read += ids(page)
        cursor = page["next"]
    assert read == made[::-1]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("contacts", {"name": "Ivan", "phones": ["call me"]}, "phones"),
        ("contacts", {"name": "Ivan", "owner": "nobody@example.com"}, "owner"),
        ("contacts", {"name": ""}, "name"),
        ("contacts", {"name": "Ivan", "nmae": "Petro"}, "nmae"),
        ("leads", {"title": "Nobody's"}, "contact_id"),
        ("leads", {"title": "Theirs", "contact_id": "999999"}, "contact_id"),
        ("deals", {"title": "Lost", "pipeline": "No such"}, "pipeline"),
        ("deals", {"title": "Lost", "stage": "No such"}, "stage"),
        ("tasks", {"subject": "About nothing", "links": [{"kind": "unicorn", "id": "1"}]}, "links"),
        ("tasks", {"subject": "About nothing", "links": [{"kind": "lead", "id": "999999"}]}, "links"),
    ],
)
def test_what_the_rules_refuse_is_named_by_field(api: Api, path: str, body: dict[str, Any], field: str) -> None:
    answer = api.post(path, body, expect=422)
    assert refused_fields(answer) == {field}
    assert all(item["msg"] for item in answer["detail"])


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"status": "half-open"}, {"call_id": "1"}, {"limit": 0}, {"status": "\0"}]
)
def test_a_parameter_that_means_nothing_is_refused(api: Api, query: dict[str, Any]) -> None:
    assert refused_fields(api.get("leads", expect=422, **query)) == set(query)


@pytest.mark.parametrize("text", ["\x00", "'; DROP TABLE crm_contact; --", "<script>alert(1)</script>", "🙂" * 60])
def test_hostile_text_is_kept_as_text(api: Api, text: str) -> None:
    body = {"name": f"A{text}", "source": text, "utm": {text: text}, "custom": {text: text}}
    made = api.post("contacts", body)
    assert made["name"] == f"A{text}".replace("\0", "")
    assert ids(api.get("contacts", q=f"A{text}")) in ([made["id"]], [])


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("record_id", ["999999", "0", "-1", "abc", "9" * 40])
def test_a_record_that_is_not_there_is_not_found(api: Api, path: str, record_id: str) -> None:
    api.get(f"{path}/{record_id}", expect=404)
    api.patch(f"{path}/{record_id}", {}, expect=404)


def one_of_each(office: Office) -> dict[str, str]:
    contact = office.contact()
    made = {"contacts": contact, "leads": office.lead(contact), "deals": office.deal(contact)}
    made |= {"companies": office.make(Kind.COMPANY, name="Firm"), "orders": office.make(Kind.ORDER, title="O")}
    made |= {"tasks": office.make(Kind.TASK, subject="T"), "comments": office.make(Kind.COMMENT, text="C")}
    return {path: record.id for path, record in made.items()}


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_neither_sees_nor_changes_our_records(office: Office, stranger: Office, path: str) -> None:
    ours = one_of_each(office)[path]
    theirs = Api(stranger, Role.OWNER)
    assert theirs.get(path)["items"] == []
    theirs.get(f"{path}/{ours}", expect=404)
    theirs.patch(f"{path}/{ours}", {}, expect=404)


def test_a_stranger_cannot_tie_his_records_to_ours(office: Office, stranger: Office) -> None:
    contact, lead = office.contact(), office.lead()
    theirs = Api(stranger, Role.OWNER)
    assert refused_fields(theirs.post("leads", {"title": "L", "contact_id": contact.id}, expect=422)) == {"contact_id"}
    body = {"subject": "T", "links": [{"kind": "lead", "id": lead.id}]}
    assert refused_fields(theirs.post("tasks", body, expect=422)) == {"links"}
    body = {"name": "C", "owner": str(office.anna.pk)}
    assert refused_fields(theirs.post("contacts", body, expect=422)) == {"owner"}
    theirs.post(f"leads/{lead.id}/convert", {}, expect=404)
    assert theirs.get("leads", phone=PHONE)["items"] == []


def test_a_viewer_reads_but_does_not_write(office: Office) -> None:
    lead = office.lead()
    viewer = Api(office, Role.VIEWER)
    assert ids(viewer.get("leads")) == [lead.id]
    viewer.post("contacts", {"name": "Ivan"}, expect=403)
    viewer.patch(f"leads/{lead.id}", {"status": "lost"}, expect=403)
    viewer.post(f"leads/{lead.id}/convert", {}, expect=403)


@pytest.mark.parametrize("path", PATHS)
def test_nobody_without_a_token_reads_anything(db: None, path: str) -> None:
    assert Client().get(f"/api/v1/{path}").status_code == 401
