"""The compose file and the image are ones that our program understands; no container is started here."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from activities.connections.settings import Settings
from tests.deploy.centre import typed
from tests.servers import ROOT

CLUSTER = ROOT / "deploy" / "cluster"
WRITTEN = (CLUSTER / "compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(WRITTEN)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("guanjia:")}
IMAGE = (CLUSTER / "Containerfile").read_text(encoding="utf-8")
_OF_THE_COMMAND_LINE = {"GUANJIA_CONFIG", "GUANJIA_TEMPORAL_UI"}


def test_everything_that_a_cluster_runs_is_there_and_twice_where_it_may_fall_over() -> None:
    assert {service["command"][0] for service in OURS.values()} == {"migrate", "worker", "api", "codec", "figures"}
    assert SERVICES["worker"]["deploy"]["replicas"] >= 2
    assert SERVICES["api"]["deploy"]["replicas"] >= 2
    assert {"records", "temporal", "temporal-ui", "prometheus"} <= SERVICES.keys()


@pytest.mark.parametrize("name", OURS)
def test_each_command_exists(name: str) -> None:
    (verb,) = OURS[name]["command"]
    assert typed(verb, "--help").returncode == 0


@pytest.mark.parametrize("name", OURS)
def test_each_setting_is_known_and_lawful(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment: dict[str, str] = OURS[name]["environment"]
    for variable, value in environment.items():
        if variable.startswith("GUANJIA_") and variable not in _OF_THE_COMMAND_LINE:
            assert variable.removeprefix("GUANJIA_").lower().split("__")[0] in Settings.model_fields, variable
            assert isinstance(value, str), variable
            monkeypatch.setenv(variable, re.sub(r"\$\{[^}]+\}", "word", value))
    monkeypatch.setenv("GUANJIA_CONFIG", str(CLUSTER / "guanjia.toml"))
    settings = Settings.load()
    assert settings.database_url == "postgresql+psycopg2://guanjia:word@records/guanjia"
    assert str(settings.keys_file) == "/run/secrets/keys.toml"
    assert settings.attachment_store == "file:///var/lib/guanjia/attachments"
    # a place that the commands, typed in a container of the API, can write to, and no volume that is restored
    assert settings.suppression_file.parent == Path("/var/lib/guanjia/suppressed")
    assert "suppressed:/var/lib/guanjia/suppressed" in OURS["api"]["volumes"]
    assert "/var/lib/guanjia/suppressed" in IMAGE
    assert environment["TEMPORAL_ADDRESS"] == "temporal:7233"
    assert environment["TEMPORAL_NAMESPACE"] == SERVICES["temporal"]["environment"]["DEFAULT_NAMESPACE"]
    # the longest stop that the settings allow, and what an end may still take, fit into the patience of Docker
    grace = int(OURS[name].get("stop_grace_period", "10s").removesuffix("s"))
    assert name != "worker" or grace > settings.workers.stop_seconds + 6


def test_every_secret_has_to_be_set_and_none_has_a_default() -> None:
    variables = re.findall(r"\$\{([A-Z_]+)(:?[-?])?", WRITTEN)
    assert {name for name, kind in variables if kind != ":?"} == {"OTEL_EXPORTER_OTLP_ENDPOINT"}
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|PWD|SECRET|API_KEY|DATABASE_URL", variable):
                assert ":?" in value, variable
    page = (CLUSTER / "README.md").read_text(encoding="utf-8")
    for name, kind in variables:
        assert kind != ":?" or f"   {name}=" in page, name
    assert COMPOSE["secrets"]["keys.toml"]["file"].startswith("${GUANJIA_KEYS:?")
    assert all(service["secrets"] == ["keys.toml"] for service in OURS.values())


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_pinned_watched_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"[a-z/-]+:v?\d+(\.\d+)+(-[a-z]+)?", service["image"]), "a short name and a version"
    if name == "migrate":  # runs once
        assert service["restart"].startswith("on-failure")
        assert "healthcheck" not in service
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_waits_for_what_there_is(name: str) -> None:
    for other, waiting in SERVICES[name].get("depends_on", {}).items():
        condition = "service_completed_successfully" if other == "migrate" else "service_healthy"
        assert waiting == {"condition": condition}
        assert ("healthcheck" in SERVICES[other]) is (other != "migrate")
    if name in OURS and name != "migrate":
        assert "migrate" in SERVICES[name]["depends_on"]


def test_only_the_proxy_can_be_reached_from_elsewhere() -> None:
    ports = {name: port for name, service in SERVICES.items() for port in service.get("ports", [])}
    assert {name for name, port in ports.items() if not port.startswith("127.0.0.1:")} == {"proxy"}
    assert f" api {SERVICES['api']['environment']['GUANJIA_API_PORT']} " in (CLUSTER / "Caddyfile").read_text("utf-8")


def test_every_file_and_volume_that_is_named_is_there() -> None:
    for config in COMPOSE["configs"].values():
        assert (CLUSTER / config["file"]).is_file()
    for service in SERVICES.values():
        assert {config["source"] for config in service.get("configs", [])} <= COMPOSE["configs"].keys()
        assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= COMPOSE["volumes"].keys()


def test_prometheus_reads_every_process_that_shows_figures() -> None:
    read = yaml.safe_load((CLUSTER / "prometheus.yml").read_text(encoding="utf-8"))
    found = {
        *(
            f"{one['names'][0]}:{one['port']}"
            for job in read["scrape_configs"]
            for one in job.get("dns_sd_configs", [])
        ),
        *(
            target
            for job in read["scrape_configs"]
            for one in job.get("static_configs", [])
            for target in one["targets"]
        ),
    }
    shown = {
        f"{name}:{service['environment']['GUANJIA_METRICS_ADDRESS'].split(':')[1]}"
        for name, service in OURS.items()
        if "GUANJIA_METRICS_ADDRESS" in service["environment"]
    }
    assert found == shown == {"worker:9464", "figures:9465"}
    assert read["rule_files"] == ["alerts.yml"]


def test_the_image_copies_what_exists_installs_by_hash_and_runs_as_nobody_special() -> None:
    ignored = (CLUSTER / "Containerfile.dockerignore").read_text(encoding="utf-8")
    let_in = set(re.findall(r"^!(\S+)$", ignored, re.MULTILINE))
    copied = [
        source for words in re.findall(r"^COPY (?!--from)(.+)$", IMAGE, re.MULTILINE) for source in words.split()[:-1]
    ]
    for source in copied:
        assert (ROOT / source).exists(), source
    assert set(copied) == let_in
    assert "--require-hashes -r requirements/runtime.txt" in IMAGE
    users = re.findall(r"^USER (\S+)$", IMAGE, re.MULTILINE)
    assert users == ["guanjia"]
    assert IMAGE.index("USER guanjia") < IMAGE.index("ENTRYPOINT")
    program = re.search(r'^ENTRYPOINT \["(.+)"\]$', IMAGE, re.MULTILINE)
    assert program
    assert Path(program[1]).name == "guanjia"
    assert COMPOSE["services"]["migrate"]["build"] == {
        "context": "../..",
        "dockerfile": "deploy/cluster/Containerfile",
    }


def test_the_image_holds_every_package_that_is_built() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    packages = re.search(r"^packages = \[(.+)\]$", project, re.MULTILINE)
    assert packages
    for package in re.findall(r'"(\w+)"', packages[1]):
        assert f"COPY {package} {package}\n" in IMAGE
    version = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    assert version
    assert {service["image"] for service in OURS.values()} == {f"guanjia:{version[1]}"}
