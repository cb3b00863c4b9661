"""A case whose history has grown long continues as new, knowing all that it knew."""

import asyncio
from decimal import Decimal

from temporalio.testing import TimeSkipper, TimeSkippingConfig

from activities.connections.keys import KeyRing
from activities.connections.temporal import connect
from tests import servers
from tests.processes.case_under_test import CaseUnderTest
from tests.processes.centre import service_centre, technician
from workflows.messages.passing_on import CaseWord
from workflows.messages.quotes import Charge
from workflows.messages.records import Suspension


async def test_a_case_that_continues_as_new_knows_what_it_knew(keyring: KeyRing) -> None:
    async with await servers.temporal_server("limit.historyCount.suggestContinueAsNew=90") as environment:
        client = await connect(keyring, target_host=environment.client.service_client.config.target_host)
        skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, disable_propagation=True))
        async with service_centre(client, skipper) as centre:
            case = await centre.completed()
            before = await case.view()
            await reply_until_it_continues_as_new(case)
            after = await case.view()
            assert (after.state, after.assignee) == (before.state, before.assignee)
            assert after.now >= before.now
            repeated = await case.act(technician("T001"), "complete", message_id="m3", work_done="再来一次")
            assert repeated.state == "completed", "the answer given before is remembered"
            await case.reply("confirm")
            await case.becomes("closed")
            await case.recorded("closed")
            sequences = [line.sequence for line in centre.outside.lines]
            assert sequences == list(range(1, len(sequences) + 1))


async def test_a_suspended_paid_repair_that_continues_as_new_knows_its_quote_and_its_promise(keyring: KeyRing) -> None:
    async with await servers.temporal_server("limit.historyCount.suggestContinueAsNew=90") as environment:
        client = await connect(keyring, target_host=environment.client.service_client.config.target_host)
        skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, disable_propagation=True))
        async with service_centre(client, skipper) as centre:
            case = await centre.dispatched(inside=True)
            await case.hear(CaseWord.MERGED, "BX-7K3QM-9TXAB")
            worker = technician("T001")
            for action in ("take", "arrive"):
                await case.act(worker, action)
            line = {"code": "W01", "name": "换龙头", "unit": "个", "unit_price": "180.00"}
            await case.act(worker, "quote", lines=[line])
            await case.reply("confirm_quote", "可以")
            await case.becomes("in_progress")
            await case.act(worker, "suspend", ground="parts", promised_on="2026-05-14")
            before = await case.view()
            await reply_until_it_continues_as_new(case)
            after = await case.view()
            assert (after.state, after.clocks) == (before.state, before.clocks)
            await case.act(worker, "resume")
            await case.act(worker, "complete", billed="260.00")
            await case.told("repair_completed", "customer", "customer:BX-7K3QM-9TXAB")
            assert centre.outside.forms(Charge)[-1].billable == Decimal("180.00")
            (suspension,) = centre.outside.forms(Suspension)
            assert suspension.resumed_at is not None
            assert len(centre.outside.recalled) == 1


async def reply_until_it_continues_as_new(case: CaseUnderTest) -> None:
    """Reply after reply, with a pause between them: a case that is never left alone cannot continue as new."""
    first_run = (await case.handle.describe()).run_id
    for _ in range(20):
        await case.reply("comment", "还在等")
        for _ in range(10):
            if (await case.handle.describe()).run_id != first_run:
                return
            await asyncio.sleep(0.1)
    raise AssertionError("it never continued as new")
