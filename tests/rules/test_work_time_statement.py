"""The work-time statement: gross and net time of a job, the figures of a month, and when it is due (RPR-18)."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.messages.calendar import WorkingCalendar
from workflows.messages.records import Suspension
from workflows.messages.repair_policy import RepairPolicy
from workflows.rules.work_time_statement import (
    Job,
    RepairHistory,
    WorkLine,
    by_class,
    by_technician,
    by_trade,
    figures_of,
    jobs_of,
    statement_due,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkingCalendar(years=(2026,))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=SHANGHAI)


ORDERED = at(11, 10, 10)


def suspended(since: datetime, until: datetime | None, number: int = 1) -> Suspension:
    return Suspension(number=number, ground="parts", promised_on=since.date(), suspended_at=since, resumed_at=until)


def lines(*told: tuple[datetime, str, str]) -> list[WorkLine]:
    """Lines as (when, event, state after), each in the state that the one before left."""
    before = ""
    found = []
    for moment, what, state in told:
        event, _, clock = what.partition(":")
        found.append(WorkLine(at=moment, event=event, state_before=before, state=state, clock=clock))
        before = state
    return found


def repair(*told: tuple[datetime, str, str], **more) -> RepairHistory:
    known = {"case": "BX-1", "trade": "plumbing", "repair_class": "general", "ordered_at": ORDERED}
    begun = (ORDERED, "reported", "received"), (ORDERED, "taken", "acknowledged"), (ORDERED, "arrived", "in_progress")
    return RepairHistory(**{**known, **more}, lines=lines(*begun, *told))


def job(**changes) -> Job:
    known = {"case": "BX-1", "trade": "plumbing", "technician": "T001", "repair_class": "general", "in_time": True}
    times = {"ordered_at": ORDERED, "completed_at": ORDERED, "gross_seconds": 60, "net_seconds": 60}
    return Job(**{**known, **times, **changes})


def test_rpr_18_a_suspended_job_took_30_hours_30_minutes_gross_and_2_hours_30_minutes_net():
    (done,) = jobs_of(
        repair(
            (at(11, 11), "suspended", "suspended"),
            (at(12, 15), "resumed", "in_progress"),
            (at(12, 16, 40), "completed", "completed"),
            suspensions=[suspended(at(11, 11), at(12, 15))],
            completed_orders=[(at(12, 16, 40), "T001")],
        )
    )
    assert timedelta(seconds=done.gross_seconds) == timedelta(hours=30, minutes=30)
    assert timedelta(seconds=done.net_seconds) == timedelta(hours=2, minutes=30)
    assert (done.technician, done.in_time) == ("T001", True)


def test_rpr_18_the_statement_of_may_is_due_on_the_third_working_day_of_june_at_18():
    assert statement_due(2026, 5, RepairPolicy(), CALENDAR) == datetime(2026, 6, 3, 18, tzinfo=SHANGHAI)


def test_holidays_and_make_up_days_move_the_day_on_which_a_statement_is_due():
    off = tuple(datetime(2026, 10, day).date() for day in (1, 2, 5, 6, 7))  # noqa: DTZ001
    calendar = WorkingCalendar(years=(2026,), days_off=off, make_up_days=(datetime(2026, 10, 10).date(),))  # noqa: DTZ001
    assert statement_due(2026, 9, RepairPolicy(), calendar) == datetime(2026, 10, 10, 18, tzinfo=SHANGHAI)
    assert statement_due(2026, 12, RepairPolicy(), calendar) == datetime(2027, 1, 5, 18, tzinfo=SHANGHAI)


def test_a_repair_that_was_never_completed_is_no_job():
    assert jobs_of(repair()) == ()
    assert jobs_of(repair((at(12, 9), "cancelled", "closed"))) == ()


def test_a_job_whose_work_was_rejected_runs_on_to_the_completion_that_stands():
    rejected = (at(12, 9), "completed", "completed"), (at(12, 10), "rejected", "in_progress")
    assert jobs_of(repair(*rejected)) == ()

    orders = [(at(12, 9), "T001"), (at(13, 9), "T002")]
    (done,) = jobs_of(repair(*rejected, (at(13, 9), "completed", "completed"), completed_orders=orders))
    assert (done.ordered_at, done.completed_at, done.technician) == (ORDERED, at(13, 9), "T002")


def test_what_is_told_after_a_completion_leaves_it_as_it_was():
    (done,) = jobs_of(
        repair(
            (at(12, 9), "completed", "completed"),
            (at(12, 10), "customer_replied", "completed"),
            (at(12, 11), "verified", "verified"),
            (at(12, 11), "awaiting_revisit", "awaiting_revisit"),
            (at(15, 11), "closed", "closed"),
            (at(16, 11), "rated", "closed"),
        )
    )
    assert done.completed_at == at(12, 9)


def test_a_reopened_repair_is_a_second_job_from_its_reopening():
    first, second = jobs_of(
        repair(
            (at(12, 9), "completed", "completed"),
            (at(12, 10), "closed", "closed"),
            (at(15, 8), "reopened", "accepted"),
            (at(15, 9), "taken", "acknowledged"),
            (at(15, 10), "clock_breached:finish", "acknowledged"),
            (at(15, 11), "completed", "completed"),
            completed_orders=[(at(12, 9), "T001"), (at(15, 11), "T002")],
        )
    )
    assert (first.completed_at, first.technician, first.in_time) == (at(12, 9), "T001", True)
    assert (second.ordered_at, second.technician, second.in_time) == (at(15, 8), "T002", False)
    assert second.gross_seconds == 3 * 3600


@pytest.mark.parametrize(("clock", "in_time"), [("finish", False), ("arrival", True), ("acceptance", True)])
def test_only_the_finish_limit_decides_whether_a_job_was_in_time(clock: str, in_time: bool):
    missed = (at(12, 8), f"clock_breached:{clock}", "in_progress")
    (done,) = jobs_of(repair(missed, (at(12, 9), "completed", "completed")))
    assert done.in_time is in_time


def test_a_job_completed_at_night_and_entered_in_the_morning_keeps_its_true_times():
    called, done_at = at(11, 23, 40), at(12, 0, 35)
    (done,) = jobs_of(
        repair((done_at, "completed", "completed"), (at(12, 8), "backfilled", "completed"), ordered_at=called)
    )
    assert timedelta(seconds=done.gross_seconds) == timedelta(minutes=55)


def test_figures_give_number_median_longest_and_share_in_time():
    figures = figures_of(
        [
            job(gross_seconds=100, net_seconds=10),
            job(gross_seconds=301, net_seconds=40, in_time=False),
            job(gross_seconds=200, net_seconds=20),
        ]
    )
    assert figures is not None
    assert (figures.jobs, figures.gross_median, figures.gross_longest) == (3, 200, 301)
    assert (figures.net_median, figures.net_longest) == (20, 40)
    assert (figures.in_time, figures.share_in_time) == (2, Decimal("0.6667"))


def test_the_median_of_two_lies_between_them():
    figures = figures_of([job(gross_seconds=100), job(gross_seconds=201)])
    assert figures is not None
    assert figures.gross_median == 151


def test_a_month_without_a_job_has_no_figures_instead_of_zeros():
    assert figures_of([]) is None
    assert by_trade([]) == by_technician([]) == by_class([]) == ()


def test_jobs_are_told_apart_by_trade_technician_and_class():
    jobs = [
        job(),
        job(trade="electrical", technician="T002", repair_class="emergency"),
        job(technician="T002", repair_class="urgent"),
    ]
    assert [(one.label, one.figures.jobs) for one in by_trade(jobs)] == [("水", 2), ("电", 1)]
    assert [(one.code, one.figures.jobs) for one in by_technician(jobs)] == [("T001", 1), ("T002", 2)]
    assert [one.label for one in by_class(jobs)] == ["紧急", "急修", "一般"]


@given(
    st.lists(
        st.tuples(st.sampled_from(["plumbing", "electrical", "gas"]), st.integers(0, 10**6), st.integers(0, 10**6)),
        min_size=1,
        max_size=30,
    )
)
def test_groups_never_lose_or_invent_a_job(found):
    jobs = [job(trade=trade, gross_seconds=max(one, two), net_seconds=min(one, two)) for trade, one, two in found]
    whole = figures_of(jobs)
    groups = by_trade(jobs)
    assert whole is not None
    assert sum(group.figures.jobs for group in groups) == whole.jobs == len(jobs)
    assert max(group.figures.gross_longest for group in groups) == whole.gross_longest
    assert all(group.figures.net_median <= group.figures.gross_longest for group in groups)
