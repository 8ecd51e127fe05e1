"""A local KeyCRM: its Open API, the webhook link of its telephony service, and what people do in its pages."""

from .app import create_twin
from .config import TwinConfig

__all__ = ["TwinConfig", "create_twin"]
