"""Zoho's own client against the twin: what it understands is Zoho's interface.

It needs `zohocrmsdk8-0`, in this environment or in that of an interpreter on the path called `zoho-client-python`.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from switchhook.connectors.zoho.tests.zoho_account import TwinClient

PYTHON = shutil.which("zoho-client-python") or sys.executable
SCRIPT = Path(__file__).with_name("official_client.py")


@pytest.fixture
def outcome(twin: TwinClient, tmp_path: Path) -> Any:
    """What the client made of a whole round."""
    known = subprocess.run([PYTHON, "-c", "import zohocrmsdk"], check=False, capture_output=True)
    if known.returncode:
        pytest.skip("zohocrmsdk8-0 is not installed, here or for “zoho-client-python”")
    twin.control("configure", index_delay=0)
    command = [PYTHON, str(SCRIPT), str(twin.base_url).rstrip("/"), str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_official_client_makes_a_full_round_against_the_twin(outcome: Any) -> None:
    assert (outcome["created"]["status"], outcome["created"]["code"]) == (201, "SUCCESS")
    assert (outcome["listed"], outcome["more"], outcome["found"]) == (["Koval"], False, 200)
    assert outcome["read"][:2] == ["Koval", "Olena Kovalenko"]
    assert outcome["queried"] == ["Koval", "+380671234567"]
    assert outcome["users"] == ["acme_olena@example.com", "acme_piotr@example.com"]
    assert (outcome["updated"]["code"], outcome["deleted"]["code"]) == ("SUCCESS", "SUCCESS")
    assert outcome["gone"] == "recycle"
    assert outcome["refused"]["class"] == "APIException"
    assert outcome["refused"]["code"] == "MANDATORY_NOT_FOUND"
    assert outcome["refused"]["details"]["api_name"] == "Last_Name"
    assert [outcome[name]["code"] for name in ("call", "note")] == ["SUCCESS", "SUCCESS"]
