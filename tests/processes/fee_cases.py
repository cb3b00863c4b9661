"""Fee cases under test: a quarter's cycle, a month, an account's arrears, opened on their days of 2026."""

from datetime import date
from typing import Any

from tests.processes.case_under_test import CaseUnderTest, at
from tests.processes.centre import Centre
from tests.rules.year_2026 import CALENDAR_OF_2026
from workflows.messages.arrears import ArrearsStart, ListedBill
from workflows.messages.case import CaseOpening, Channel
from workflows.messages.identifiers import CaseKind, TaskQueue
from workflows.messages.people import Actor, Role
from workflows.messages.policy import Policy
from workflows.processes.arrears import Arrears
from workflows.processes.fee_cycle import FeeCycle
from workflows.processes.fee_month import FeeMonth
from workflows.rules.case_numbers import case_number
from workflows.rules.fee_periods import cycle_start, month_start
from workflows.rules.policy_presets import Preset, preset_policy
from workflows.rules.quarters import Quarter

FINANCE = Actor(role=Role.FINANCE, code="F001")
CASHIER = Actor(role=Role.CASHIER, code="C001")
STEWARD = Actor(role=Role.STEWARD, code="G001")
ASSISTANT = Actor(role=Role.CS_ASSISTANT, code="K001")
ACCOUNT = "1-101-Y1"


def policy() -> Policy:
    """The residential preset."""
    return preset_policy(Preset.RESIDENTIAL_S1, community="YGHY", version=1, effective_from=at("01-01 00:00"))


def _opening(kind: CaseKind, key: str, received: str, unit: str = "") -> CaseOpening:
    return CaseOpening(
        number=case_number(kind, b"test", "fees", f"{key}-{id(key)}-{received}"),
        kind=kind,
        community="YGHY",
        channel=Channel.SCHEDULE,
        received_at=at(received),
        unit=unit,
        area="A1" if unit else "",
        policy_version=1,
    )


async def _start(centre: Centre, process: Any, start: Any) -> CaseUnderTest:
    number = start.opening.number
    handle = await centre.skipper.client.start_workflow(process.run, start, id=number, task_queue=TaskQueue.CASES)
    return CaseUnderTest(handle, centre.skipper, centre.outside, number)


async def open_cycle(centre: Centre, quarter: str = "2026Q2", received: str = "03-25 00:30") -> CaseUnderTest:
    """A quarter's cycle that was opened at that instant."""
    opening = _opening(CaseKind.FEE_CYCLE, quarter, received)
    start = cycle_start(opening, Quarter.parse(quarter), policy(), CALENDAR_OF_2026)
    return await _start(centre, FeeCycle, start)


async def open_month(centre: Centre, first: date, received: str) -> CaseUnderTest:
    """The cash desk's month."""
    opening = _opening(CaseKind.FEE_MONTH, str(first), received)
    return await _start(centre, FeeMonth, month_start(opening, first, policy(), CALENDAR_OF_2026))


async def open_arrears(
    centre: Centre, *bills: ListedBill, received: str = "04-13 00:30", account: str = ACCOUNT
) -> CaseUnderTest:
    """An account's arrears, listed at that instant."""
    listed = bills or (ListedBill(bill=f"{account}/2026Q2", due_on=date(2026, 4, 10), distribute_by=date(2026, 4, 20)),)
    start = ArrearsStart(
        opening=_opening(CaseKind.ARREARS, account, received, unit="1-101"),
        account=account,
        bills=tuple(listed),
        dunning=policy().dunning,
        late_fee=policy().late_fee,
        calendar=CALENDAR_OF_2026,
    )
    return await _start(centre, Arrears, start)
