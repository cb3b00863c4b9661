"""The one-machine centre: what a first start leaves, what a kill leaves, and how it stops."""

import re
import shutil
import signal
import stat
import subprocess
import time
import tomllib
from pathlib import Path

import httpx2
import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from activities.connections.keys import KeyRing
from activities.connections.temporal import RETENTION_DAYS, connect
from tests.deploy.centre import Centre, folder_of_a_test, typed
from tests.servers import ROOT
from workflows.messages.identifiers import SEARCH_ATTRIBUTES

REPORT = {
    "unit": "1-101",
    "channel": "phone",
    "description": "厨房水龙头漏水",
    "reporter": {"name": "王测试", "phone": "+8617400100001", "mail": "wang@example.com"},
}


def reported(centre: Centre) -> str:
    """The number of a repair that the desk has taken down, and thereby accepted."""
    answer = centre.request("POST", "repairs", "desk", REPORT)
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["number"]
    return number


def offered_to(centre: Centre, number: str) -> str:
    centre.wait_for(lambda: centre.record(number).get("assignee"))
    technician: str = centre.record(number)["assignee"]
    return technician


def test_a_first_start_leaves_secrets_that_only_their_owner_can_read(centre: Centre) -> None:
    for name in ("keys.toml", "profile.toml", "temporal.db", "lock"):
        mode = stat.S_IMODE((centre.folder / name).stat().st_mode)
        assert mode == 0o600, name
    assert stat.S_IMODE((centre.folder / "postgres").stat().st_mode) == 0o700


def test_the_commands_work_at_once_for_the_people_of_the_profile(centre: Centre) -> None:
    people = tomllib.loads((centre.folder / "profile.toml").read_text(encoding="utf-8"))["people"]
    assert list(people)[:4] == ["desk", "supervisor", "lead", "manager"]
    assert {f"T00{number}" for number in range(1, 9)} <= people.keys()
    number = reported(centre)
    centre.wait_for(lambda: number in centre.type("list"))
    assert number not in centre.type("list", "--as", "xydx-desk")


def test_the_address_table_names_what_answers(centre: Centre) -> None:
    said = centre.said()
    for address in (
        f"http://127.0.0.1:{centre.ports['GUANJIA_API_PORT']}/docs",
        f"http://127.0.0.1:{centre.ports['GUANJIA_TEMPORAL_UI_PORT']}",
        f"http://127.0.0.1:{centre.ports['GUANJIA_CODEC_PORT']}",
    ):
        assert address in said


async def client_of(centre: Centre) -> Client:
    address = f"127.0.0.1:{centre.ports['GUANJIA_TEMPORAL_PORT']}"
    return await connect(KeyRing.load(centre.folder / "keys.toml"), target_host=address)


async def test_cases_are_kept_ninety_days_under_our_search_attributes(centre: Centre) -> None:
    client = await client_of(centre)
    namespace = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert namespace.config.workflow_execution_retention_ttl.ToTimedelta().days == RETENTION_DAYS
    listed = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    assert {key.name for key in SEARCH_ATTRIBUTES} <= listed.custom_attributes.keys()


def test_preparing_what_is_prepared_changes_nothing(centre: Centre) -> None:
    first = centre.type("migrate")
    assert "90 天" in first
    assert centre.type("migrate") == first


def test_a_command_beside_a_centre_never_writes_to_another_temporal_and_says_where_it_works(centre: Centre) -> None:
    done = typed("migrate", TEMPORAL_ADDRESS="127.0.0.1:1", TEMPORAL_NAMESPACE="another", **centre.variables)
    assert done.returncode == 0, done.stderr
    assert str(centre.folder) in done.stderr
    assert str(centre.folder) not in done.stdout


def test_a_token_is_shown_when_it_is_issued_and_revoked_by_whom_it_was_for(centre: Centre) -> None:
    token = centre.type("tokens", "issue", "--caller", "gateway", "--role", "intake", "--community", "YGHY").strip()
    assert token.startswith("gj_")
    assert "1 个" in centre.type("tokens", "revoke", "--caller", "gateway")
    assert "0 个" in centre.type("tokens", "revoke", "--caller", "gateway")


def test_a_second_start_in_the_same_folder_is_refused_in_one_line(centre: Centre) -> None:
    second = typed("run", **centre.variables)
    assert second.returncode == 2
    (line,) = second.stderr.strip().splitlines()
    assert "已有一个管家在运行" in line
    assert "GUANJIA_HOME" in line


def test_a_killed_worker_is_started_again_and_goes_on_with_its_cases(centre: Centre) -> None:
    number = reported(centre)
    technician = offered_to(centre, number)
    killed = centre.child("worker")
    killed.kill()
    centre.wait_for(lambda: "process_ended" in centre.said())
    centre.act(number, "take", technician)
    centre.wait_for(lambda: centre.record(number).get("state") == "acknowledged")
    assert centre.child("worker").pid != killed.pid


