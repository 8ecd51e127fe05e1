"""Delivery: calls reach CRMs through client lanes, and every effect is kept in a ledger."""
