"""A local Zoho CRM: its accounts server, its interface of version 8, and what people do in its pages.

`create_twin(TwinConfig(...))` gives the application, `python -m switchhook.connectors.zoho.twin` serves it alone.
"""

from .app import create_twin
from .config import TwinConfig, TwinUser

__all__ = ["TwinConfig", "TwinUser", "create_twin"]
