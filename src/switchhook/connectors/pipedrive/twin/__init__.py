"""A local Pipedrive: persons, organizations, leads, deals, activities, notes and call logs behind its own two APIs.

`create_twin(TwinConfig(...))` gives the application, `python -m switchhook.connectors.pipedrive.twin` serves it alone.
"""

from .app import create_twin
from .config import TwinConfig

__all__ = ["TwinConfig", "create_twin"]
