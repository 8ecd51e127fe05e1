import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.factories import PASSWORD, Desk, fill, open_desk

from switchhook.projects.models import Role

POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"
"""As strict as the server's own; kept here because the test server has no guards in front of it."""

CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or "/usr/bin/chromium"
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Playwright runs its own event loop in this thread, which Django would take for an asynchronous caller.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


# Closed after each module: while it is open, Playwright keeps an event loop running in the thread of the tests.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A project in a running server, and the ways in."""

    browser: Browser
    root: str
    desk: Desk
    rows: dict[str, Any]
    complaints: list[str]

    def address(self, path: str) -> str:
        return f"{self.root}/p/{self.desk.project.pk}/{path}"

    def open(self, role: Role = Role.OWNER, **options: Any) -> Page:
        """A signed-in page of its own browser context; what it logs as an error is collected in `complaints`."""
        context = self.browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        self._strict(context)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if role in self.desk.members:
            self._sign_in(page, role)
        return page

    def anonymous(self, **options: Any) -> Page:
        """A page of somebody who has not signed in."""
        context = self.browser.new_context(**options)
        self._strict(context)
        return context.new_page()

    def _strict(self, context: BrowserContext) -> None:
        def with_policy(route: Any) -> None:
            if route.request.resource_type != "document":
                route.continue_()
                return
            answer = route.fetch(max_redirects=0)
            route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": POLICY})

        context.route(lambda url: url.startswith(self.root) and "/static/" not in url, with_policy)

    def _sign_in(self, page: Page, role: Role) -> None:
        from django.conf import settings
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.contrib.sessions.backends.db import SessionStore

        user = self.desk.members[role]
        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session.create()
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key), "url": self.root}]
        )


@pytest.fixture
def visit(live_server: Any, chromium: Browser) -> Iterator[Visit]:
    desk = open_desk()
    desk.members[Role.OWNER].set_password(PASSWORD)
    desk.members[Role.OWNER].save()
    made = Visit(chromium, live_server.url, desk, fill(desk), [])
    yield made
    for context in chromium.contexts:
        context.unroute_all(behavior="ignoreErrors")
        context.close()
