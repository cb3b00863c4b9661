"""Record a history for each path of each process: ``.venv/bin/python -m tests.replay.record RELEASE``.

A recorded history is never changed: it is what a case of that release looks like in a customer's Temporal. Record
new ones when a path is added, and keep the old.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Final

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from tests import servers
from tests.processes import outside_ledger, test_revisit, test_special_service
from tests.processes.case_under_test import CaseUnderTest, at, eventually
from tests.processes.centre import DESK, LEAD, SITE_MANAGER, SUPERVISOR, Centre, service_centre, technician
from tests.processes.fee_cases import (
    ACCOUNT,
    ASSISTANT,
    CASHIER,
    FINANCE,
    STEWARD,
    open_arrears,
    open_cycle,
    open_month,
)
from workflows.messages.billing import DayFindings, FeeReportSent
from workflows.messages.passing_on import CaseWord
from workflows.messages.selecting import RevisitSelection

FOLDER: Final = Path(__file__).parent / "histories"


async def confirmed(centre: Centre) -> CaseUnderTest:
    """Declined once, done, confirmed, and its reopen window over."""
    case = await centre.report()
    await case.act(DESK, "accept")
    await case.offered_to("T001")
    await case.act(technician("T001"), "decline", reason="在另一户抢修")
    await case.offered_to("T002")
    for action in ("take", "arrive", "complete"):
        await case.act(technician("T002"), action)
    await case.reply("confirm")
    await case.becomes("closed")
    await case.skipper.fast_forward(case.handle, at("05-20 00:01") - (await case.view()).now)
    await case.handle.result()
    return case


async def breached_and_reopened(centre: Centre) -> CaseUnderTest:
    """Accepted late, missed twice, assigned by the lead, refused once, accepted by default, reopened."""
    case = await centre.report(received="05-12 10:00:00")
    await case.wait_until("05-12 10:05:30")
    await case.act(DESK, "accept")
    await case.offered_to("T001")
    await case.wait_until("05-12 10:11:00")
    await case.offered_to("T002")
    await case.wait_until("05-12 10:17:00")
    await case.told("nobody_available", "role:engineering_lead")
    await case.act(LEAD, "dispatch", technician="T003")
    await case.offered_to("T003")
    await case.act(technician("T003"), "take")
    await case.act(SUPERVISOR, "move_deadline", clock="finish", due_at=at("05-14 18:00"), reason="业主要求改期")
    for action in ("arrive", "complete"):
        await case.act(technician("T003"), action)
    await case.reply("reject", "仍有滴漏")
    await case.becomes("in_progress")
    await case.act(technician("T003"), "complete")
    await case.skipper.fast_forward(case.handle, at("05-14 12:00") - (await case.view()).now)
    await case.becomes("closed")
    await case.reply("reopen", "又漏了")
    await case.becomes("dispatched")
    return case


async def emergency_cancelled(centre: Centre) -> CaseUnderTest:
    """An emergency that is cancelled before anybody is there."""
    case = await centre.report("厨房燃气泄漏")
    await case.offered_to("T001")
    await case.reply("cancel", "已关阀")
    await case.becomes("closed")
    await case.recorded("cancelled")
    return case


async def continued_as_new(centre: Centre) -> CaseUnderTest:
    """So much was said while the technician was on his way that the case continued as new, its clocks running."""
    case = await centre.dispatched()
    await case.act(technician("T001"), "take")
    first_run = (await case.handle.describe()).run_id
    while (await case.handle.describe()).run_id == first_run:
        noted = len(centre.outside.told("customer_replied"))
        await case.reply("comment", "请快一点")
        await eventually(lambda: len(centre.outside.told("customer_replied")) > noted)  # noqa: B023
        await asyncio.sleep(0.3)
    await case.act(technician("T001"), "arrive")
    return case


async def repair_quoted_suspended_and_put_right(centre: Centre) -> CaseUnderTest:
    """Paid work: quoted twice, suspended, billed too high, disputed, settled; the revisit has it done again."""
    centre.outside.selection = RevisitSelection(selected=True, rule="rep", position=1, due_at=at("06-13 00:00"))
    case = await centre.dispatched(inside=True)
    for action in ("take", "arrive"):
        await case.act(T1, action)
    await case.act(T1, "quote", lines=[LINE])
    await case.reply("confirm_quote", "同意")
    await case.becomes("in_progress")
    await case.act(T1, "suspend", ground="parts", promised_on="2026-05-14", reason="订货")
    await case.wait_until("05-14 09:00")
    await case.act(T1, "resume")
    await case.act(T1, "quote", lines=[{**LINE, "code": "", "unit_price": "80.00"}])
    await case.act(LEAD, "return_quote", reason="价格偏高")
    await case.act(T1, "complete", work_done="更换", billed="260.00")
    await case.recorded("selected_for_revisit")
    await case.reply("dispute", "太贵")
    await case.reply("confirm", "好了")
    await case.becomes("awaiting_revisit")
    revisit = f"HF-{case.number[3:]}"
    await case.hear(CaseWord.REVISIT_DISSATISFIED, revisit, rectify_by="2026-05-16", round="1")
    await case.becomes("in_progress")
    await case.act(T1, "complete", work_done="重做")
    await case.reply("confirm", "好了")
    await case.hear(CaseWord.REVISIT_SATISFIED, revisit)
    await case.hear(CaseWord.REVISIT_OVER, revisit, result="satisfied")
    await case.becomes("closed")
    await case.act(SUPERVISOR, "settle_charge", amount="150.00", reason="减收")
    return case


async def repair_given_up_and_merged_into(centre: Centre) -> CaseUnderTest:
    """Nobody at home twice, called three times, opened again, another report merged into it, cancelled."""
    case = await centre.dispatched()
    await case.act(T1, "take")
    for _ in range(2):
        await case.act(T1, "no_show")
    for _ in range(3):
        await case.act(DESK, "call", answered=False)
    await case.becomes("closed")
    await case.act(DESK, "reopen", reason="客户已回家")
    await case.becomes("dispatched")
    await case.hear(CaseWord.MERGED, "BX-AAAAA-BBBBB")
    await case.act(DESK, "cancel", reason="不修了")
    await case.becomes("closed")
    return case


async def repair_of_people_in_a_lift(centre: Centre) -> CaseUnderTest:
    """An emergency whose contractor is late; a second person is sent."""
    case = await centre.report("电梯困人,三楼", received="05-12 08:00:00")
    await case.offered_to("T001")
    for action in ("take", "arrive"):
        await case.act(T1, action)
    await case.act(LEAD, "send_second", technician="T002")
    await case.wait_until("05-12 08:30:05")
    await case.told("lift_rescue_late", "role:control_room", "role:site_manager")
    await case.act(DESK, "contractor_arrived")
    await case.act(T1, "complete", work_done="已救出")
    await case.recorded("selected_for_revisit")
    return case


async def service_signed(centre: Centre) -> CaseUnderTest:
    """A special service from the order to the booked form."""
    case = await test_special_service.done(centre)
    await case.act(T1, "sign", signature="FJ-2", rating=2)
    await case.recorded("rated")
    return case


async def revisit_in_two_rounds(centre: Centre) -> CaseUnderTest:
    """Dissatisfied, put right, satisfied, with a new repair raised and an opinion given."""
    case = await test_revisit.assigned(centre)
    steward = test_revisit.STEWARD
    await case.act(steward, "attempt", channel="phone")
    await case.act(steward, "record", **test_revisit.UNHAPPY, rectify_by="2026-04-11")
    await case.act(SUPERVISOR, "rectified", reason="已复核")
    matter = {"kind": "repair", "text": "插座没电", "appointed_at": at("04-09 10:00")}
    await case.act(steward, "record", **test_revisit.CONTENT, matters=[matter])
    await case.recorded("matter_linked")
    await case.act(SUPERVISOR, "give_opinion", opinion="属实")
    await case.handle.result()
    return case


async def revisit_not_reached(centre: Centre) -> CaseUnderTest:
    """Three attempts on two days, then exempted."""
    case = await test_revisit.assigned(centre)
    await case.act(test_revisit.STEWARD, "attempt", channel="phone")
    await case.wait_until("04-08 16:00")
    await case.act(test_revisit.STEWARD, "attempt", channel="onsite")
    await case.wait_until("04-09 10:00")
    await case.act(test_revisit.STEWARD, "attempt", channel="phone")
    await case.act(SUPERVISOR, "exempt", ground="lost", reason="附证明")
    await case.handle.result()
    return case


async def fee_cycle_in_two_versions(centre: Centre) -> CaseUnderTest:
    """A quarter whose table was returned once and changed once, to its list and its end."""
    ledger = centre.outside.ledger
    case = await open_cycle(centre)
    await case.becomes("under_review")
    await case.act(FINANCE, "reject", version=1, rows=[{"account": "1-101-Y1", "reason": "面积不符"}])
    await case.becomes("correcting")
    await case.act(CASHIER, "resubmit", reason="已更正")
    await case.becomes("under_review")
    await case.hear(CaseWord.ROWS_DIRTY, "")
    await case.recorded("recomputed")
    await case.act(FINANCE, "approve", version=3)
    await case.becomes("approved")
    await case.act(CASHIER, "hand_over", signed_by=["G001"])
    ledger.unsent = 0
    await case.hear(CaseWord.NOTICES_SENT, "")
    await case.becomes("notified")
    await case.wait_until("07-01 00:01")
    await case.handle.result()
    return case


async def fee_month_reported(centre: Centre) -> CaseUnderTest:
    """The last days of a month: gathered, blocked once, reported."""
    ledger = centre.outside.ledger
    ledger.findings = DayFindings(unclosed_days=(date(2026, 4, 27),))
    case = await open_month(centre, date(2026, 4, 1), "04-28 09:00")
    await case.becomes("gathering")
    await case.act(ASSISTANT, "gather")
    await case.wait_until("05-01 00:01")
    await case.becomes("reporting")
    ledger.report = FeeReportSent(refused="arrears_without_reason", blocking=("1-101-Y1",))
    await case.act(CASHIER, "send_report")
    await case.recorded("report_blocked")
    ledger.report = FeeReportSent(rate="95.10 %")
    await case.act(CASHIER, "send_report")
    await case.handle.result()
    return case


async def arrears_climbed_and_settled(centre: Centre) -> CaseUnderTest:
    """A seal that was used, a bounce, a dispute, two notices, a payment."""
    ledger = centre.outside.ledger
    ledger.bills = (outside_ledger.bill(f"{ACCOUNT}/2026Q2", "04-10", "751.80", "1.13"),)
    ledger.seals.add("YY-0")
    case = await open_arrears(centre)
    await case.recorded("sheet_issued")
    await case.act(SITE_MANAGER, "seal", number="YY-0", copies=1)
    await case.recorded("seal_refused")
    await case.act(SITE_MANAGER, "seal", number="YY-1", copies=1)
    await case.recorded("sealed")
    await case.act(STEWARD, "bounce", reason="不在家")
    await case.wait_until("04-17 15:00")
    await case.act(STEWARD, "deliver", received_on="2026-04-17")
    await case.recorded("delivered")
    part = {"bill": f"{ACCOUNT}/2026Q2", "amount": "100.00"}
    await case.act(SUPERVISOR, "dispute", parts=[part], reason="单元门未修")
    await case.recorded("disputed")
    await case.act(SUPERVISOR, "settle_dispute", upheld=False, answer="已修复")
    await case.recorded("dispute_settled")
    await case.wait_until("04-28 08:31")
    await case.becomes("second")
    ledger.bills = ()
    await case.hear(CaseWord.LEDGER_MOVED, "", account=ACCOUNT)
    await case.handle.result()
    return case


async def arrears_in_instalments(centre: Centre) -> CaseUnderTest:
    """An agreement that is not kept; dunning goes on."""
    centre.outside.ledger.bills = (outside_ledger.bill(f"{ACCOUNT}/2026Q2", "04-10", "751.80"),)
    case = await open_arrears(centre)
    await case.recorded("sheet_issued")
    await case.act(SITE_MANAGER, "seal", number="YY-1", copies=1)
    await case.recorded("sealed")
    await case.act(STEWARD, "deliver", received_on="2026-04-13")
    await case.recorded("delivered")
    await case.act(SUPERVISOR, "agree_instalments", plan=[{"due_on": "2026-05-10", "amount": "751.80"}])
    await case.wait_until("05-11 08:31")
    await case.recorded("instalment_missed")
    await case.becomes("second")
    return case


T1: Final = technician("T001")
LINE: Final = {"code": "WX-01", "name": "更换水龙头", "unit": "只", "quantity": "1", "unit_price": "180.00"}

PATHS: Final[dict[str, Callable[[Centre], Awaitable[CaseUnderTest]]]] = {
    **{f"repair_{path.__name__}": path for path in (confirmed, breached_and_reopened, emergency_cancelled)},
    **{
        path.__name__: path
        for path in (
            repair_quoted_suspended_and_put_right,
            repair_given_up_and_merged_into,
            repair_of_people_in_a_lift,
            service_signed,
            revisit_in_two_rounds,
            revisit_not_reached,
            fee_cycle_in_two_versions,
            fee_month_reported,
            arrears_climbed_and_settled,
            arrears_in_instalments,
        )
    },
    "repair_continued_as_new": continued_as_new,
}


async def record(release: str) -> None:
    """Play every path and write its history; the payloads are plain, of invented people, so that any key reads them."""
    folder = FOLDER / release
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in PATHS.items():
        limits = ["limit.historyCount.suggestContinueAsNew=90"] if path is continued_as_new else []
        async with await servers.temporal_server(*limits) as environment:
            host = environment.client.service_client.config.target_host
            client = await Client.connect(host, data_converter=pydantic_data_converter)
            skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False, disable_propagation=True))
            async with service_centre(client, skipper) as centre:
                history = await (await path(centre)).handle.fetch_history()
            (folder / f"{name}.json").write_text(history.to_json(), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1]))
