"""What comes late or at the wrong moment to a quarter's cycle (docs/domain/fee-cycle.md)."""

import asyncio
import random
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from activities.connections.keys import KeyRing
from activities.connections.temporal import connect
from tests import servers
from tests.processes.case_under_test import CaseUnderTest, code_of, eventually
from tests.processes.centre import Centre, service_centre
from tests.processes.fee_cases import CASHIER, FINANCE, open_cycle
from workflows.messages import billing
from workflows.messages.passing_on import CaseWord

ROWS = [{"account": "1-101-Y1", "reason": "面积不符"}]


async def approved(centre: Centre, received: str = "03-25 00:30") -> CaseUnderTest:
    """A quarter whose first version finance has approved at once."""
    cycle = await open_cycle(centre, received=received)
    await cycle.becomes("under_review")
    await cycle.act(FINANCE, "approve", version=1)
    await cycle.becomes("approved")
    return cycle


async def test_a_word_that_comes_while_the_approval_is_entered_keeps_no_cycle_open(centre: Centre):
    """FEE-10: the ledger has judged the rows; a word that was on its way says nothing new."""
    ledger = centre.outside.ledger
    ledger.review_may_end.clear()
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    await cycle.act(FINANCE, "approve", version=1)
    await eventually(lambda: bool(ledger.of(billing.ReviewTable)))
    await cycle.hear(CaseWord.ROWS_DIRTY, "")
    ledger.review_may_end.set()
    await cycle.becomes("approved")
    ledger.unsent, ledger.open_bills = 0, 0
    await cycle.hear(CaseWord.NOTICES_SENT, "")
    await cycle.wait_until("04-13 00:31")
    outcome = await asyncio.wait_for(cycle.handle.result(), 20)
    assert outcome.state == "closed"


async def test_a_cycle_that_an_administrator_ends_is_closed_on_record(centre: Centre):
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    await cycle.handle.cancel()
    await eventually(lambda: "aborted" in centre.outside.events)
    header = centre.outside.batches[-1].header
    assert (header.state, header.closed_at is not None) == ("closed", True)


async def test_finance_has_a_day_for_a_table_that_comes_back_after_its_review_day(centre: Centre):
    """CYC-04: returned on the 26th, handed in again on the 27th: nobody is late at that moment."""
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    await cycle.wait_until("03-26 17:00")
    await cycle.act(FINANCE, "reject", version=1, rows=ROWS)
    await cycle.becomes("correcting")
    await cycle.wait_until("03-27 09:00")
    await cycle.act(CASHIER, "resubmit", reason="已更正")
    view = await cycle.becomes("under_review")
    assert {clock.name: f"{clock.due_at:%m-%d %H:%M}" for clock in view.clocks}["review"] == "03-29 00:00"
    assert not view.breached
    assert centre.outside.told("clock_breached") == []


async def test_cyc_05_notices_of_an_approval_after_the_list_day_are_asked_after_and_then_done(centre: Centre):
    ledger = centre.outside.ledger
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    await cycle.wait_until("04-15 10:00")
    await cycle.act(FINANCE, "approve", version=1)
    await cycle.becomes("dunning")
    breached = centre.outside.told("clock_breached")
    ledger.unsent = 0
    await cycle.hear(CaseWord.NOTICES_SENT, "")
    await cycle.recorded("notices_sent")
    await cycle.wait_until("04-18 00:00")
    clocks = {clock.name for clock in (await cycle.view()).clocks}
    assert clocks == {"handover"}
    late = centre.outside.told("clock_breached")[len(breached) :]
    assert len(late) == 1, "the handover is late, the dispatch is not"


async def cycle_told(centre: Centre, count: int) -> None:
    """Wait until so many have been told that there are notices to send."""
    await eventually(lambda: len(centre.outside.told("fee_notices_to_send")) == count)


async def test_the_stewards_of_every_area_are_told_that_there_are_notices_to_send(centre: Centre):
    """S4 4.2.1.4: a steward holds a post in an area; a notice to no area reaches none."""
    centre.outside.ledger.areas = ("A1", "A2")
    await approved(centre)
    await cycle_told(centre, 4)
    told = [notice for notice in centre.outside.notices if notice.event == "fee_notices_to_send"]
    assert sorted(notice.area for notice in told if notice.recipient.key == "role:steward") == ["A1", "A2"]


