"""What the fee processes share 收费单: their clocks' days, and how a deadline is moved."""

from datetime import date, datetime
from typing import Protocol

from workflows.messages.arrears import ArrearsClock
from workflows.messages.clocks import ClockRule
from workflows.messages.fee_cycle import FeeCycleClock
from workflows.messages.fee_month import FeeMonthClock
from workflows.messages.records import Form
from workflows.processes.case_process import CaseProcess
from workflows.rules.allowed_actions import Refused
from workflows.rules.business_time import local, spoken
from workflows.rules.time_limits import end_of_day


class NewDeadline(Protocol):
    """The details of 改期限: a running clock, and its new deadline."""

    @property
    def clock(self) -> str:
        """The clock's name."""

    @property
    def due_at(self) -> datetime:
        """The new deadline."""


class FeeCase(CaseProcess):
    """A quarter's cycle, a month of the cash desk, or an account's arrears."""

    def forms(self) -> tuple[Form, ...]:
        """None: tables, bills, notices and what the desk finds are the ledger's own."""
        return ()

    def day_end(self, day: date) -> datetime:
        """24:00 of a day."""
        return end_of_day(day, self.calendar)

    def end(self) -> None:
        """Nothing is waited for any more, and the record says since when."""
        self.clocks.stop_all()
        self.header = self.header.model_copy(update={"closed_at": self.now})

    def start_clock(
        self, clock: FeeCycleClock | FeeMonthClock | ArrearsClock, rule: ClockRule, due_at: datetime | None = None
    ) -> None:
        """Run one of the clocks, until its day where that is given."""
        self.clocks.start_rule(clock, clock.label, rule, self.now, due_at)

    def refuse_move(self, details: NewDeadline) -> None:
        """A running deadline moves into the future."""
        if details.clock not in self.clocks:
            raise Refused("unknown_clock", "本单没有这一项正在计时的时限")
        if details.due_at <= self.now:
            raise Refused("deadline_in_past", "新期限必须晚于现在")

    def moved(self, details: NewDeadline) -> dict[str, str]:
        """Move the deadline; the answer is what the record says of it."""
        before = spoken(self.clocks[details.clock].due_at)
        due_at = local(details.due_at, self.calendar.tz)
        self.clocks.override(details.clock, due_at, self.now)
        return {"clock": details.clock, "before": before, "due_at": spoken(due_at)}
