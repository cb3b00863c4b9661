"""Roster and policy by command."""

import json
from pathlib import Path

from tests.cli.conftest import COMMUNITY, Centre


async def test_an_exported_roster_is_for_its_owner_alone_and_comes_back_unchanged(centre: Centre, tmp_path: Path):
    file = tmp_path / "roster.xlsx"
    assert (await centre.type("roster", "export", str(file))).exit_code == 0
    assert file.stat().st_mode & 0o077 == 0
    again = await centre.type("roster", "export", str(file))
    assert again.exit_code == 2
    assert "--overwrite" in again.stderr
    back = await centre.type("roster", "import", str(file))
    assert back.exit_code == 0, back.output
    assert "已导入" in back.stdout


async def test_a_file_that_is_no_roster_is_refused_and_changes_nothing(centre: Centre, tmp_path: Path):
    file = tmp_path / "roster.xlsx"
    file.write_bytes(b"no spreadsheet")
    refused = await centre.type("roster", "import", str(file))
    assert refused.exit_code == 1
    assert "roster_refused" in refused.stderr


async def test_a_policy_is_published_as_the_next_version_and_a_wrong_field_is_named(centre: Centre, tmp_path: Path):
    [before] = (await centre.answer("policy", "show"))["policies"]
    change = {"version": before["version"], "effective_from": "2099-01-01T00:00:00+08:00"}
    file = tmp_path / "policy.json"

    file.write_text(json.dumps(change | {"repair": {"aceptance": {}}}))
    refused = await centre.type("policy", "publish", str(file), "--reason", "写错字段", person="manager")
    assert refused.exit_code == 1
    assert "policy.repair.aceptance" in refused.stdout + refused.stderr

    file.write_text(json.dumps(change | {"repair": {"auto_dispatch": False}}))
    published = await centre.type("policy", "publish", str(file), "--reason", "改为人工派工", person="manager")
    assert published.exit_code == 0, published.output
    assert "第 2 版" in published.stdout
    assert [policy["version"] for policy in (await centre.answer("policy", "show"))["policies"]] == [1, 2]


async def test_another_community_is_not_there_for_a_foreign_token(centre: Centre):
    foreign = await centre.type("list", "--community", "XYDX")
    assert foreign.exit_code == 1
    assert "unknown_community" in foreign.stderr
    assert COMMUNITY not in foreign.stderr
