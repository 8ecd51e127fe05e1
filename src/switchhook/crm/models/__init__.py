"""The rows of the built-in CRM. Each belongs to one project; nothing may refer to another project's row.

contact, company ─< phones        who the client is
lead, deal, order ─> contact, company    what he wants; a deal stands in a stage of a pipeline
task, comment, call ─< links      what is to be done, was said, was spoken; tied to any number of records
change                            which record changed in which transaction, written by database triggers
"""

from switchhook.crm.models.activity import CallEntry, CallEntryLink, Comment, CommentLink, LinkRow, Task, TaskLink
from switchhook.crm.models.base import RecordRow, Row
from switchhook.crm.models.feed import Change
from switchhook.crm.models.parties import Company, CompanyPhone, Contact, ContactPhone, PhoneRow
from switchhook.crm.models.sales import Deal, Lead, LeadStatus, Order, Outcome, Pipeline, Stage

__all__ = [
    "CallEntry",
    "CallEntryLink",
    "Change",
    "Comment",
    "CommentLink",
    "Company",
    "CompanyPhone",
    "Contact",
    "ContactPhone",
    "Deal",
    "Lead",
    "LeadStatus",
    "LinkRow",
    "Order",
    "Outcome",
    "PhoneRow",
    "Pipeline",
    "RecordRow",
    "Row",
    "Stage",
    "Task",
    "TaskLink",
]
