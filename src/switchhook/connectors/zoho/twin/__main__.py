"""Serves the twin alone: `python -m switchhook.connectors.zoho.twin --port 0`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from switchhook.connectors.testing.twin_server import serve_alone

from .app import create_twin
from .config import TwinConfig
from .tokens import DEFAULT_REFRESH


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one JSON line (`url`, `client_id`, `client_secret`, `refresh_token`) and serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m switchhook.connectors.zoho.twin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="loopback port; 0 takes a free one")
    parser.add_argument("--config", help="a JSON file with any of the names of TwinConfig")
    asked = parser.parse_args(arguments)
    changes = json.loads(Path(asked.config).read_text(encoding="utf-8")) if asked.config else {}
    config = TwinConfig().changed(changes)
    ready = {"client_id": config.client_id, "client_secret": config.client_secret, "refresh_token": DEFAULT_REFRESH}
    serve_alone(create_twin(config), asked.port, lambda _url: ready)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
