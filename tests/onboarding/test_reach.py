"""The hub asks itself: each way in which its public address can fail is told apart."""

import httpx2
import pytest

from switchhook.core.errors import Misconfigured, Unreachable
from switchhook.onboarding.reach import PATH, Outcome, answer, try_address


def echo(url: str) -> str:
    return answer(url.rpartition(PATH)[2])


def failing(error: Exception):  # type: ignore[no-untyped-def]  # noqa: ANN201
    def fetch(_url: str) -> str:
        raise error

    return fetch


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("https://hub.example.com", Outcome.REACHED),
        ("http://hub.example.com", Outcome.PLAIN),
        ("http://127.0.0.1:8000", Outcome.LOOPBACK),
        ("http://[::1]:8000", Outcome.LOOPBACK),
        ("http://localhost:8000", Outcome.LOOPBACK),
    ],
)
def test_an_address_that_leads_here_is_told_by_its_kind(url: str, outcome: Outcome) -> None:
    assert try_address(url, echo)[0] is outcome


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Misconfigured("lies in a private network"), Outcome.PRIVATE),
        (Unreachable("cannot be found"), Outcome.UNKNOWN_HOST),
        (httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired"), Outcome.CERTIFICATE),
        (httpx2.ConnectError("connection refused"), Outcome.NO_ANSWER),
        (httpx2.ReadTimeout("timed out"), Outcome.NO_ANSWER),
    ],
)
def test_a_failure_is_told_apart(error: Exception, outcome: Outcome) -> None:
    found, _detail = try_address("https://hub.example.com", failing(error))
    assert (found, found.works) == (outcome, False)


def test_another_server_at_the_address_is_noticed() -> None:
    assert try_address("https://hub.example.com", lambda _url: "<html>Welcome</html>") == (
        Outcome.ANOTHER,
        "hub.example.com",
    )


def test_a_private_address_is_not_even_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SWITCHHOOK_ALLOW_PRIVATE", raising=False)
    assert try_address("http://10.1.2.3")[0] is Outcome.PRIVATE
