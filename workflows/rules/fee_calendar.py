"""The days of the quarter's fees 收费日历 (S4 4.2.1, 4.3, 4.8; §9.1, §9.9–9.11; ``docs/domain/fees.md``).

``customer_roll`` is the policy's: ``following`` moves a customer's last day that is not worked to the next working
day (C3), ``none`` leaves it. Staff deadlines 「…日前」 move to the working day before whatever it says.
"""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.fee_policy import FeePolicy, FeeReportPolicy
from workflows.rules.quarters import Quarter
from workflows.rules.time_limits import deadline, end_of_day, last_day
from workflows.rules.working_days import nth_working_day_after, roll_following, roll_preceding

FOLLOWING: Final = "following"
"""The ``customer_roll`` that moves a customer's last day to the next working day."""
_NOON: Final = time(12)
_PERIOD_CODE: Final = re.compile(
    r"(?P<year>20\d\d)(?:-(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|H(?P<half>[12]))?", re.ASCII
)


class QuarterCalendar(NamedTuple):
    """The days of one quarter's collection. Instants are aware, on the community's clock.

    Extraction, review, handover and notices lie in the last month of the quarter before (S4 4.2.1.1–5).
    """

    extraction_at: datetime
    review_due: datetime
    handover_due: datetime
    notices_by: date
    window_opens: date
    due_on: date
    late_fee_from: date
    first_dunning_list_on: date
    distribute_by: date


class SingleDunning(NamedTuple):
    """When a bill of its own is listed for the first dunning notice, and by when the notice is handed out."""

    listed_on: date
    distribute_by: date


class GatheringPeriod(NamedTuple):
    """The gathering of a month's paid services 有偿服务汇总: jobs accepted before ``cut_off`` belong to it.

    ``closes_at`` is 24:00 of the last day.
    """

    cut_off: datetime
    opens: date
    closes_at: datetime


class ReportKind(StrEnum):
    """How long a period a report is of (S4 4.3, 4.8)."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return {"month": "月报", "quarter": "季报", "half_year": "半年报", "year": "年报"}[self]


_MONTHS: Final = {ReportKind.MONTH: 1, ReportKind.QUARTER: 3, ReportKind.HALF_YEAR: 6, ReportKind.YEAR: 12}


class ReportPeriod(NamedTuple):
    """The days of a report, both included."""

    kind: ReportKind
    first: date
    last: date

    @property
    def label(self) -> str:
        """How people say it, such as 「2026年6月」, 「2026年上半年」."""
        match self.kind:
            case ReportKind.MONTH:
                return f"{self.first.year}年{self.first.month}月"
            case ReportKind.QUARTER:
                return Quarter.of(self.first).label
            case ReportKind.HALF_YEAR:
                return f"{self.first.year}年{'上' if self.first.month == 1 else '下'}半年"
            case _:
                return f"{self.first.year}年"

    @property
    def code(self) -> str:
        """How machines write it: ``2026-04``, ``2026Q2``, ``2026H1``, ``2026``."""
        match self.kind:
            case ReportKind.MONTH:
                return f"{self.first:%Y-%m}"
            case ReportKind.QUARTER:
                return Quarter.of(self.first).code
            case ReportKind.HALF_YEAR:
                return f"{self.first.year}H{1 if self.first.month == 1 else 2}"
            case _:
                return f"{self.first.year}"


def rolled(day: date, calendar: WorkingCalendar, customer_roll: str) -> date:
    """Return a customer's last day as it counts under the policy's ``customer_roll`` (C3)."""
    return roll_following(day, calendar) if customer_roll == FOLLOWING else day


def quarter_calendar(
    quarter: Quarter, policy: FeePolicy, calendar: WorkingCalendar, customer_roll: str
) -> QuarterCalendar:
    """Return the days on which the quarter's fees are prepared, paid and first dunned (CYC-01, CYC-03).

    The calendar must know the quarter's year and, for a first quarter, the year before.
    """
    zone = ZoneInfo(calendar.tz)
    before, month = quarter.previous.last_day, quarter.first_day
    handover = roll_preceding(before.replace(day=policy.handover_day), calendar)
    due_on = rolled(month.replace(day=policy.due_day), calendar, customer_roll)
    return QuarterCalendar(
        extraction_at=datetime.combine(before.replace(day=policy.extraction_day), policy.extraction_time, zone),
        review_due=end_of_day(roll_following(before.replace(day=policy.review_day), calendar), calendar),
        handover_due=datetime.combine(handover, policy.handover_time, zone),
        notices_by=before,
        window_opens=month.replace(day=policy.window_opens_day),
        due_on=due_on,
        late_fee_from=due_on + timedelta(days=1),
        first_dunning_list_on=nth_working_day_after(due_on, 1, calendar),
        distribute_by=roll_preceding(month.replace(day=policy.distribution_day), calendar),
    )


def interim_due(
    takeover: date, quarter_first_day: date | None, policy: FeePolicy, calendar: WorkingCalendar, customer_roll: str
) -> date:
    """Return the due day of an interim bill: ``interim_due_days`` after the takeover (F6; FEE-01, FEE-25).

    ``quarter_first_day`` is given for the second interim bill, of the whole next quarter (F12): it is never due before
    that quarter's own due day.
    """
    due = takeover + timedelta(days=policy.interim_due_days)
    if quarter_first_day is not None:
        due = max(due, quarter_first_day.replace(day=policy.due_day))
    return rolled(due, calendar, customer_roll)


def late_dispatch_due(
    normal_due: date, sent_on: date, policy: FeePolicy, calendar: WorkingCalendar, customer_roll: str
) -> date:
    """Return the due day of a bill whose notice went out that day: we never shorten a customer's time (F10, CYC-05)."""
    return rolled(max(normal_due, sent_on + timedelta(days=policy.late_dispatch_days)), calendar, customer_roll)


