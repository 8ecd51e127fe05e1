"""KeyCRM: buyers, cards, orders and the call history of its telephony service."""
