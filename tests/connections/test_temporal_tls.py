"""Reaching a Temporal that asks for TLS, a certificate or a key, by Temporal's own variables or profile file."""

import os
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from activities.connections.settings import SettingsError
from activities.connections.temporal import connect
from tests.tls_front import SERVER_NAME, Authority, TlsFront, tls_front


@pytest.fixture
def _nothing_set(monkeypatch):
    for name in [name for name in os.environ if name.startswith("TEMPORAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", os.devnull)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest.fixture
async def mutual(temporal_server, authority):
    """A Temporal that lets in only who has a certificate of our authority."""
    async with tls_front(_address(temporal_server), authority, clients=authority) as front:
        yield front


@pytest.fixture
async def encrypted(temporal_server, authority):
    """A Temporal behind TLS that asks for no certificate."""
    async with tls_front(_address(temporal_server), authority) as front:
        yield front


def _address(temporal_server) -> str:
    return temporal_server.client.service_client.config.target_host


async def _answers(client: Client) -> bool:
    told = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    return told.namespace_info.name == "default"


def _trusting(monkeypatch, front: TlsFront, authority: Authority) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", front.address)
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_NAME", SERVER_NAME)
    monkeypatch.setenv("TEMPORAL_TLS_SERVER_CA_CERT_PATH", str(authority.certificate))


@pytest.mark.usefixtures("_nothing_set")
async def test_a_certificate_named_by_variables_is_shown(keyring, monkeypatch, mutual, authority):
    _trusting(monkeypatch, mutual, authority)
    certificate, key = authority.issue("guanjia-worker")
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", str(certificate))
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", str(key))

    assert await _answers(await connect(keyring))
    assert set(mutual.certificates) == {"guanjia-worker"}


@pytest.mark.usefixtures("_nothing_set")
async def test_a_certificate_named_by_the_profile_file_is_shown(keyring, monkeypatch, mutual, authority, tmp_path):
    certificate, key = authority.issue("guanjia-api")
    example = Path(__file__).parents[2] / "deploy" / "cluster" / "temporal.toml"
    profile = example.read_text(encoding="utf-8")
    for written, here in {
        "temporal.example.com:7233": mutual.address,
        'namespace = "guanjia"': 'namespace = "default"',
        "/etc/guanjia/temporal-client.pem": str(certificate),
        "/etc/guanjia/temporal-client.key": str(key),
        "/etc/guanjia/temporal-ca.pem": str(authority.certificate),
    }.items():
        assert written in profile
        profile = profile.replace(written, here)
    (tmp_path / "temporal.toml").write_text(profile, encoding="utf-8")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))

    assert await _answers(await connect(keyring))
    assert set(mutual.certificates) == {"guanjia-api"}


@pytest.mark.usefixtures("_nothing_set")
async def test_without_a_certificate_nobody_is_let_in(keyring, monkeypatch, mutual, authority):
    _trusting(monkeypatch, mutual, authority)

    with pytest.raises(RuntimeError):
        await connect(keyring)
    assert mutual.certificates == []


@pytest.mark.usefixtures("_nothing_set")
async def test_a_certificate_of_somebody_else_lets_nobody_in(keyring, monkeypatch, mutual, authority, tmp_path):
    _trusting(monkeypatch, mutual, authority)
    certificate, key = Authority(tmp_path, "theirs").issue("stranger")
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", str(certificate))
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_KEY_PATH", str(key))

    with pytest.raises(RuntimeError):
        await connect(keyring)
    assert mutual.certificates == []


@pytest.mark.usefixtures("_nothing_set")
async def test_a_server_that_cannot_be_trusted_is_told_nothing(keyring, monkeypatch, encrypted, authority, tmp_path):
    _trusting(monkeypatch, encrypted, Authority(tmp_path, "theirs"))
    monkeypatch.setenv("TEMPORAL_API_KEY", "key-of-this-test")

    with pytest.raises(RuntimeError):
        await connect(keyring)
    assert encrypted.authorizations == set()


@pytest.mark.usefixtures("_nothing_set")
async def test_an_api_key_goes_with_every_call(keyring, monkeypatch, encrypted, authority):
    _trusting(monkeypatch, encrypted, authority)
    monkeypatch.setenv("TEMPORAL_API_KEY", "key-of-this-test")

    assert await _answers(await connect(keyring))
    assert encrypted.authorizations == {"Bearer key-of-this-test"}


@pytest.mark.usefixtures("_nothing_set")
async def test_an_api_key_alone_is_never_sent_in_the_clear(keyring, monkeypatch, temporal_server):
    """As Temporal Cloud is reached: address, namespace and key, and TLS goes without saying."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", _address(temporal_server))
    monkeypatch.setenv("TEMPORAL_API_KEY", "key-of-this-test")

    with pytest.raises(RuntimeError):  # the test server speaks no TLS
        await connect(keyring)


@pytest.mark.usefixtures("_nothing_set")
@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('[profile.default.tls]\nclient_cert = { path = "client.pem" }', "unknown field `client_cert`"),
        ("[profile.default]\napi_key = key-of-this-test", "at line 2"),
        ('[profile.default.tls]\nserver_ca_cert_path = "/nowhere/ca.pem"', "/nowhere/ca.pem"),
        ('[profile.other]\naddress = "temporal.example.com:7233"\n[profile.default]\naddress = 7233', "at line 4"),
    ],
)
async def test_a_profile_that_is_not_understood_is_refused_without_its_values(
    keyring, monkeypatch, tmp_path, written, said
):
    (tmp_path / "temporal.toml").write_text(written, encoding="utf-8")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))

    with pytest.raises(SettingsError) as refused:
        await connect(keyring)
    assert said in str(refused.value)
    assert "key-of-this-test" not in str(refused.value)


@pytest.mark.usefixtures("_nothing_set")
@pytest.mark.parametrize("by_file", [True, False])
async def test_an_api_key_of_an_example_is_refused_without_saying_it(keyring, monkeypatch, tmp_path, by_file):
    if by_file:
        (tmp_path / "temporal.toml").write_text('[profile.default]\napi_key = "<your-api-key>"', encoding="utf-8")
        monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "temporal.toml"))
    else:
        monkeypatch.setenv("TEMPORAL_API_KEY", "<your-api-key>")

    with pytest.raises(SettingsError, match="placeholder_secret") as refused:
        await connect(keyring)
    assert "<your" not in str(refused.value)


@pytest.mark.usefixtures("_nothing_set")
async def test_a_profile_file_or_a_profile_that_is_not_there_is_refused(keyring, monkeypatch):
    monkeypatch.setenv("TEMPORAL_PROFILE", "elsewhere")
    with pytest.raises(SettingsError, match="TEMPORAL_PROFILE"):
        await connect(keyring)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", "/nowhere/temporal.toml")
    with pytest.raises(SettingsError, match="/nowhere/temporal"):
        await connect(keyring)
