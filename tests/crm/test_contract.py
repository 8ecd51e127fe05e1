"""The built-in CRM keeps the contract of every CRM, with its real records behind it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from tests.crm.office import NOW, Office

from switchhook.connectors.base import Account, CrmConnector
from switchhook.connectors.builtin.connector import connect
from switchhook.connectors.testing.crm import CrmContract
from switchhook.core.errors import Rejected
from switchhook.core.records import Kind, Ref
from switchhook.crm import services
from switchhook.crm.kinds import plain_rows
from switchhook.crm.models import Contact, Deal, Lead


class People:
    """What people do on the pages of the built-in CRM."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def add_contact(self, name: str, phone: str) -> Ref:
        contact = Contact.objects.create(project=self.office.project, name=name)
        try:
            services.set_phones(contact, [services.TypedPhone(phone)])
        except ValidationError as refusal:
            raise Rejected(str(refusal)) from refusal
        return Ref(Kind.CONTACT, str(contact.pk))

    def delete(self, ref: Ref) -> None:
        plain_rows(self.office.project, ref.kind).get(pk=ref.id).delete()

    def close(self, ref: Ref) -> None:
        later = NOW + timedelta(hours=1)
        if ref.kind is Kind.LEAD:
            services.set_lead_status(Lead.objects.get(pk=ref.id), "lost", now=later)
        else:
            deal = Deal.objects.get(pk=ref.id)
            services.move_deal(deal, services.first_stage(deal.pipeline, "lost"), now=later)

    def let_time_pass(self, seconds: float) -> None:
        """Nothing lags here."""


class TestTheBuiltinCrm(CrmContract):
    at_once = 1  # each of these tests is one transaction; tests/crm/test_races.py has threads

    @pytest.fixture
    def connector(self, office: Office) -> CrmConnector:
        return connect(Account(services={"record_store": office.store}))

    @pytest.fixture
    def backdoor(self, office: Office) -> People:
        return People(office)
