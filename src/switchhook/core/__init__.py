"""The rules of Switchhook as pure Python: no database, no network, no vendor.

A stage knows the next only by the value it hands over:
raw event -> `CallFact` -> `CallState` -> `Situation` -> `Plan`.
"""
