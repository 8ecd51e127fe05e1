"""Each CRM that is installed, connected to its twin by the console's own pages: forms, users, fields, pipelines."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from tests.factories import Desk

from switchhook.connections.models import Connection
from switchhook.connections.services import add
from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.registry import Manifest, manifests
from switchhook.connectors.testing.twin import run_in_thread

CRMS = [about for about in manifests().values() if about.role == "crm" and about.twin]
PEOPLE = [("Olena Kovalenko", "acme_olena@example.com"), ("Piotr Nowak", "acme_piotr@example.com")]
HTMX = {"HX-Request": "true"}


@pytest.fixture(params=CRMS, ids=lambda about: about.slug)
def about(request: pytest.FixtureRequest) -> Manifest:
    found: Manifest = request.param
    return found


@pytest.fixture
def form(about: Manifest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What somebody types who has an account at the twin."""
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    twin = about.crm_twin()
    twin.hire(PEOPLE)
    with run_in_thread(twin.app) as running:
        known = {**twin.credentials(running.url), **twin.settings(running.url)}
        shown = {item.name: item.default for item in about.fields if item.step == "connect"}
        asked = {f"field_{name}": value for name, value in {**shown, **known}.items() if value is not None}
        yield {"name": "Ours", "local": "keep", **asked}


@pytest.fixture
def crm(desk: Desk, owner: Client, about: Manifest, form: dict[str, Any]) -> Connection:
    answer = owner.post(f"/p/{desk.project.pk}/connections/new/{about.slug}", form)
    assert answer.status_code == 302, answer.content.decode()
    made = Connection.objects.get(connector=about.slug)
    made.settings = {
        **made.settings,
        **{name.removeprefix("field_"): value for name, value in form.items() if "_" in name},
    }
    return made


def test_it_is_connected_by_its_form_and_no_secret_is_shown(
    desk: Desk, owner: Client, about: Manifest, crm: Connection
) -> None:
    html = owner.get(f"/p/{desk.project.pk}/connections/{crm.pk}/").content.decode()
    secrets = {crm.credentials.get(item.name) for item in about.fields if item.secret} - {None, ""}
    assert secrets
    assert [secret for secret in secrets if str(secret) in html] == []


def test_wrong_credentials_are_refused_with_a_sentence(
    desk: Desk, owner: Client, about: Manifest, form: dict[str, Any]
) -> None:
    secret = {item.name for item in about.fields if item.secret}
    wrong = {name: "wrong-one" if name.removeprefix("field_") in secret else value for name, value in form.items()}
    answer = owner.post(f"/p/{desk.project.pk}/connections/new/{about.slug}", wrong)
    assert answer.status_code == 422
    assert "field__error" in (html := answer.content.decode()) or "note--bad" in html
    assert not Connection.objects.filter(connector=about.slug).exists()


@pytest.mark.parametrize("page", ["set-up", "people", "fields"])
def test_what_it_offers_is_read(desk: Desk, owner: Client, about: Manifest, crm: Connection, page: str) -> None:
    Connection.objects.filter(pk=crm.pk).update(settings=crm.settings)
    html = owner.get(f"/p/{desk.project.pk}/connections/{crm.pk}/{page}", headers=HTMX).content.decode()
    assert "cannot be read now" not in html
    assert page != "people" or "Olena Kovalenko" in html


def test_its_settings_are_saved_as_its_form_shows_them(
    desk: Desk, owner: Client, about: Manifest, crm: Connection
) -> None:
    Connection.objects.filter(pk=crm.pk).update(settings=crm.settings)
    address = f"/p/{desk.project.pk}/connections/{crm.pk}/set-up"
    form = owner.get(address, {"load": "1"}).context["form"]
    typed: dict[str, Any] = {}
    for bound in form:
        shown = bound.value()
        if shown not in (None, False, []):
            typed[bound.html_name] = shown
    answer = owner.post(address, typed)
    assert answer.status_code == 302, answer.content.decode()
    kept = Connection.objects.get(pk=crm.pk).settings
    assert {name: kept.get(name) for name in crm.settings} == crm.settings


def test_an_account_whose_plain_fields_were_sealed_too_can_be_set_up(
    desk: Desk, owner: Client, about: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As programs connect it: everything that proves who one is among the credentials."""
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    twin = about.crm_twin()
    with run_in_thread(twin.app) as running:
        crm = add(
            desk.project, about.slug, credentials=dict(twin.credentials(running.url)), **twin.settings(running.url)
        )
        address = f"/p/{desk.project.pk}/connections/{crm.pk}/set-up"
        form = owner.get(address, {"load": "1"}).context["form"]
        typed = {bound.html_name: shown for bound in form if (shown := bound.value()) not in (None, False, [])}
        assert owner.post(address, typed).status_code == 302
