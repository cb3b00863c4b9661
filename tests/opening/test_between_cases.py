"""What cases have done to each other, with the real server and real records (docs/decisions/0014)."""

import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.opening.case_start import start_case
from activities.opening.linked_cases import LinkedCases
from activities.opening.passing_on import PassingOn
from activities.opening.repair_reports import RepairReport, repair_start
from activities.records.background import Background
from activities.records.case_records import CaseRecords
from activities.records.intake_snapshot import Caller, load_snapshot
from tests.records import repairs
from tests.sandbox import sandboxed
from workflows.messages.background import BackgroundRequest
from workflows.messages.case import CaseView, Channel, Reporter
from workflows.messages.identifiers import CaseKind, TaskQueue
from workflows.messages.passing_on import CaseWord, PassedOn
from workflows.messages.people import Role
from workflows.messages.records import CaseBatch, RepairRecord
from workflows.messages.repair import RepairStart, RepairState
from workflows.messages.selecting import LinkedCaseRequest
from workflows.rules.case_numbers import case_number

NOW = datetime(2026, 5, 12, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
DESK = Caller("desk", Role.CS_ASSISTANT, "K001", frozenset({"YGHY"}), None)


def started(database: Database, description: str = "厨房水管漏水", number: str = "", **changes: object) -> RepairStart:
    number = number or case_number(CaseKind.REPAIR, b"test", "test", uuid.uuid4().hex)
    known = {"community": "YGHY", "unit": "1-101", "channel": Channel.PHONE, "description": description}
    report = RepairReport(**{**known, "reporter": Reporter(name="王测试", phone="+8613900001111"), **changes})
    return repair_start(number, report, DESK, load_snapshot(database, NOW), NOW)


def written(database: Database, start: RepairStart, **columns: object) -> None:
    """The record of a repair, as its process writes the first line."""
    opening = start.opening
    header = repairs.header(opening.number, RepairState.ACCEPTED, 1).model_copy(update={"community": opening.community})
    form = RepairRecord(trade=start.trade, repair_class=start.repair_class, hazard=start.hazard)
    CaseRecords(database).write_case(
        CaseBatch(
            header=header,
            lines=(repairs.line(1, RepairState.ACCEPTED),),
            opening=opening,
            forms=(form.model_copy(update=columns),),
        )
    )


async def test_a_case_is_started_once_and_an_emergency_before_the_others(sample: Database, client: Client) -> None:
    ordinary, emergency = started(sample), started(sample, "厨房燃气泄漏")
    assert await start_case(client, ordinary)
    assert not await start_case(client, ordinary)
    assert await start_case(client, emergency)
    for start, priority in ((ordinary, 3), (emergency, 1)):
        described = await client.get_workflow_handle(start.opening.number).describe()
        assert described.raw_description.workflow_execution_info.priority.priority_key == priority


async def test_a_word_reaches_a_case_that_runs_and_no_other(sample: Database, client: Client) -> None:
    start = started(sample)
    await start_case(client, start)
    word = PassedOn(
        to=start.opening.number,
        sender="HF-AAAAA-AAAAA",
        community="YGHY",
        message_id="1",
        word=CaseWord.RECTIFIED,
        at=NOW,
    )
    passing = PassingOn(client)
    assert (await passing.pass_on(word)).heard
    never = case_number(CaseKind.REPAIR, b"test", "test", "never")
    assert not (await passing.pass_on(word.model_copy(update={"to": never}))).heard
    assert not (await passing.pass_on(word.model_copy(update={"to": "some-other-workflow"}))).heard
    await client.get_workflow_handle(start.opening.number).terminate("over")
    assert not (await passing.pass_on(word)).heard


async def test_a_matter_of_a_revisit_becomes_one_repair_of_the_same_customer_that_the_desk_accepts(
    sample: Database, client: Client, keyring: KeyRing
) -> None:
    from temporalio.worker import Worker

    from workflows.processes.repair import Repair

    original = started(sample)
    linked = LinkedCases(sample, client, keyring.case_number_key)
    asked = LinkedCaseRequest(
        source="HF-AAAAA-AAAAA",
        matter=1,
        original=original.opening.number,
        community="YGHY",
        description="卧室插座没电",
        business_now=NOW,
    )
    with pytest.raises(ApplicationError) as early:
        await linked.open_linked(asked)
    assert (early.value.type, early.value.non_retryable) == ("record_not_yet_written", False)
    written(sample, original)
    first, again = await linked.open_linked(asked), await linked.open_linked(asked)
    assert first == again
    other = await linked.open_linked(asked.model_copy(update={"matter": 2}))
    assert other.number != first.number
    async with Worker(client, task_queue=TaskQueue.CASES, workflows=[Repair], workflow_runner=sandboxed()):
        handle = client.get_workflow_handle(first.number)
        view: CaseView = await handle.query("view", result_type=CaseView)
    assert (view.state, view.unit) == ("received", "1-101")
    [event] = [event async for event in handle.fetch_history_events() if event.event_id == 1]
    payloads = event.workflow_execution_started_event_attributes.input.payloads
    [start] = await client.data_converter.decode(payloads, [RepairStart])
    assert start.opening.linked == ("HF-AAAAA-AAAAA", original.opening.number)
    assert (start.opening.channel, start.opening.reporter.name) == (Channel.REVISIT, "王测试")
    assert start.trade == "electrical"


def recalled(database: Database, start: RepairStart, **changes: object):
    known = {
        "case": start.opening.number,
        "community": "YGHY",
        "unit": start.opening.unit,
        "trade": start.trade,
        "hazard": start.hazard,
        "merge_from": NOW - timedelta(hours=24),
        "count_from": NOW - timedelta(days=90),
    }
    return Background(database).recall(BackgroundRequest(**{**known, **changes}))


def test_open_cases_of_the_same_place_and_cause_are_found_and_counted(sample: Database) -> None:
    earlier, same = started(sample), started(sample)
    for other in (earlier, started(sample, unit="1-102"), started(sample, "卧室插座没电"), same):
        written(sample, other)
    known = recalled(sample, same)
    assert (known.possible_duplicates, known.same_faults) == ((earlier.opening.number,), 2)
    assert recalled(sample, same, community="XYDX").same_faults == 1
    assert recalled(sample, same, unit="").same_faults == 1, "nobody knows where"
    assert recalled(sample, same, merge_from=NOW + timedelta(seconds=1)).possible_duplicates == ()
    assert recalled(sample, same, count_from=NOW + timedelta(seconds=1)).same_faults == 1


@pytest.mark.parametrize("closed_as", ["merged", "dismissed"])
def test_what_was_merged_or_dismissed_is_no_fault_of_its_own(sample: Database, closed_as: str) -> None:
    written(sample, started(sample), closed_as=closed_as)
    assert recalled(sample, started(sample)).same_faults == 1
