"""The Smart Phone panel in a narrow window."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from tests.browser.conftest import Visit

from switchhook.projects.models import Role


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_fits_a_narrow_window_and_is_accessible(visit: Visit, scheme: str) -> None:
    desk = visit.desk
    desk.olena.user = desk.members[Role.OWNER]
    desk.olena.save()
    page = visit.open(viewport={"width": 340, "height": 720}, color_scheme=scheme)
    page.goto(visit.address("panel/"))
    expect(page.locator(".popup")).to_contain_text("Anna Kovalenko")
    expect(page.locator("#panel-list")).to_contain_text("Anna Kovalenko")
    assert page.evaluate("document.documentElement.scrollWidth") == 340
    found = Axe().run(page)
    assert [one["id"] for one in found.response["violations"]] == []
    page.get_by_role("link", name="Contacts").click()
    page.wait_for_load_state("load")
    page.get_by_role("searchbox").press_sequentially("kov")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#panel-list .line")).to_contain_text("+380 67 123 4567")
