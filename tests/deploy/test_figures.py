"""Figures for Prometheus, the alerts and the dashboard that read them, and the comparison of records with Temporal."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import temporalio.bridge
import yaml
from sqlalchemy import text

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from deploy.one_machine.embedded_postgres import database_url
from tests.deploy.centre import Centre, free_ports, typed
from tests.deploy.test_one_machine import reported
from tests.servers import ROOT

CLUSTER = ROOT / "deploy" / "cluster"
ALERTS = yaml.safe_load((CLUSTER / "alerts.yml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((CLUSTER / "grafana.json").read_text(encoding="utf-8"))
_NAMES = re.compile(r"\b(?:guanjia|temporal)_[a-z_]+")


def expressions() -> Iterator[str]:
    for group in ALERTS["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (one["query"] for one in DASHBOARD["templating"]["list"])


@pytest.fixture
def shown(centre: Centre) -> Iterator[str]:
    """What the figures of a running centre look like, once records and Temporal have been compared."""
    (port,) = free_ports(1)
    variables = {**centre.variables, "GUANJIA_METRICS_ADDRESS": f"127.0.0.1:{port}"}
    reported(centre)
    environment = {"PATH": "/usr/bin:/bin", **variables}
    process = subprocess.Popen([sys.executable, "-m", "deploy.command", "figures"], env=environment, cwd=ROOT)
    seen = ""

    def compared() -> bool:
        nonlocal seen
        try:
            seen = httpx2.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        except httpx2.TransportError:
            return False
        return "guanjia_reconciled_at_seconds" in seen

    try:
        centre.wait_for(compared)
        yield seen
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_every_figure_that_an_alert_or_a_panel_reads_is_shown_by_somebody(shown: str) -> None:
    core = next(Path(temporalio.bridge.__file__).parent.glob("*.so")).read_bytes()
    read = {name for expression in expressions() for name in _NAMES.findall(expression)}
    assert len(read) > 12
    for name in sorted(read):
        if name.startswith("guanjia_"):
            assert f"\n{name}" in shown, name
        else:
            own = name.removeprefix("temporal_").removesuffix("_bucket")
            assert own.encode() in core, name


def test_open_cases_are_counted_and_the_ledger_is_at_zero(shown: str) -> None:
    counted = re.search(r'guanjia_open_cases{community="YGHY",kind="repair"} (\d+)', shown)
    assert counted
    assert int(counted[1]) >= 1
    assert "guanjia_ledger_balance_cny 0.0" in shown
    assert "guanjia_records_up 1.0" in shown
    assert "guanjia_reconcile_differences 0.0" in shown


def test_figures_that_can_never_be_compared_end_in_one_line(centre: Centre, tmp_path: Path) -> None:
    (tmp_path / "temporal.toml").write_text("[profile.default.tls]\nclient_certificate = 'x'\n", encoding="utf-8")
    (port,) = free_ports(1)
    ended = typed(
        "figures",
        GUANJIA_METRICS_ADDRESS=f"127.0.0.1:{port}",
        GUANJIA_DATABASE_URL=database_url(centre.folder / "postgres"),
        GUANJIA_KEYS_FILE=str(centre.folder / "keys.toml"),
        TEMPORAL_CONFIG_FILE=str(tmp_path / "temporal.toml"),
    )
    assert ended.returncode == 2
    assert "client_certificate" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_every_alert_names_a_chapter_of_the_runbook() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    chapters = set(re.findall(r"^### (.+)$", page, re.MULTILINE))
    rules: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
    assert rules
    for rule in rules:
        assert rule["annotations"]["runbook"] in chapters, rule["alert"]


def test_a_record_that_nobody_works_on_is_named(centre: Centre) -> None:
    number = reported(centre)
    assert typed("records", "reconcile", **centre.variables).returncode == 0
    database = Database.connect(database_url(centre.folder / "postgres"), KeyRing.load(centre.folder / "keys.toml"))
    lost = f"{number[:-1]}{'A' if number[-1] != 'A' else 'B'}"
    with database.begin() as connection:
        columns = connection.scalars(
            text("SELECT column_name FROM information_schema.columns WHERE table_name = 'cases' ORDER BY 1")
        ).all()
        taken = ", ".join(
            {"number": ":lost", "recorded_at": "now() - interval '1 hour'"}.get(name, name) for name in columns
        )
        copied = text(f"INSERT INTO cases ({', '.join(columns)}) SELECT {taken} FROM cases WHERE number = :number")  # noqa: S608
        connection.execute(copied, {"lost": lost, "number": number})
    compared = typed("records", "reconcile", **centre.variables)
    with database.begin() as connection:
        connection.execute(text("DELETE FROM cases WHERE number = :lost"), {"lost": lost})
    database.close()
    assert compared.returncode == 1
    assert f"{lost} 记录未结" in compared.stdout
    assert "差异 1 处" in compared.stdout


def test_a_record_that_was_lost_is_rebuilt_from_its_history(centre: Centre) -> None:
    number = reported(centre)
    centre.wait_for(lambda: centre.record(number).get("assignee"))
    before = centre.record(number)
    database = Database.connect(database_url(centre.folder / "postgres"), KeyRing.load(centre.folder / "keys.toml"))
    with database.begin() as connection:
        for table, column in (("case_lines", '"case"'), ("repair_records", '"case"'), ("cases", "number")):
            connection.execute(text(f"DELETE FROM {table} WHERE {column} = :number"), {"number": number})  # noqa: S608
    database.close()
    rebuilt = typed("records", "rebuild", number, **centre.variables)
    assert (rebuilt.returncode, f"{number} 补写" in rebuilt.stdout) == (0, True), rebuilt.stderr
    assert centre.record(number)["lines"] == before["lines"]
    again = typed("records", "rebuild", "--open", **centre.variables)
    assert (again.returncode, "补写 0 行" in again.stdout) == (0, True), again.stdout
    assert typed("records", "rebuild", f"{number[:-1]}?", **centre.variables).returncode == 1
    assert typed("records", "rebuild", **centre.variables).returncode == 2
