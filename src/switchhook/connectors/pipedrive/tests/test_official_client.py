"""The vendor's own client for Node takes the twin for the vendor.

Needs Node, and `npm install pipedrive` in a folder whose `node_modules` Node is told of by `NODE_PATH`.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from switchhook.connectors.pipedrive.tests.office import Office

SCRIPT = Path(__file__).with_name("official_client.cjs")
FOUND = "require.resolve('pipedrive/v2')"


@pytest.fixture
def seen(office: Office) -> Any:
    node = shutil.which("node")
    if not node or subprocess.run([node, "-e", FOUND], check=False, capture_output=True).returncode:
        pytest.skip("node does not find the npm package pipedrive (see NODE_PATH)")
    given = {**os.environ, "TWIN": office.url, "TOKEN": office.config.api_token}
    done = subprocess.run([node, str(SCRIPT)], check=False, capture_output=True, text=True, env=given, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_official_client_makes_a_whole_round(seen: Any) -> None:
    assert (seen["person"], seen["renamed"], seen["found"]) == ("Jan Kowalski", "Jan Nowak", [True])
    assert seen["names"] == ["Jan Nowak", "Client 0", "Client 1", "Client 2"]
    assert (seen["organization"], seen["leads"], seen["lead"]) == ("Acme", ["Call"], "Call again")
    assert (seen["done"], seen["note"]) == (True, "<p>Text</p>")
    assert seen["statuses"] == ["not_started", "running", "completed"]
    assert (seen["deal"], seen["pipelines"]) == ("Call again", ["Sales", "New"])
    assert seen["users"] == ["Olena Kovalenko", "Piotr Nowak"]


def test_the_official_client_signs_in(seen: Any) -> None:
    assert (seen["expires"], seen["signedIn"]) == (3599, 1)


def test_the_official_client_understands_every_refusal(seen: Any) -> None:
    assert seen["gone"]["error"] == "requested lead not found"
    assert seen["nameless"]["error"] == "Name must be given."
    assert seen["stranger"] == {"error": "unauthorized access", "code": 401}