async def test_a_cycle_that_continues_as_new_knows_its_version_its_maker_and_its_hand_over(keyring: KeyRing):
    async with await servers.temporal_server("limit.historyCount.suggestContinueAsNew=60") as environment:
        client = await connect(keyring, target_host=environment.client.service_client.config.target_host)
        skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, disable_propagation=True))
        async with service_centre(client, skipper) as centre:
            cycle = await open_cycle(centre)
            await cycle.becomes("under_review")
            first_run = (await cycle.handle.describe()).run_id
            await cycle.act(FINANCE, "reject", version=1, rows=ROWS)
            await cycle.becomes("correcting")
            await cycle.act(CASHIER, "resubmit")
            await cycle.becomes("under_review")
            for _ in range(20):
                if (await cycle.handle.describe()).run_id != first_run:
                    break
                await cycle.reply("comment", "?")
                await asyncio.sleep(0.3)
            assert (await cycle.handle.describe()).run_id != first_run
            before = len(centre.outside.ledger.of(billing.PlanChunks))
            assert await cycle.refusal_of(FINANCE, "approve", version=1) == "stale_version"
            same = FINANCE.model_copy(update={"code": CASHIER.code})
            assert await cycle.refusal_of(same, "approve", version=2) == "same_person"
            await cycle.act(FINANCE, "approve", version=2)
            await cycle.becomes("approved")
            assert len(centre.outside.ledger.of(billing.PlanChunks)) == before
            assert [one for one in centre.outside.ledger.chunk_jobs if one[0] == "bills"]
            sequences = [line.sequence for line in centre.outside.lines]
            assert sequences == list(range(1, len(sequences) + 1))


EXPECTED_REFUSALS = ("not_allowed_in_state", "stale_version", "under_way", "handed_over_already")


@pytest.mark.parametrize("seed", range(8))
async def test_words_and_actions_in_any_order_never_bill_twice_or_unapproved(centre: Centre, seed: int):
    """Whatever comes when: bills leave once, after an approval of the version that is current."""
    chance, ledger = random.Random(seed), centre.outside.ledger  # noqa: S311 - repeatable by seed
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")

    async def say(what: str) -> None:
        version = len(ledger.of(billing.CorrectRows)) + 1
        sayings = {
            "approve": lambda: cycle.act(FINANCE, "approve", version=version),
            "stale": lambda: cycle.act(FINANCE, "approve", version=version + 1),
            "reject": lambda: cycle.act(FINANCE, "reject", version=version, rows=ROWS),
            "resubmit": lambda: cycle.act(CASHIER, "resubmit"),
            "hand_over": lambda: cycle.act(CASHIER, "hand_over", signed_by=["G001"]),
            "dirty": lambda: cycle.hear(CaseWord.ROWS_DIRTY, ""),
            "sent": lambda: cycle.hear(CaseWord.NOTICES_SENT, ""),
        }
        try:
            await sayings[what]()
        except WorkflowUpdateFailedError as refused:
            if code_of(refused) not in EXPECTED_REFUSALS:
                raise

    words = ["approve", "stale", "reject", "resubmit", "hand_over", "dirty", "dirty", "sent", "approve", "resubmit"]
    for what in chance.sample(words, len(words)):
        await say(what)
        if chance.random() < 0.5:
            await cycle.comes_to_rest()
        assert ("bills", 1) not in ledger.chunk_jobs or "approved" in centre.outside.events
    for _ in range(4):
        await cycle.comes_to_rest()
        for what in ("resubmit", "approve"):
            await say(what)
            await cycle.comes_to_rest()
    ledger.unsent, ledger.open_bills = 0, 0
    await say("sent")
    await cycle.comes_to_rest()
    await cycle.skipper.fast_forward(cycle.handle, timedelta(days=100))
    outcome = await asyncio.wait_for(cycle.handle.result(), 20)
    assert outcome.state == "closed"
    assert sorted(job for job in ledger.chunk_jobs if job[0] == "bills") == [("bills", 1), ("bills", 2)]
