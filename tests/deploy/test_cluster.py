"""The example set-up of a cluster is one that our processes understand."""

import configparser
import re
import subprocess
from pathlib import Path

import pytest
from temporalio.envconfig import ClientConfigProfile

from activities.connections.settings import Settings
from tests.deploy.centre import typed

CLUSTER = Path(__file__).parents[2] / "deploy" / "cluster"
UNITS = sorted(CLUSTER.glob("*.service"))


def test_the_example_settings_are_all_known_and_lawful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUANJIA_CONFIG", str(CLUSTER / "guanjia.toml"))
    settings = Settings.load()
    assert settings.smtp is not None
    assert settings.log_format == "json"


def test_the_example_profile_leads_to_the_cluster_with_tls() -> None:
    profile = ClientConfigProfile.load(
        config_source=CLUSTER / "temporal.toml", config_file_strict=True, disable_env=True, override_env_vars={}
    )
    assert profile.address == "temporal.example.com:7233"
    assert profile.namespace == "guanjia"
    assert profile.tls is not None
    assert profile.tls.client_cert == Path("/etc/guanjia/temporal-client.pem")
    assert profile.tls.client_private_key == Path("/etc/guanjia/temporal-client.key")
    assert profile.tls.server_root_ca_cert == Path("/etc/guanjia/temporal-ca.pem")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_unit_runs_a_command_that_exists_under_the_example_settings(unit: Path) -> None:
    content = configparser.RawConfigParser(strict=False)
    content.optionxform = str  # type: ignore[assignment,method-assign]
    content.read(unit, encoding="utf-8")
    program, verb = content["Service"]["ExecStart"].split()
    assert Path(program).name == "guanjia"
    assert typed(verb, "--help").returncode == 0
    assert "/etc/guanjia/temporal.toml" in content["Service"]["Environment"]


def test_a_command_typed_by_the_book_has_the_settings_and_secrets_of_the_units(tmp_path: Path) -> None:
    page = (CLUSTER / "README.md").read_text(encoding="utf-8")
    written = re.search(r"^ +here\(\) \{.*?^ +\}$", page, re.MULTILINE | re.DOTALL)
    assert written
    (tmp_path / "secrets.env").write_text("GUANJIA_DATABASE_URL='postgresql://x:a&b $c@h/d'\n", encoding="utf-8")
    here = (
        written[0]
        .replace("setpriv --reuid guanjia --regid guanjia --init-groups ", "")  # only root may become another user
        .replace("/etc/guanjia/secrets.env", str(tmp_path / "secrets.env"))
        .replace("/opt/guanjia/.venv/bin/guanjia", "/usr/bin/printenv")
    )
    names = "GUANJIA_DATABASE_URL GUANJIA_CONFIG TEMPORAL_CONFIG_FILE"
    done = subprocess.run(  # noqa: S603 - our own page's command
        ["/bin/sh", "-c", f"{here}\nhere {names}"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "postgresql://x:a&b $c@h/d",
        "/etc/guanjia/guanjia.toml",
        "/etc/guanjia/temporal.toml",
    ]


def test_there_is_a_unit_for_every_process_that_a_cluster_runs() -> None:
    assert [unit.stem.removeprefix("guanjia-") for unit in UNITS] == ["api", "codec", "figures", "migrate", "worker"]
