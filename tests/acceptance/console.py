"""A person at the pages: signs in, and sends forms."""

import re
from typing import Any, Self

import httpx2 as httpx
from tests.demo_hub import DemoHub


class Console:
    """The demo's owner, signed in."""

    def __init__(self, hub: DemoHub) -> None:
        self._project: int = hub.process.line["project"]
        self._client = httpx.Client(base_url=hub.url, timeout=60, follow_redirects=True, trust_env=False)
        entrance = "/accounts/login/"
        line = hub.process.line
        answer = self._send(entrance, entrance, {"login": line["email"], "password": line["password"]})
        assert answer.url.path == f"/p/{self._project}/", answer.text

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def page(self, path: str) -> str:
        """A page of the project."""
        answer = self._client.get(f"/p/{self._project}/{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, page: str, to: str, fields: dict[str, Any]) -> str:
        """Fill in a form found on `page`; the page that follows."""
        root = f"/p/{self._project}/"
        return self._send(root + page, root + to, fields).text

    def _send(self, page: str, to: str, fields: dict[str, Any]) -> httpx.Response:
        form = self._client.get(page)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        assert token, form.text
        answer = self._client.post(
            to, data={**fields, "csrfmiddlewaretoken": token[1]}, headers={"referer": str(form.url)}
        )
        assert answer.status_code == 200, f"{to}: {answer.status_code} {answer.text[:2000]}"
        return answer
