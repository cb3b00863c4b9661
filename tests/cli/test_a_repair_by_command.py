"""A repair from the report to the closed form, typed by the desk and a technician."""

import asyncio
import re
import time
from datetime import datetime

from click.testing import Result
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
    quoted = await centre.type("quote", number, "--item", "WX-01:2", person=second)
    assert "待确认报价" in quoted.stdout, quoted.output
    consent = await centre.type("reply", number, "--intent", "confirm_quote", "--text", "同意")
    assert consent.exit_code == 0, consent.output
    held = await until_done(centre, "act", number, "suspend", "ground=parts", "promised_on=2099-01-01", person=second)
    assert "beyond_authority" in held.stderr, held.output
    done = await centre.type("complete", number, "--done", "更换阀芯", "--minutes", "25", person=second)
    assert "已完工" in done.stdout, done.output
    told = await centre.type("reply", number, "--intent", "confirm", "--text", "修好了")
    assert told.exit_code == 0, told.output

    record = await recorded_state(centre, number, "awaiting_revisit")
    await revisited(centre, next(form["revisit"] for form in record["forms"] if form["form"] == "repair_record"))
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
        "更换水龙头(不含材料) 30.00元×2",
        "60.00",
    ):
        assert words in page.stdout, page.stdout


async def until_done(centre: Centre, *words: str, person: str) -> Result:
    """Type it until the case has come to the state in which it can be answered."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while "not_allowed_in_state" in (answer := await centre.type(*words, person=person)).stderr:
        assert time.monotonic() < give_up, answer.output
        await asyncio.sleep(0.1)
    return answer


async def revisited(centre: Centre, revisit: str) -> None:
    """The supervisor takes the revisit on, records it, and the manager gives an opinion."""
    named = await until_done(centre, "act", revisit, "assign", "visitor=S001", person="supervisor")
    assert named.exit_code == 0, named.output
    words = ("--method", "phone", "--solved", "yes", "--satisfaction", "satisfied", "--suggestions", "无")
    recorded = await until_done(centre, "record", revisit, *words, person="supervisor")
    assert "已回访·满意" in recorded.stdout, recorded.output
    refused = await centre.type("act", revisit, "give-opinion", "opinion=属实", person="supervisor")
    assert refused.exit_code == 1
    assert "beyond_authority" in refused.stderr
    reviewed = await centre.type("act", revisit, "give-opinion", "opinion=属实", person="manager")
    assert reviewed.exit_code == 0, reviewed.output
    page = await centre.type("show", revisit)
    for told in ("《回访记录表》", "电话回访", "已处理好", "满意"):
        assert told in page.stdout, page.stdout


async def test_a_service_is_ordered_quoted_and_cancelled_by_command(centre: Centre):
    ordered = await centre.type("order", centre.unit(), "全屋保洁", "--category", "cleaning", "--item", "BJ-01")
    found = re.search(r"TY-\S{5}-\S{5}", ordered.stdout)
    assert found, ordered.output
    number = found[0]
    quoted = await centre.type("quote", number, "--item", "BJ-01:3", "--line", "特殊清洁剂:15.50")
    assert "待确认报价" in quoted.stdout, quoted.output
    unknown = await centre.type("quote", number, "--item", "ZZ-99")
    assert "unknown_price_item" in unknown.stderr
    cancelled = await centre.type("act", number, "cancel", "reason=改天")
    assert "已关闭" in cancelled.stdout, cancelled.output


async def test_what_is_misspelt_is_explained_before_anything_is_sent(centre: Centre):
    number = await reported(centre)
    for words, said in (
        (("fly",), "没有“fly”这一操作"),
        (("suspend", "ground"), "应写成 名称=内容"),
        (("suspend", "weather=wet"), "没有“weather”这一项"),
        (("suspend", "ground=weather"), "缺少或写错了"),
    ):
        answer = await centre.type("act", number, *words)
        assert answer.exit_code == 2, answer.output
        assert said in " ".join(answer.stderr.replace("│", "").split()), answer.stderr


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
