"""Serves the twin alone: `python -m switchhook.connectors.keycrm.twin --port 0`."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from switchhook.connectors.testing.twin_server import serve_alone

from .config import TwinConfig
from .demo import KeyCrmDemo


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one JSON line (`url`, `credentials`, `settings`) and serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m switchhook.connectors.keycrm.twin", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="loopback port; 0 takes a free one")
    parser.add_argument("--config", help="a JSON file with any of the names of TwinConfig")
    asked = parser.parse_args(arguments)
    changes = json.loads(Path(asked.config).read_text(encoding="utf-8")) if asked.config else {}
    demo = KeyCrmDemo(TwinConfig().changed(changes))
    serve_alone(
        demo.app,
        asked.port,
        lambda url: {"credentials": dict(demo.credentials(url)), "settings": dict(demo.settings(url))},
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
