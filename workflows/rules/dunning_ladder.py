"""The ladder of each bill 催缴阶梯 (S4 4.2.1.8–11; §9.6, §9.11; ``docs/domain/arrears.md``).

Each bill climbs its own ladder: the next notice goes out on the first working day after the deadline of the last, and a
deadline exists only once that notice has been received. What rests — settled, disputed as a whole — does not climb.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from workflows.messages.arrears import ArrearsState, BillLadder, DunningStage, SheetLine
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.fee_policy import DunningPolicy
from workflows.messages.ledger import AccountStanding
from workflows.rules.amounts import ZERO
from workflows.rules.dunning import next_notice_on, notice_deadline, sheet_day

_ORDER: Final = tuple(DunningStage)


def climbs(ladder: BillLadder, standing: AccountStanding | None) -> bool:
    """Whether the bill is demanded: it is open, and not disputed as a whole."""
    if ladder.settled:
        return False
    bill = next((bill for bill in standing.bills if bill.number == ladder.bill), None) if standing else None
    return bill is None or bill.principal - bill.disputed > 0 or bill.late_fee > 0


def next_stage(ladder: BillLadder) -> DunningStage | None:
    """The stage after the present one; None when there is none."""
    if ladder.stage is None:
        return DunningStage.FIRST
    place = _ORDER.index(ladder.stage) + 1
    return _ORDER[place] if place < len(_ORDER) else None


def next_step_on(ladder: BillLadder, calendar: WorkingCalendar) -> date | None:
    """The day of the next step; None while the last notice has not been received, and after the last stage."""
    if ladder.stage is None:
        return date.min
    if ladder.deadline is None or next_stage(ladder) is None:
        return None
    return next_notice_on(ladder.deadline, calendar)


def next_sheet_on(
    ladders: Iterable[BillLadder], today: date, last_sheet_on: date | None, calendar: WorkingCalendar
) -> date | None:
    """The first day from today on which a sheet may go out, or a final notice has run out; None when nothing runs."""
    days = [day for ladder in ladders if (day := next_step_on(ladder, calendar)) is not None]
    return sheet_day(max(min(days), today), last_sheet_on, calendar) if days else None


def steps_due(ladders: Iterable[BillLadder], today: date, calendar: WorkingCalendar) -> tuple[SheetLine, ...]:
    """The stages that are reached today, other means among them, in the order of the bills."""
    return tuple(
        SheetLine(bill=ladder.bill, stage=stage)
        for ladder in ladders
        if (day := next_step_on(ladder, calendar)) is not None and day <= today
        if (stage := next_stage(ladder)) is not None
    )


def received(
    ladder: BillLadder, on_day: date, policy: DunningPolicy, calendar: WorkingCalendar, customer_roll: str
) -> BillLadder:
    """The bill after its notice was received: its clock runs from that day (DUN-01)."""
    assert ladder.stage is not None  # noqa: S101 - only a bill that is on a sheet is received
    deadline = notice_deadline(on_day, ladder.stage, policy, calendar, customer_roll)
    return ladder.model_copy(update={"received_on": on_day, "deadline": deadline})


def demanded_by(ladder: BillLadder, sheet: str, stage: DunningStage) -> BillLadder:
    """The bill after it has reached a stage; no clock runs before the notice is received."""
    return ladder.model_copy(update={"stage": stage, "sheet": sheet, "received_on": None, "deadline": None})


def withdrawn(ladder: BillLadder, today: date) -> BillLadder:
    """The bill after its undelivered notice was dropped: back at the stage before, whose time has run out already."""
    assert ladder.stage is not None  # noqa: S101 - it was on a sheet
    place = _ORDER.index(ladder.stage)
    before = _ORDER[place - 1] if place else None
    deadline = today - timedelta(days=1) if before is not None else None
    return ladder.model_copy(update={"stage": before, "sheet": "", "received_on": None, "deadline": deadline})


def disputed_by(ladder: BillLadder, amount: Decimal) -> BillLadder:
    """The bill with so much of it disputed; 0 for no more."""
    return ladder.model_copy(update={"disputed": amount})


def resumed(ladder: BillLadder, today: date) -> BillLadder:
    """The bill after a missed instalment: dunning goes on with the next step at once (§9.5)."""
    if ladder.stage is None or ladder.settled:
        return ladder
    return ladder.model_copy(update={"deadline": today - timedelta(days=1)})


def highest_stage(lines: Iterable[SheetLine]) -> DunningStage:
    """The stage by which a sheet is called."""
    return max((line.stage for line in lines), key=_ORDER.index)


def state_of(ladders: Sequence[BillLadder], standing: AccountStanding | None, *, instalments: bool) -> ArrearsState:
    """The state of the whole: settled, suspended, or the highest stage of what is demanded."""
    if all(ladder.settled for ladder in ladders):
        return ArrearsState.SETTLED
    if instalments:
        return ArrearsState.INSTALMENTS
    climbing = [ladder for ladder in ladders if climbs(ladder, standing)]
    if not climbing:
        return ArrearsState.DISPUTED
    stages = [ladder.stage for ladder in climbing if ladder.stage is not None]
    return ArrearsState(max(stages, key=_ORDER.index)) if stages else ArrearsState.FIRST


def owed(standing: AccountStanding | None, bills: Iterable[str]) -> tuple[Decimal, Decimal]:
    """Principal without what is disputed, and late fee, of those bills; CNY."""
    named = set(bills)
    found = [bill for bill in standing.bills if bill.number in named] if standing else []
    principal = sum((bill.principal - bill.disputed for bill in found), ZERO)
    return principal, sum((bill.late_fee for bill in found), ZERO)
