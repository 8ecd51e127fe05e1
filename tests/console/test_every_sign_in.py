"""Each CRM with a sign-in page of its own, signed in to at its twin: away by a link, back with a code, connected."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from django.test import Client
from tests.factories import Desk

from switchhook.connections.accounts import open_crm
from switchhook.connections.models import AccessToken, Connection
from switchhook.connections.services import mark_broken
from switchhook.connectors.network import ALLOW_PRIVATE
from switchhook.connectors.registry import Manifest, manifests
from switchhook.connectors.testing.twin import run_in_thread

WITH_SIGN_IN = [about for about in manifests().values() if about.sign_in and about.twin]


@pytest.fixture(params=WITH_SIGN_IN, ids=lambda about: about.slug)
def about(request: pytest.FixtureRequest) -> Manifest:
    found: Manifest = request.param
    return found


class Account:
    """Somebody's account at the vendor, and the app that he has made there for the hub."""

    def __init__(self, about: Manifest, twin: Any, url: str) -> None:
        self.state, config = twin.app.state, twin.app.state.config
        known = {**twin.settings(url), "client_id": config.client_id, "client_secret": config.client_secret}
        shown = {item.name: item.default for item in about.fields if item.step == "connect"}
        asked = {name: known.get(name, shown[name]) for name in shown}
        self.form = {f"field_{name}": value for name, value in asked.items() if value is not None}
        self.form |= {"name": "Ours", "local": "keep", "how": "sign-in"}


@pytest.fixture
def account(about: Manifest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setenv(ALLOW_PRIVATE, "1")
    twin: Any = about.crm_twin()
    with run_in_thread(twin.app) as running:
        yield Account(about, twin, running.url)


def away_and_back(browser: Client, step: str) -> Any:
    """Follow the link to the vendor, where the administrator consents, and the redirect back."""
    link = browser.get(step).context["address"]
    consent = httpx2.get(link, follow_redirects=False, trust_env=False)
    back = urlsplit(consent.headers["location"])
    assert back.path == "/connections/signed-in"
    return browser.get(back.path, dict(parse_qsl(back.query)))


@pytest.fixture
def crm(desk: Desk, owner: Client, about: Manifest, account: Account) -> Connection:
    step = owner.post(f"/p/{desk.project.pk}/connections/new/{about.slug}", account.form)
    assert step.status_code == 302, step.content.decode()
    assert not Connection.objects.filter(connector=about.slug).exists()
    answer = away_and_back(owner, step.headers["Location"])
    assert "/set-up" in answer.headers["Location"], owner.get(answer.headers["Location"]).content.decode()
    return Connection.objects.select_related("project").get(connector=about.slug)


def test_it_is_connected_and_its_users_can_be_read(crm: Connection) -> None:
    assert open_crm(crm).users()


def test_all_workers_use_one_access_token(crm: Connection) -> None:
    open_crm(crm).check()
    before = AccessToken.objects.get(connection=crm).sealed
    open_crm(crm).users()
    assert AccessToken.objects.get(connection=crm).sealed == before


def test_a_revoked_account_is_signed_in_to_again(desk: Desk, owner: Client, crm: Connection, account: Account) -> None:
    before = crm.credentials["refresh_token"]
    mark_broken(crm, "invalid_grant")
    step = owner.post(f"/p/{desk.project.pk}/connections/{crm.pk}/credentials", {"how": "sign-in"})
    answer = away_and_back(owner, step.headers["Location"])
    assert answer.headers["Location"].endswith(f"/connections/{crm.pk}/#main")
    crm.refresh_from_db()
    assert (crm.state, crm.credentials["refresh_token"] == before) == ("active", False)
    assert open_crm(crm).users()
