"""Click-to-call in the API: who may, whose phone, what is told; browsers' tokens open nothing else."""

# ruff: noqa: F811

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.dialing.installed import dialing_twin, phones  # noqa: F401 - fixtures
from tests.dialing.phones import Phones
from tests.factories import CLIENT, make_user, open_desk

from switchhook.dialing.models import DialRequest, DialToken, Scheme, Way
from switchhook.dialing.placing import MOST_A_MINUTE
from switchhook.projects.models import Membership, Role

Sign = Callable[..., Client]
PATH = "/api/v1/click-to-call"


@pytest.fixture
def api(phones: Phones, sign: Sign) -> Client:
    return sign(phones.desk.project, Role.MANAGER)


@pytest.fixture
def browser(phones: Phones) -> Client:
    """A browser that Olena, the manager, has paired."""
    return paired(phones)


def paired(phones: Phones, role: Role = Role.MANAGER) -> Client:
    _, text = DialToken.issue(phones.desk.project, phones.desk.members[role], "Chromium")
    return Client(headers={"authorization": f"Bearer {text}"})


def post(client: Client, code: int = 202, /, headers: Any = None, **body: Any) -> Any:
    answer = client.post(PATH, {"number": "067 123 45 67", **body}, "application/json", headers=headers)
    assert answer.status_code == code, answer.content
    return answer.json()


def test_a_program_names_the_employee_and_follows_the_state(phones: Phones, api: Client) -> None:
    made = post(api, employee=phones.desk.olena.email)
    assert (made["state"], made["number"], made["employee"]["name"]) == ("checking", CLIENT, phones.desk.olena.name)
    phones.work()
    now = api.get(f"{PATH}/{made['id']}").json()
    assert (now["state"], now["via"], now["over"], now["call_id"]) == ("calling", "acme_olena", False, None)
    assert phones.asked() == [("acme_olena", "380671234567")]


def test_an_offline_phone_is_told_with_its_remedy(phones: Phones, api: Client) -> None:
    phones.control("configure", sip_online=[])
    made = post(api, employee=str(phones.desk.olena.pk))
    phones.work()
    now = api.get(f"{PATH}/{made['id']}").json()
    assert (now["state"], now["reason"], now["anyway"], now["others"]) == ("failed", "offline", True, ["+380501110001"])
    assert "acme_olena" in now["message"]
    assert now["remedy"]
    post(api, employee=str(phones.desk.olena.pk), via="+380501110001")
    phones.work()
    assert len(phones.asked()) == 1


def test_a_repeated_key_is_one_call(phones: Phones, api: Client) -> None:
    key = {"Idempotency-Key": "17"}
    ids = {post(api, employee=phones.desk.olena.email, headers=key)["id"] for _ in range(2)}
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"number": "112"}, "emergency"),
        ({"number": "Anna"}, "unreadable"),
        ({"employee": "nobody@example.com"}, "unknown_employee"),
        ({"via": "acme_piotr"}, "unknown_line"),
    ],
)
def test_a_refusal_has_code_and_sentence(phones: Phones, api: Client, body: Any, code: str) -> None:
    refused = post(api, 422, **{"employee": phones.desk.olena.email, **body})
    assert refused["code"] == code
    assert refused["detail"]


@pytest.mark.parametrize("body", [{}, {"employe": "typo"}, {"number": "1" * 61}])
def test_a_senseless_body_is_refused(api: Client, body: Any) -> None:
    assert post(api, 422, **body)["detail"]


def test_too_many_calls_are_told_when_to_come_again(phones: Phones, api: Client) -> None:
    for _ in range(MOST_A_MINUTE):
        post(api, employee=phones.desk.olena.email, anyway=True)
    answer = api.post(PATH, {"number": "0501112233", "employee": phones.desk.olena.email}, "application/json")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60


def test_a_viewers_token_calls_nobody(phones: Phones, sign: Sign) -> None:
    viewer = sign(phones.desk.project, Role.VIEWER)
    assert "viewer" in post(viewer, 403, employee=phones.desk.olena.email)["detail"]
    assert viewer.get("/api/v1/me").json()["may_call"] is False


def test_a_browser_rings_its_persons_phone_and_no_other(phones: Phones, browser: Client) -> None:
    made = post(browser)
    assert made["employee"]["name"] == phones.desk.olena.name
    assert DialRequest.objects.get().via == "extension"
    assert post(browser, 422, employee=phones.desk.piotr.email)["code"] == "not_yours"
    assert post(paired(phones, Role.OWNER), 422)["code"] == "no_employee"


def test_a_browser_sees_its_persons_calls_only(phones: Phones, browser: Client, api: Client) -> None:
    theirs = post(api, employee=phones.desk.piotr.email)
    assert browser.get(f"{PATH}/{theirs['id']}").status_code == 404


@pytest.mark.parametrize("path", ["calls", "contacts", "connections", "events", "deliveries", "tasks"])
def test_a_browsers_token_opens_nothing_else(browser: Client, path: str) -> None:
    assert browser.get(f"/api/v1/{path}").status_code == 401


def test_a_browsers_token_ends_with_its_persons_rights(phones: Phones, browser: Client) -> None:
    assert browser.get("/api/v1/me").status_code == 200
    Membership.objects.filter(user=phones.desk.members[Role.MANAGER]).update(role=Role.VIEWER)
    assert browser.get("/api/v1/me").status_code == 401
    Membership.objects.update(role=Role.OWNER)
    DialToken.objects.update(revoked_at=timezone.now())
    assert browser.get("/api/v1/me").status_code == 401


def test_it_is_told_whom_a_token_speaks_for(phones: Phones, browser: Client) -> None:
    from switchhook.dialing.models import DialDefaults

    DialDefaults.objects.create(project=phones.desk.project, way=Way.LINK, scheme=Scheme.SIP)
    me = browser.get("/api/v1/me").json()
    assert me["project"] == {"id": str(phones.desk.project.pk), "name": "Acme", "country": "UA"}
    assert (me["employee"]["name"], me["user"], me["may_call"]) == (phones.desk.olena.name, "The manager", True)
    assert (me["way"], me["scheme"]) == ("link", "sip")


def test_who_a_number_is_comes_from_the_own_project(phones: Phones, browser: Client) -> None:
    open_desk("Other").known("+380501112233", "Theirs")
    phones.desk.known()
    assert browser.get("/api/v1/lookup?phone=0671234567").json()["name"] == "Anna Kovalenko"
    assert browser.get("/api/v1/lookup?phone=0501112233").json()["known"] is False
    assert browser.get("/api/v1/lookup?phone=Anna").status_code == 422


def test_a_paired_browser_of_an_ex_member_is_refused(phones: Phones) -> None:
    _, text = DialToken.issue(phones.desk.project, make_user(), "x")
    assert Client(headers={"authorization": f"Bearer {text}"}).get("/api/v1/me").status_code == 401
