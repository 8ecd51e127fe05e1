"""A local Ringostat: its API, its recordings, and a player of calls that posts webhooks as Ringostat does.

`create_twin(TwinConfig(...))` gives the application, `python -m switchhook.connectors.ringostat.twin` serves it alone.
"""

from .app import create_twin
from .config import TwinConfig, TwinEmployee

__all__ = ["TwinConfig", "TwinEmployee", "create_twin"]
