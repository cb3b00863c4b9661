"""Dunning 催缴: the ladder of three notices and what may follow (S4 4.2.1.8–11; §9.6; ``docs/domain/fees.md``).

Each bill climbs its own ladder; a step's clock starts when its notice is received, never when it is sent.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from workflows.messages.arrears import DunningStage
from workflows.messages.calendar import WorkingCalendar
from workflows.messages.fee_policy import DunningPolicy
from workflows.rules.fee_calendar import rolled
from workflows.rules.time_limits import same_day_of_month
from workflows.rules.working_days import nth_working_day_after, roll_following

_STEP: Final[Mapping[DunningStage, int]] = {
    DunningStage.FIRST: 0,
    DunningStage.SECOND: 1,
    DunningStage.FINAL: 2,
}


def notice_deadline(
    received_on: date, stage: DunningStage, policy: DunningPolicy, calendar: WorkingCalendar, customer_roll: str
) -> date:
    """Return the last day on which a payment stops the next step (DUN-01, DUN-03, DUN-06).

    The day of receipt is not counted (C2). Raises ``ValueError`` (zh-CN) for a stage that has no notice.
    """
    if stage not in _STEP:
        raise ValueError(f"{stage.label}没有通知单期限")
    return rolled(received_on + timedelta(days=policy.step_days[_STEP[stage]]), calendar, customer_roll)


def next_notice_on(last_day: date, calendar: WorkingCalendar) -> date:
    """Return when the next step is taken: the first working day after the deadline of the last notice."""
    return nth_working_day_after(last_day, 1, calendar)


def sheet_day(wanted: date, last_sheet_on: date | None, calendar: WorkingCalendar) -> date:
    """Return when a sheet of notices may go to an account: a working day from ``wanted`` on, one sheet a day (§9.11).

    ``last_sheet_on`` is the day of the account's latest sheet, None when there was none.
    """
    earliest = wanted if last_sheet_on is None else max(wanted, last_sheet_on + timedelta(days=1))
    return roll_following(earliest, calendar)


def limitation_date(last_demand_on: date, policy: DunningPolicy) -> date:
    """Return the last day of the limitation of action 诉讼时效, which each demand restarts (民法典 §188, §195)."""
    return same_day_of_month(last_demand_on, policy.limitation_years * 12)


def is_forbidden(lever: str, policy: DunningPolicy) -> bool:
    """Whether a lever, such as ``water``, may never be used against a debtor (民法典 §944; DUN-08)."""
    return lever in policy.forbid


def may_choose(means: str, policy: DunningPolicy) -> bool:
    """Whether a means may be chosen when the final notice has run out 其它方式; a forbidden lever never (DUN-08)."""
    return means in policy.other_means and not is_forbidden(means, policy)