def single_bill_dunning(due_on: date, policy: FeePolicy, calendar: WorkingCalendar) -> SingleDunning:
    """Return when an interim or single bill that is unpaid after ``due_on`` is dunned (§9.11, DUN-15)."""
    return SingleDunning(
        listed_on=nth_working_day_after(due_on, 1, calendar),
        distribute_by=roll_preceding(due_on + timedelta(days=policy.single_distribution_days), calendar),
    )


def gathering_period(year: int, month: int, policy: FeeReportPolicy, tz: str) -> GatheringPeriod:
    """Return the gathering of the month's paid services (S4 4.3; PSV-01); it is never moved (C3 none)."""
    zone = ZoneInfo(tz)
    opens = date(year, month, policy.gathering_opens_day)
    after = date(year, month, policy.gathering_closes_day) + timedelta(days=1)
    return GatheringPeriod(datetime.combine(opens, time(), zone), opens, datetime.combine(after, time(), zone))


def report_due(period_end: date, policy: FeeReportPolicy, calendar: WorkingCalendar) -> datetime:
    """Return when the report of the period that ended that day is due (RPT-03, RPT-04), rolled following (§18)."""
    counted_from = datetime.combine(period_end, _NOON, ZoneInfo(calendar.tz))
    day = last_day(deadline(counted_from, policy.due, calendar), calendar)
    return datetime.combine(roll_following(day, calendar), policy.due_time, ZoneInfo(calendar.tz))


def period_of(kind: ReportKind, day: date) -> ReportPeriod:
    """Return the period of that kind in which the day lies."""
    length = _MONTHS[kind]
    ends_in = (day.month + length - 1) // length * length
    return ReportPeriod(
        kind,
        date(day.year, ends_in - length + 1, 1),
        date(day.year, ends_in, monthrange(day.year, ends_in)[1]),
    )


def parse_period(kind: ReportKind, code: str) -> ReportPeriod:
    """Return the period of a code as :attr:`ReportPeriod.code` writes it; raises ``ValueError`` (zh-CN) for another."""
    found = _PERIOD_CODE.fullmatch(code)
    if found is not None:
        number = int(found["month"] or found["quarter"] or found["half"] or 1)
        step = 1 if found["month"] else 3 if found["quarter"] else 6
        if 1 <= number <= 12 // step:
            period = period_of(kind, date(int(found["year"]), (number - 1) * step + 1, 1))
            if period.code == code:
                return period
    raise ValueError("期间应写成 2026-04(月)、2026Q2(季)、2026H1(半年)或 2026(年)")


def periods_ending_on(day: date) -> list[ReportPeriod]:
    """Return the periods whose last day it is, the shortest first: 06-30 ends a month, a quarter and a half-year."""
    return [period for kind in ReportKind if (period := period_of(kind, day)).last == day]
