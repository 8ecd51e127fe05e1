"""The built-in CRM: contacts, companies, leads, deals, orders, tasks, comments and calls, enough to work with alone.

The hub writes here through the connector `switchhook.connectors.builtin`, as it does with any vendor's CRM; people
write through the console and the API. Both go through `crm.writing` and `crm.services`, so that the same rules hold.
"""
