import json
from collections.abc import Mapping

import pytest

from switchhook.doctor import Finding, examine_database, examine_environment

from .conftest import Hub


@pytest.fixture
def environment(new_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("SWITCHHOOK_DATA", str(new_hub.data))
    return monkeypatch


def findings() -> Mapping[str, Finding]:
    return {finding.subject: finding for finding in examine_environment()}


@pytest.mark.parametrize(
    ("url", "ok"),
    [
        ("", True),
        ("http://127.0.0.1:8000", True),
        ("https://new_hub.example.com", True),
        ("http://new_hub.example.com", False),
        ("new_hub.example.com", False),
        ("ftp://new_hub.example.com", False),
    ],
)
def test_an_address_that_others_cannot_use_safely_is_found(environment: pytest.MonkeyPatch, url: str, ok: bool) -> None:
    environment.setenv("PUBLIC_URL", url)
    assert findings()["PUBLIC_URL"].ok is ok


def test_a_database_that_does_not_answer_is_found(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=1")
    found = examine_database()
    assert [(finding.subject, finding.ok) for finding in found] == [("database", False)]
    assert "DATABASE_URL" in found[0].remedy


def test_a_secret_key_that_others_may_read_is_found(new_hub: Hub, environment: pytest.MonkeyPatch) -> None:
    new_hub.data.mkdir()
    (new_hub.data / "secret.key").write_text("x" * 40)
    (new_hub.data / "secret.key").chmod(0o644)
    assert "chmod 600" in findings()["secret key"].remedy


def test_a_short_secret_key_is_found(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SWITCHHOOK_SECRET_KEY", "short")
    assert not findings()["secret key"].ok


def test_findings_are_printed_for_people(new_hub: Hub) -> None:
    new_hub.environment["PUBLIC_URL"] = "http://new_hub.example.com"
    done = new_hub.run("doctor")
    assert done.returncode == 1
    assert "FAIL PUBLIC_URL: http://new_hub.example.com\n       Set PUBLIC_URL" in done.stdout
    assert "Run `switchhook migrate`." in done.stdout


def test_findings_are_printed_for_programs(new_hub: Hub) -> None:
    found = json.loads(new_hub.run("doctor", "--json").stdout)
    assert {"subject", "ok", "state", "remedy"} == set(found[0])
    assert {finding["subject"] for finding in found if not finding["ok"]} == {"migrations"}


def test_a_known_error_is_one_line_and_no_traceback(new_hub: Hub) -> None:
    new_hub.data.mkdir()
    (new_hub.data / "postgres").mkdir()
    (new_hub.data / "postgres" / "PG_VERSION").write_text("9\n")
    done = new_hub.run("migrate")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database in ")
    assert done.stderr.count("\n") == 1
