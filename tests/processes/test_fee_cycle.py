"""A quarter's cycle on its days of 2026 (docs/domain/fee-cycle.md)."""

import pytest

from tests.processes.case_under_test import eventually
from tests.processes.centre import SITE_MANAGER, SUPERVISOR, Centre
from tests.processes.fee_cases import CASHIER, FINANCE, open_cycle
from workflows.messages import billing
from workflows.messages.passing_on import CaseWord
from workflows.messages.people import Actor, Role


async def test_cyc_01_a_quarter_goes_from_extraction_to_the_dunning_list(centre: Centre):
    ledger = centre.outside.ledger
    cycle = await open_cycle(centre)
    view = await cycle.becomes("under_review")
    due = {clock.name: f"{clock.due_at:%m-%d %H:%M}" for clock in view.clocks}
    assert due == {"review": "03-27 00:00", "approval": "03-27 18:00"}
    assert sorted(ledger.chunk_jobs) == [("assess", 1), ("assess", 2)]
    await cycle.told("fee_table_to_review", "role:finance")

    await cycle.wait_until("03-26 10:00")
    await cycle.act(FINANCE, "approve", version=1)
    await cycle.becomes("approved")
    await cycle.told("fee_notices_to_send", "role:cashier", "role:steward", "role:cs_supervisor")
    await cycle.wait_until("03-27 09:00")
    await cycle.act(CASHIER, "hand_over", signed_by=["G001", "G002"])
    ledger.unsent = 0
    await cycle.hear(CaseWord.NOTICES_SENT, "")
    await cycle.becomes("notified")

    await cycle.wait_until("04-01 00:00:01")
    await cycle.becomes("collecting")
    await cycle.wait_until("04-12 23:00")
    assert ledger.listing_days() == []
    await cycle.wait_until("04-13 00:31")
    await cycle.becomes("dunning")
    assert [f"{day:%m-%d}" for day in ledger.listing_days()] == ["04-13"]
    assert ledger.of(billing.ListOverdue)[0].quarter == "2026Q2"
    ledger.open_bills = 2
    await cycle.wait_until("07-01 00:01")
    await cycle.becomes("closed")
    outcome = await cycle.handle.result()
    assert outcome.state == "closed"
    assert outcome.standing.open_bills == 2


async def test_cyc_03_the_first_quarters_list_is_made_on_tuesday_the_13th(centre: Centre):
    cycle = await open_cycle(centre, "2026Q1", "01-02 09:00")
    await cycle.becomes("under_review")
    await cycle.act(FINANCE, "approve", version=1)
    centre.outside.ledger.unsent = 0
    await cycle.wait_until("01-12 23:59")
    assert centre.outside.ledger.listing_days() == []
    await cycle.wait_until("01-13 00:31")
    await cycle.becomes("dunning")


async def test_cyc_04_returned_rows_make_a_second_version_that_finance_sees_anew(centre: Centre):
    ledger = centre.outside.ledger
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    rows = [{"account": f"1-{n}-Y1", "reason": "面积与合同不符"} for n in (12, 45, 301)]
    await cycle.act(FINANCE, "reject", version=1, rows=rows)
    await cycle.becomes("correcting")
    await cycle.told("fee_table_returned", "role:cashier")
    await cycle.act(CASHIER, "resubmit", reason="已按合同更正")
    await cycle.becomes("under_review")
    assert [one.job.version for one in ledger.of(billing.CorrectRows)] == [2]
    assert await cycle.refusal_of(FINANCE, "approve", version=1) == "stale_version"
    await cycle.wait_until("03-27 11:00")
    await cycle.act(FINANCE, "approve", version=2)
    await cycle.becomes("approved")
    line = next(line for line in centre.outside.lines if line.event == "rejected")
    assert "面积" not in str(line.facts)


async def test_cyc_05_without_approval_the_site_manager_is_told_and_nothing_leaves(centre: Centre):
    ledger = centre.outside.ledger
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    await cycle.wait_until("03-27 17:59")
    assert "role:site_manager" not in centre.outside.told("clock_breached")
    await cycle.wait_until("03-27 18:01")
    await eventually(lambda: "role:site_manager" in centre.outside.told("clock_breached"))
    assert "bills" not in dict(ledger.chunk_jobs)
    await cycle.wait_until("04-02 16:00")
    assert await cycle.state() == "under_review"
    await cycle.act(FINANCE, "approve", version=1)
    await cycle.becomes("approved")
    # the stewards have a day before anybody asks after them
    assert centre.outside.told("fee_notices_unsent") == []
    ledger.unsent = 0
    await cycle.hear(CaseWord.NOTICES_SENT, "")
    await cycle.recorded("notices_sent")
    await cycle.becomes("collecting")


