"""The Temporal server: how to connect to it, and what it must know before the first case."""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from activities.connections.keys import KeyRing
from activities.connections.payload_encryption import data_converter
from activities.connections.placeholder_secrets import check_password
from activities.connections.settings import SettingsError
from activities.connections.tracing import temporal_plugins
from workflows.messages.identifiers import SEARCH_ATTRIBUTES

RETENTION_DAYS: Final = 90
"""How long closed cases stay in Temporal, and with it how long an idempotency key is honoured."""
_PLACE: Final = re.compile(r"at line \d+|unknown field `\w+`")
"""What may be passed on of a complaint about the profile file."""


class SearchAttributeError(Exception):
    """The namespace has a search attribute of our name but another type; the message says which."""


async def connect(keyring: KeyRing, **overrides: Any) -> Client:
    """Connect as ``TEMPORAL_ADDRESS``, ``TEMPORAL_NAMESPACE``, … or the profile file say; overrides win.

    Raises ``RuntimeError`` if the server cannot be reached, ``SettingsError`` if what they say cannot be understood
    or traces are asked for in a way that we do not have.
    """
    chosen: dict[str, Any] = {
        "target_host": "127.0.0.1:7233",
        "plugins": temporal_plugins(),
        **_written_down(),
        **overrides,
    }
    return await Client.connect(data_converter=data_converter(keyring), **chosen)


def namespace_here() -> str:
    """The namespace by variables and profile file. Raises ``SettingsError``."""
    return _written_down().get("namespace") or "default"


def _written_down() -> ClientConnectConfig:
    """Read variables and profile file; a name that nobody knows is refused, or a certificate would be left out."""
    file = os.environ.get("TEMPORAL_CONFIG_FILE")
    if file and not Path(file).exists():
        raise SettingsError(f"TEMPORAL_CONFIG_FILE 指定的文件 {file} 不存在")
    try:
        written = ClientConfig.load_client_connect_config(config_file_strict=True)
    except OSError as error:
        raise SettingsError(f"读不到 Temporal 的证书或密钥 {error.filename}:{error.strerror}") from None
    except RuntimeError as error:
        # the line that it quotes may hold an API key
        said = ",".join(_PLACE.findall(str(error))) or "请检查 TEMPORAL_PROFILE 与其他 TEMPORAL_* 变量"
        raise SettingsError(f"Temporal 的设置有误({file or '环境变量 TEMPORAL_*'}):{said}") from None
    try:
        check_password(written.get("api_key") or "")
    except ValueError as error:
        raise SettingsError(f"Temporal 的 API 密钥(TEMPORAL_API_KEY 或 api_key){error}") from None
    return written


async def register_search_attributes(client: Client) -> None:
    """Register the search attributes that the namespace lacks; harmless to repeat.

    Raises ``SearchAttributeError`` if one is there with another type.
    """
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    wanted = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in SEARCH_ATTRIBUTES}
    other = sorted(name for name, kind in wanted.items() if listed.custom_attributes.get(name, kind) != kind)
    if other:
        raise SearchAttributeError(
            f"命名空间 {client.namespace} 里的搜索属性 {'、'.join(other)} 类型不符:"
            "请换一个命名空间,或用 temporal operator search-attribute remove 删除后重试"
        )
    missing = {name: kind for name, kind in wanted.items() if name not in listed.custom_attributes}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        )


async def set_retention(client: Client, days: int = RETENTION_DAYS) -> None:
    """Keep closed cases that many days in the client's namespace."""
    ttl = Duration()
    ttl.FromTimedelta(timedelta(days=days))
    await client.workflow_service.update_namespace(
        UpdateNamespaceRequest(namespace=client.namespace, config=NamespaceConfig(workflow_execution_retention_ttl=ttl))
    )
