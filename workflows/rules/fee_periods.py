"""From a day to the start of a quarter's cycle or of a month 收费期间 (S4 4.2.1.1; ``docs/domain/fee-cycle.md``)."""

from calendar import monthrange
from datetime import date, datetime

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.case import CaseOpening
from workflows.messages.fee_cycle import CycleDays, FeeCycleStart
from workflows.messages.fee_month import FeeMonthStart, PeriodDue
from workflows.messages.policy import Policy
from workflows.rules.fee_calendar import gathering_period, periods_ending_on, quarter_calendar, report_due
from workflows.rules.quarters import Quarter


def quarter_asked_for(day: date) -> Quarter:
    """The quarter that is prepared on a day: the next one in a quarter's last month, else the running one (own)."""
    running = Quarter.of(day)
    return running.next if day.month == running.last_day.month else running


def month_code(day: date) -> str:
    """How machines write a month, such as ``2026-04``."""
    return f"{day.year}-{day.month:02}"


def cycle_start(opening: CaseOpening, quarter: Quarter, policy: Policy, calendar: WorkingCalendar) -> FeeCycleStart:
    """Return the start message of a quarter's cycle, with its days fixed under this policy and calendar."""
    roll = policy.calendar.customer_roll
    days = quarter_calendar(quarter, policy.fee, calendar, roll)
    return FeeCycleStart(
        opening=opening,
        quarter=quarter.code,
        quarter_label=quarter.label,
        days=CycleDays(
            extraction_at=days.extraction_at,
            review_due=days.review_due,
            handover_due=days.handover_due,
            notices_by=days.notices_by,
            window_opens=days.window_opens,
            due_on=days.due_on,
            list_on=days.first_dunning_list_on,
            closes_on=quarter.last_day,
        ),
        fee=policy.fee,
        late_fee=policy.late_fee,
        calendar=calendar,
        customer_roll=roll,
    )


def month_start(opening: CaseOpening, day: date, policy: Policy, calendar: WorkingCalendar) -> FeeMonthStart:
    """Return the start message of the cash desk's month in which the day lies."""
    last = date(day.year, day.month, monthrange(day.year, day.month)[1])
    reports, tz = policy.fee_reports, policy.calendar.tz
    gathering = gathering_period(day.year, day.month, reports, tz)
    return FeeMonthStart(
        opening=opening,
        month=month_code(day),
        first_day=max(day.replace(day=1), _day_of(opening.received_at)),
        last_day=last,
        gathers_from=gathering.cut_off,
        gathers_until=gathering.closes_at,
        report_due=report_due(last, reports, calendar),
        periods=tuple(
            PeriodDue(kind=period.kind, first=period.first, label=period.label) for period in periods_ending_on(last)
        ),
        policy=reports,
        dunning=policy.dunning,
        calendar=calendar,
    )


def _day_of(instant: datetime) -> date:
    return instant.date()
