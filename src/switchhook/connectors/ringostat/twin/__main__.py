"""Serves the twin alone: `python -m switchhook.connectors.ringostat.twin --port 0 --webhook-url http://…`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from switchhook.connectors.testing.twin_server import serve_alone

from .app import create_twin
from .config import TwinConfig


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one JSON line (`url`, `auth_key`, `project_id`) and serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m switchhook.connectors.ringostat.twin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="loopback port; 0 takes a free one")
    parser.add_argument("--webhook-url", help="where call events are posted")
    parser.add_argument("--forward-url", help="the webhook number: who is asked where a call goes")
    parser.add_argument("--config", help="a JSON file with any of the names of TwinConfig")
    asked = parser.parse_args(arguments)
    changes = json.loads(Path(asked.config).read_text(encoding="utf-8")) if asked.config else {}
    given = {"webhook_url": asked.webhook_url, "forward_url": asked.forward_url}
    config = TwinConfig().changed({**changes, **{name: value for name, value in given.items() if value}})
    ready = {"auth_key": config.auth_key, "project_id": config.project_id}
    serve_alone(create_twin(config), asked.port, lambda _url: ready)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
