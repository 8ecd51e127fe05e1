"""What the jobs of the engine have in common."""

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.exceptions import ConnectorException

UNTIL_THE_DATABASE_IS_BACK = RetryStrategy(
    wait=2, retry_exceptions=(OperationalError, InterfaceError, ConnectorException)
)
"""For jobs that nothing queues again: one that ended because the database went away would otherwise be forgotten."""
