"""Serves the twin alone: `python -m switchhook.connectors.pipedrive.twin --port 0 --config twin.json`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from switchhook.connectors.testing.twin_server import serve_alone

from .app import create_twin
from .config import TwinConfig


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one JSON line (`url`, `api_token`, `client_id`, `client_secret`) and serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m switchhook.connectors.pipedrive.twin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="loopback port; 0 takes a free one")
    parser.add_argument("--config", help="a JSON file with any of the names of TwinConfig")
    asked = parser.parse_args(arguments)
    changes = json.loads(Path(asked.config).read_text(encoding="utf-8")) if asked.config else {}
    config = TwinConfig().changed(changes)
    ready = {name: getattr(config, name) for name in ("api_token", "client_id", "client_secret")}
    serve_alone(create_twin(config), asked.port, lambda _url: ready)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
