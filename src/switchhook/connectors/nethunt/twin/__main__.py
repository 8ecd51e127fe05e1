"""Serves the twin alone: `python -m switchhook.connectors.nethunt.twin --port 0 --language uk`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from switchhook.connectors.testing.twin_server import serve_alone

from .app import PREFIX, create_twin
from .config import TwinConfig
from .demo import settings_for
from .schema import ukrainian


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one JSON line (`url`, `credentials`, `settings`) and serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m switchhook.connectors.nethunt.twin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="loopback port; 0 takes a free one")
    parser.add_argument("--language", choices=("en", "uk"), default="en", help="of the workspace's folders and fields")
    parser.add_argument("--config", help="a JSON file with any of the names of TwinConfig")
    asked = parser.parse_args(arguments)
    config = TwinConfig(folders=ukrainian()) if asked.language == "uk" else TwinConfig()
    if asked.config:
        config = config.changed(json.loads(Path(asked.config).read_text(encoding="utf-8")))
    credentials = {"email": config.email, "api_key": config.api_key}
    serve_alone(
        create_twin(config),
        asked.port,
        lambda url: {"credentials": credentials, "settings": {"base_url": url + PREFIX, **settings_for(config)}},
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
