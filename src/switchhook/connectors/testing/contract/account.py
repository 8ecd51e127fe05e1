"""Suites for an account: its check, its users, its settings."""

import pytest

from switchhook.connectors.base import CrmConnector
from switchhook.connectors.registry import Manifest, manifests
from switchhook.core.mapping import offered
from switchhook.core.records import PARTIES, Kind

from .drafts import SALES, Promises, make, need


class AccountPromises(Promises):
    """The account is checked, and its users are known."""

    def test_an_account_that_works_passes_its_check(self, connector: CrmConnector) -> None:
        assert connector.check().account_name

    def test_users_have_ids_and_names(self, connector: CrmConnector) -> None:
        users = connector.users()
        assert len(users) >= 2
        assert len({user.id for user in users}) == len(users)
        assert all(user.id and user.name for user in users)

    def test_capabilities_do_not_contradict_each_other(self, connector: CrmConnector) -> None:
        can = connector.capabilities
        for claimed in (can.updatable, can.traceable, can.stores_phone, can.tells_gone):
            assert claimed <= can.kinds
        assert not can.task_links or Kind.TASK in can.kinds
        assert not can.comment_links or Kind.COMMENT in can.kinds
        assert not can.call_links or Kind.CALL in can.kinds
        assert can.settle >= 0
        assert can.longest_request > 0

    def test_limits_name_a_kind_and_a_value(self, connector: CrmConnector) -> None:
        can = connector.capabilities
        for name, longest in can.limits.items():
            kind, _, value = name.partition(".")
            assert kind in can.kinds
            assert value
            assert longest > 0


class SettingsPromises(Promises):
    """What a form offers comes from the account, and what was mapped arrives."""

    @pytest.mark.parametrize("kind", sorted({Kind.CONTACT, Kind.COMPANY, *SALES}))
    def test_own_fields_have_a_name_a_label_and_their_kind(self, connector: CrmConnector, kind: Kind) -> None:
        fields = connector.fields(kind)
        assert all(field.kind is kind and field.name and field.label for field in fields)
        assert len({field.name for field in fields}) == len(fields)

    @pytest.mark.parametrize("kind", sorted({*PARTIES, *SALES}))
    def test_a_mapped_text_reaches_its_field(self, connector: CrmConnector, kind: Kind) -> None:
        own = offered(connector.fields(kind), kind)
        need(connector, bool(own) and kind in connector.capabilities.kinds, f"no text fields of a {kind}")
        made = make(connector, kind, custom={own[0].name: "spring sale"})
        assert connector.get(made.ref).values["custom"][own[0].name] == "spring sale"

    def test_pipelines_have_stages_and_take_deals(self, connector: CrmConnector) -> None:
        need(connector, Kind.DEAL in connector.capabilities.kinds and bool(connector.pipelines()), "no pipelines")
        for pipeline in connector.pipelines():
            made = make(connector, Kind.DEAL, pipeline=pipeline.id)
            assert connector.get(made.ref).values["pipeline"] in {pipeline.id, pipeline.name}
            assert pipeline.name
            assert pipeline.stages

    def test_every_choice_that_a_form_loads_has_a_value_and_a_label(self, connector: CrmConnector) -> None:
        manifest = manifest_of(connector)
        loaded = [field.name for field in manifest.fields if field.loaded] if manifest else []
        need(connector, bool(loaded), "no setting is loaded")
        for name in loaded:
            choices = connector.choices(name)
            assert all(choice.value and choice.label for choice in choices), name
            assert len({choice.value for choice in choices}) == len(choices), name


def manifest_of(connector: CrmConnector) -> Manifest | None:
    """The manifest of the package that the connector's class comes from; None for one that is not installed."""
    module = type(connector).__module__
    return next((found for found in manifests().values() if module.startswith(f"{found.package}.")), None)
