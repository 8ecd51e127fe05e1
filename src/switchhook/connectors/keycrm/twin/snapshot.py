"""What there is to look at in the twin's account."""

from typing import Any

from . import views
from .state import WINDOW, KeyCrmState


class VisibleState(KeyCrmState):
    """The account, with all that it holds told in the vendor's shapes."""

    def snapshot(self) -> dict[str, Any]:
        """Records in the vendor's shapes with all relations, users, what is left of the minute, open pop-ups."""
        self.settle()
        began, used = self._window
        return {
            "records": {
                "buyers": [views.buyer(self, row, views.OF_BUYER) for row in self.rows("buyers")],
                "companies": [views.company(self, row, views.OF_COMPANY) for row in self.rows("companies")],
                "cards": [views.card(self, row, views.OF_CARD) for row in self.rows("cards")],
                "orders": [views.order(self, row, views.OF_ORDER) for row in self.rows("orders")],
                "calls": [
                    views.call(self, row, views.OF_CALL) | {"events": row["events"]} for row in self.rows("calls")
                ],
            },
            "users": self.users,
            "internal_numbers": self.internal_numbers,
            "popups": [views.popup(self, row) for row in self.rows("calls") if row["state"] in views.IN_PROGRESS],
            "pending": len(self._later),
            "budget": {
                "requests_per_minute": self.config.requests_per_minute,
                "used": used if (self.clock() - began).total_seconds() < WINDOW else 0,
            },
            "config": self.config.as_json(),
        }