def test_a_killed_postgres_is_started_again_and_every_line_arrives(centre: Centre) -> None:
    number = reported(centre)
    technician = offered_to(centre, number)
    next(each for each in centre.family() if each.name() == "postgres").kill()
    centre.act(number, "take", technician)
    centre.wait_for(lambda: centre.record(number).get("state") == "acknowledged")


@pytest.mark.timeout(300)
def test_a_case_outlives_the_kill_of_every_process_and_is_done_and_accepted_afterwards(centre: Centre) -> None:
    number = reported(centre)
    technician = offered_to(centre, number)
    centre.act(number, "take", technician)
    centre.wait_for(lambda: centre.record(number).get("state") == "acknowledged")

    centre.kill_everything()
    centre.start()

    centre.finish(number, technician)
    record = centre.record(number)
    assert [line["sequence"] for line in record["lines"]] == list(range(1, len(record["lines"]) + 1))


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_waits_for_the_last_of_it(centre: Centre) -> None:
    supervisor, *children = centre.family()
    supervisor.kill()
    assert centre.process is not None
    centre.process.wait()
    centre.start()
    assert not any(child.is_running() for child in children)
    assert centre.runs


def test_a_request_to_stop_ends_everything_within_seconds(centre: Centre) -> None:
    family = centre.family()
    assert centre.stop() < 15
    assert not any(process.is_running() for process in family)
    assert "process_killed" not in centre.said()


def test_a_second_request_to_stop_kills_what_hangs_and_starts_nothing_again(centre: Centre) -> None:
    family = centre.family()
    already = len(centre.said())
    centre.child("api").suspend()
    assert centre.process is not None
    centre.process.send_signal(signal.SIGINT)
    centre.wait_for(lambda: "stopping" in centre.said()[already:])
    began = time.monotonic()
    centre.process.send_signal(signal.SIGINT)
    assert centre.process.wait(60) == 0, centre.said()
    assert time.monotonic() - began < 5
    # PostgreSQL's own children see for themselves, in moments, that their parent has gone
    centre.wait_for(lambda: not any(process.is_running() for process in family), seconds=5)
    assert "process_ended" not in centre.said()[already:]


def backed_up_by_the_book(centre: Centre, folder: Path) -> Path:
    """The centre's files after the commands of the operations page, without the key file; ``folder`` takes them."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    words = {kind: re.search(rf"^tar {kind} .*?(?= +#|$)", page, re.MULTILINE) for kind in ("-czpf", "-xzpf")}
    for kind, where in (("-czpf", centre.folder.parent), ("-xzpf", folder)):
        command = words[kind]
        assert command
        archive, name = str(folder / "guanjia.tar.gz"), centre.folder.name
        shell = [{"guanjia.tar.gz": archive, "var": name}.get(word, word) for word in command[0].split()]
        subprocess.run(shell, cwd=where, check=True)  # noqa: S603 - our own page's command
    return folder / centre.folder.name


def test_a_backup_holds_no_secret_and_together_with_the_key_file_everything(centre: Centre) -> None:
    number = reported(centre)
    technician = offered_to(centre, number)
    profile = (centre.folder / "profile.toml").read_text(encoding="utf-8")
    lost = tomllib.loads(profile)["people"]["desk"]["token"]
    centre.stop()
    with folder_of_a_test("restored") as folder:
        restored = Centre(backed_up_by_the_book(centre, folder))
        assert not {"keys.toml", "profile.toml", "lock"} & {file.name for file in restored.folder.rglob("*")}
        assert "keys.toml" in typed("run", **restored.variables).stderr.splitlines()[-1]
        shutil.copy(centre.folder / "keys.toml", restored.folder)
        try:
            restored.start()
            restored.act(number, "take", technician)
            restored.wait_for(lambda: restored.record(number).get("state") == "acknowledged")
            assert lost not in (restored.folder / "profile.toml").read_text(encoding="utf-8")
            api = f"http://127.0.0.1:{restored.ports['GUANJIA_API_PORT']}/v1/communities/YGHY/cases"
            refused = httpx2.get(api, headers={"Authorization": f"Bearer {lost}"}, trust_env=False)
            assert refused.status_code == 401
        finally:
            restored.end()


def test_a_lost_key_file_is_never_replaced_where_data_need_it(centre: Centre) -> None:
    centre.stop()
    keys = centre.folder / "keys.toml"
    backup = keys.rename(centre.folder / "backup")
    refused = typed("run", **centre.variables)
    assert refused.returncode == 2
    assert str(keys) in refused.stderr.splitlines()[-1]
    assert not keys.exists()
    backup.rename(keys)
