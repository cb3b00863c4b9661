"""Connecting to Temporal, and preparing a namespace for the first case."""

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
    RemoveSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from activities.connections.temporal import (
    SearchAttributeError,
    connect,
    register_search_attributes,
    set_retention,
)
from workflows.messages.identifiers import SEARCH_ATTRIBUTES


async def _registered(client: Client) -> dict[str, int]:
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return dict(listed.custom_attributes)


async def _remove(client: Client, name: str) -> None:
    await client.operator_service.remove_search_attributes(
        RemoveSearchAttributesRequest(namespace=client.namespace, search_attributes=[name])
    )


async def _add(client: Client, name: str, kind: IndexedValueType.ValueType) -> None:
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=client.namespace, search_attributes={name: kind})
    )


async def test_the_address_comes_from_the_environment(keyring, temporal_server, monkeypatch):
    address = temporal_server.client.service_client.config.target_host
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "default")

    client = await connect(keyring)

    assert client.service_client.config.target_host == address
    assert client.namespace == "default"


async def test_a_missing_search_attribute_is_registered_and_a_second_time_is_harmless(client):
    await _remove(client, "Unit")
    assert "Unit" not in await _registered(client)

    await register_search_attributes(client)
    await register_search_attributes(client)

    registered = await _registered(client)
    assert {key.name: int(key.indexed_value_type) for key in SEARCH_ATTRIBUTES} == registered


async def test_an_attribute_of_another_type_is_named_instead_of_failing_every_case_later(client):
    await _remove(client, "Unit")
    await _add(client, "Unit", IndexedValueType.INDEXED_VALUE_TYPE_INT)

    with pytest.raises(SearchAttributeError, match="Unit"):
        await register_search_attributes(client)

    await _remove(client, "Unit")
    await register_search_attributes(client)


async def test_closed_cases_are_kept_ninety_days(client):
    await set_retention(client)
    await set_retention(client)

    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta().days == 90
