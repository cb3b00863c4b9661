"""A repair from the report to the closed form, typed by the desk and a technician."""

import asyncio
import re
import time
from datetime import datetime

from temporalio.client import Client

from starters.cli.manager_links import MANAGER_QUERIES
from starters.cli.screen import LOCAL
from tests.cli.conftest import Centre

NUMBER = re.compile(r"BX-[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}")
MESSAGE = re.compile(r"^\s*(\d+) ", re.MULTILINE)
PATIENCE_SECONDS = 20


async def reported(centre: Centre, *words: str, description: str = "厨房水龙头漏水") -> str:
    done = await centre.type(
        "report", centre.unit(), description, "--name", "王测试", "--phone", "+8617400900001", *words
    )
    assert done.exit_code == 0, done.output
    found = NUMBER.search(done.stdout)
    assert found, done.output
    return found[0]


async def offered_to(centre: Centre, number: str, named: str = "") -> str:
    """The technician who has been offered the job: the named one, or whomever the rule chose."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        live = (await centre.answer("show", number))["live"]
        if live["state"] == "dispatched" and live["assignee"] and live["assignee"] == (named or live["assignee"]):
            return str(live["assignee"])
        assert time.monotonic() < give_up, live
        await asyncio.sleep(0.1)


async def looked_for_another(centre: Centre, number: str) -> None:
    """Wait until somebody else has the offer, or nobody on duty can take it."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    live = (await centre.answer("show", number))["live"]
    while not (live["assignee"] or "无人可派" in live["waiting_for"]):
        assert time.monotonic() < give_up, live
        await asyncio.sleep(0.1)
        live = (await centre.answer("show", number))["live"]


async def recorded_state(centre: Centre, number: str, state: str) -> dict[str, object]:
    """The record, once it has come to the state."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        shown = await centre.answer("list")
        [case] = [case for case in shown["cases"] if case["number"] == number] or [None]
        if case and case["state"] == state:
            return dict((await centre.answer("show", number))["record"])
        assert time.monotonic() < give_up, shown
        await asyncio.sleep(0.1)


async def test_a_repair_is_reported_declined_given_to_another_done_and_confirmed_by_command(centre: Centre):
    number = await reported(centre)
    first = await offered_to(centre, number)
    declined = await centre.type("decline", number, "--reason", "在抢修别处", person=first)
    assert declined.exit_code == 0, declined.output
    await looked_for_another(centre, number)
    second = next(code for code in centre.technicians() if code != first)
    dispatched = await centre.type("dispatch", number, "--to", second, "--reason", "就近")
    assert dispatched.exit_code == 0, dispatched.output
    await offered_to(centre, number, second)

    for words in (("take", number), ("arrive", number)):
        acted = await centre.type(*words, person=second)
        assert acted.exit_code == 0, acted.output
    done = await centre.type("complete", number, "--done", "更换阀芯", "--minutes", "25", person=second)
    assert "已完工" in done.stdout, done.output
    told = await centre.type("reply", number, "--intent", "confirm", "--text", "修好了")
    assert told.exit_code == 0, told.output

    record = await recorded_state(centre, number, "closed")
    assert [line["sequence"] for line in record["lines"]] == list(range(1, len(record["lines"]) + 1))
    page = await centre.type("show", number)
    for words in (
        "《报修记录》",
        "《维修派工单》",
        "在抢修别处",
        "更换阀芯",
        "王测试",
        "客户确认",
        "已关闭",
        "师傅将到",
    ):
        assert words in page.stdout, page.stdout


async def test_the_same_key_is_the_same_case_and_another_body_is_refused(centre: Centre):
    first = await reported(centre, "--key", "a-key-of-mine-1")
    assert await reported(centre, "--key", "a-key-of-mine-1") == first
    other = await centre.type("report", centre.unit(), "门锁坏了", "--key", "a-key-of-mine-1")
    assert other.exit_code == 1
    assert "idempotency_key_reused" in other.stderr


async def test_what_is_not_allowed_is_refused_with_its_reason_and_an_exit_code(centre: Centre):
    number = await reported(centre)
    technician = await offered_to(centre, number)
    early = await centre.type("arrive", number, person=technician)
    assert early.exit_code == 1
    assert "已派工" in early.stderr
    assert "not_allowed_in_state" in early.stderr
    other = next(code for code in centre.technicians() if code != technician)
    assert "not_the_assignee" in (await centre.type("take", number, person=other)).stderr
    assert "not_allowed_for_role" in (await centre.type("accept", number, person=technician)).stderr


async def test_a_supervisor_moves_a_deadline_and_sees_it_in_the_page_of_the_case(centre: Centre):
    number = await reported(centre)
    await offered_to(centre, number)
    moved = await centre.type(
        "move-deadline", number, "--clock", "finish", "--to", "2099-05-12 15:00", "--reason", "客户改约"
    )
    assert moved.exit_code == 0, moved.output
    assert "2099-05-12 15:00" in (await centre.type("show", number)).stdout


async def test_the_list_is_filtered_aligned_and_paged(centre: Centre):
    numbers = {await reported(centre) for _ in range(3)}
    for number in numbers:
        await recorded_state(centre, number, "dispatched")
    first = await centre.type("list", "--open", "--limit", "2")
    cursor = re.search(r"--cursor (\S+)", first.stdout)
    assert cursor, first.stdout
    second = await centre.type("list", "--open", "--limit", "2", "--cursor", cursor[1])
    assert set(NUMBER.findall(first.stdout + second.stdout)) == numbers
    assert "数据截至" in first.stdout
    assert NUMBER.findall((await centre.type("list", "--state", "closed")).stdout) == []


async def test_a_technician_reads_the_inbox_and_marks_it_read(centre: Centre):
    technician = await offered_to(centre, await reported(centre))
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (messages := MESSAGE.findall((await centre.type("inbox", person=technician)).stdout)):
        assert time.monotonic() < give_up
        await asyncio.sleep(0.1)
    read = await centre.type("inbox", "read", *messages, person=technician)
    assert read.exit_code == 0, read.output
    assert "没有未读" in (await centre.type("inbox", person=technician)).stdout
    assert messages[0] in (await centre.type("inbox", "--all", person=technician)).stdout


async def test_a_manager_finds_an_open_emergency_and_who_waits_for_a_technician(centre: Centre, client: Client):
    number = await reported(centre, description="厨房燃气泄漏,味道很大")
    await offered_to(centre, number)
    views = {question.name: question.at(datetime.now(LOCAL)) for question in MANAGER_QUERIES}
    give_up = time.monotonic() + PATIENCE_SECONDS
    expected = {"今日紧急", "紧急未结", "等待派工或接单"}
    while (found := await views_with(client, views, number)) != expected:
        assert time.monotonic() < give_up, found
        await asyncio.sleep(0.1)


async def views_with(client: Client, views: dict[str, str], number: str) -> set[str]:
    """The views in which the case is."""
    found = {name: await client.count_workflows(f"{view} AND WorkflowId = '{number}'") for name, view in views.items()}
    return {name for name, executions in found.items() if executions.count}