async def test_cyc_10_whoever_made_a_version_does_not_approve_it(centre: Centre):
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    assert await cycle.refusal_of(CASHIER, "approve", version=1) == "not_allowed_for_role"
    await cycle.act(FINANCE, "reject", version=1, rows=[{"account": "1-101-Y1", "reason": "x"}])
    await cycle.becomes("correcting")
    await cycle.act(CASHIER, "resubmit")
    await cycle.becomes("under_review")
    as_finance = Actor(role=Role.FINANCE, code=CASHIER.code)
    assert await cycle.refusal_of(as_finance, "approve", version=2) == "same_person"


async def test_a_review_that_the_ledger_does_not_take_in_has_no_effect(centre: Centre):
    """CYC-10 where the person is a cashier by post: the ledger knows the posts."""
    centre.outside.ledger.verdict = billing.ReviewVerdict.NOT_ALLOWED
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    await cycle.act(Actor(role=Role.FINANCE, code="C002"), "approve", version=1)
    await cycle.recorded("review_refused")
    await cycle.told("fee_review_refused", "role:finance", "role:site_manager")
    assert await cycle.state() == "under_review"
    centre.outside.ledger.verdict = None
    await cycle.act(FINANCE, "approve", version=1)
    await cycle.becomes("approved")


async def test_fee_10_a_fact_before_the_approval_puts_the_row_back_into_review(centre: Centre):
    ledger = centre.outside.ledger
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    await cycle.wait_until("03-27 10:00")
    await cycle.hear(CaseWord.ROWS_DIRTY, "")
    await cycle.recorded("recomputed")
    assert await cycle.refusal_of(FINANCE, "approve", version=1) == "stale_version"
    await cycle.act(FINANCE, "approve", version=2)
    await cycle.becomes("approved")
    await cycle.hear(CaseWord.ROWS_DIRTY, "")
    assert len(ledger.of(billing.CorrectRows)) == 1


async def test_a_row_that_changed_unheard_is_found_at_the_approval(centre: Centre):
    centre.outside.ledger.verdict = billing.ReviewVerdict.ROWS_OPEN
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    await cycle.act(FINANCE, "approve", version=1)
    await cycle.recorded("recomputed")
    await cycle.act(FINANCE, "approve", version=2)
    await cycle.becomes("approved")


async def test_unsent_notices_are_told_when_the_window_opens(centre: Centre):
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    await cycle.act(FINANCE, "approve", version=1)
    await cycle.becomes("approved")
    await cycle.wait_until("04-01 00:01")
    await cycle.becomes("collecting")
    await cycle.told("fee_notices_unsent", "role:cs_supervisor")
    centre.outside.ledger.unsent = 0
    await cycle.hear(CaseWord.NOTICES_SENT, "")
    await cycle.recorded("notices_sent")


async def test_a_quarter_that_is_paid_closes_without_waiting_for_its_end(centre: Centre):
    ledger = centre.outside.ledger
    ledger.unsent, ledger.open_bills, ledger.listed = 0, 0, billing.Listed()
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    await cycle.act(FINANCE, "approve", version=1)
    await cycle.wait_until("04-13 00:31")
    await cycle.becomes("closed")


@pytest.mark.parametrize(("who", "moved"), [(SITE_MANAGER, True), (SUPERVISOR, True), (FINANCE, False)])
async def test_a_deadline_is_moved_by_managers_only(centre: Centre, who: Actor, moved: bool):
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    details = {"clock": "review", "due_at": "2026-03-28T12:00:00+08:00", "reason": "财务外出"}
    if moved:
        await cycle.act(who, "move_deadline", **details)
        assert {clock.name: clock.moved for clock in (await cycle.view()).clocks}["review"] == 1
    else:
        assert await cycle.refusal_of(who, "move_deadline", **details) == "not_allowed_for_role"


async def test_the_history_of_a_cycle_is_short_whatever_the_size_of_the_community(centre: Centre):
    ledger = centre.outside.ledger
    ledger.chunks, ledger.areas = 16, tuple(f"A{n}" for n in range(20))
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    await cycle.act(FINANCE, "reject", version=1, rows=[{"account": "1-101-Y1", "reason": "x"}])
    await cycle.becomes("correcting")
    await cycle.act(CASHIER, "resubmit")
    await cycle.becomes("under_review")
    await cycle.act(FINANCE, "approve", version=2)
    await cycle.becomes("approved")
    await cycle.act(CASHIER, "hand_over", signed_by=["G001"])
    ledger.unsent = 0
    await cycle.hear(CaseWord.NOTICES_SENT, "")
    await cycle.wait_until("07-01 00:01")
    await cycle.becomes("closed")
    assert len([number for step, number in ledger.chunk_jobs if step == "bills"]) == 16
    history = await cycle.handle.fetch_history()
    assert len(history.events) < 500


async def test_an_administrators_cancellation_is_told(centre: Centre):
    cycle = await open_cycle(centre)
    await cycle.becomes("under_review")
    await cycle.handle.cancel()
    await cycle.told("case_aborted", "role:site_manager", "role:cashier")
