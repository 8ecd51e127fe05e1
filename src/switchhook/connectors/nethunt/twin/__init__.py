"""A local NetHunt workspace: its interface for other programs, and what people do in it.

`create_twin(TwinConfig(...))` gives the application, `python -m switchhook.connectors.nethunt.twin` serves it alone.
"""

from .app import PREFIX, create_twin
from .config import TwinConfig
from .demo import settings_for
from .schema import english, ukrainian

__all__ = ["PREFIX", "TwinConfig", "create_twin", "english", "settings_for", "ukrainian"]
