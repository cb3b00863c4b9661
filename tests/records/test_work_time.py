"""The month's work-time statement is read off the records: each job once, in its month, at its true times (S4 二.4)."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from activities.records.case_records import CaseRecords
from activities.records.communities import NewCommunity, found_community
from activities.records.policies import publish_policy
from activities.records.roster_workbook import read_workbook
from activities.records.work_time import work_time_statement
from activities.records.work_time_export import work_time_workbook
from tests.records import repairs
from workflows.messages.notices import NoticeEvent
from workflows.messages.people import SYSTEM
from workflows.messages.records import CaseBatch, RepairRecord, Suspension, WorkOrder, WorkOrderOutcome
from workflows.messages.repair import RepairState
from workflows.messages.repair_events import RepairEvent
from workflows.rules.policy_presets import Preset

S, E = RepairState, RepairEvent


def at(day: int, hour: int = 12, minute: int = 0, month: int = 5) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=repairs.SHANGHAI)


def done(database, ordered_at, completed_at, community="YGHY", **more):
    """A repair as a process records it: ordered, perhaps suspended or late, completed."""
    number = repairs.new_number()
    technician, late = more.get("technician", "T001"), more.get("late_at")
    story = [
        (ordered_at, E.REPORTED, "", S.RECEIVED, {}),
        (ordered_at, E.ARRIVED, S.RECEIVED, S.IN_PROGRESS, {}),
        *([(late, NoticeEvent.CLOCK_BREACHED, S.IN_PROGRESS, S.IN_PROGRESS, {"clock": "finish"})] if late else []),
        (completed_at, E.COMPLETED, S.IN_PROGRESS, S.COMPLETED, {}),
        *more.get("then", ()),
    ]
    lines = tuple(
        repairs.line(place, state, at=moment, event=event, state_before=before, facts=facts, actor=SYSTEM)
        for place, (moment, event, before, state, facts) in enumerate(story, start=1)
    )
    order = WorkOrder(
        attempt=1,
        technician=technician,
        trade=more.get("trade", "plumbing"),
        offered_at=ordered_at,
        outcome=WorkOrderOutcome.DONE,
        completed_at=completed_at,
    )
    record = RepairRecord(trade=more.get("trade", "plumbing"), repair_class=more.get("repair_class", "general"))
    stops = [
        Suspension(number=1, ground="parts", promised_on=until.date(), suspended_at=since, resumed_at=until)
        for since, until in more.get("suspensions", ())
    ]
    CaseRecords(database).write_case(
        CaseBatch(
            header=repairs.header(number, S(lines[-1].state), len(lines), community),
            lines=lines,
            forms=(record, order, *stops),
            opening=repairs.opening(number, community, received_at=ordered_at),
        )
    )
    return number


@pytest.fixture
def centre(database):
    found_community(database, NewCommunity("YGHY", "阳光花园", Preset.RESIDENTIAL_S1, at(1, month=1)), "S001")
    return database


def test_rpr_18_the_statement_of_may_shows_the_job_gross_and_net_and_is_due_on_3_june_at_18(centre):
    number = done(centre, at(11, 10, 10), at(12, 16, 40), suspensions=[(at(11, 11), at(12, 15))])

    statement = work_time_statement(centre, "YGHY", 2026, 5)

    (job,) = statement.jobs
    assert (job.case, job.trade, job.technician, job.repair_class) == (number, "plumbing", "T001", "general")
    assert timedelta(seconds=job.gross_seconds) == timedelta(hours=30, minutes=30)
    assert timedelta(seconds=job.net_seconds) == timedelta(hours=2, minutes=30)
    assert statement.due_at == at(3, 18, month=6)


def test_a_job_belongs_to_the_month_of_its_completion_on_the_communitys_clock(centre):
    done(centre, at(29, month=4), at(30, 23, 59, month=4))
    first = done(centre, at(30, month=4), at(1, 0))
    last = done(centre, at(30), at(31, 23, 59))
    done(centre, at(31), at(1, 0, month=6))

    assert [job.case for job in work_time_statement(centre, "YGHY", 2026, 5).jobs] == [first, last]


def test_the_figures_are_by_trade_technician_and_class_and_over_all(centre):
    done(centre, at(4, 8), at(4, 9))
    done(centre, at(4, 8), at(4, 11), technician="T002", trade="electrical", repair_class="urgent")
    done(centre, at(4, 8), at(8, 8), late_at=at(8, 0))

    statement = work_time_statement(centre, "YGHY", 2026, 5)

    overall = statement.overall
    assert (overall.jobs, overall.gross_median, overall.gross_longest) == (3, 3 * 3600, 96 * 3600)
    assert (overall.in_time, overall.share_in_time) == (2, Decimal("0.6667"))
    shares = {
        group.label: (group.figures.jobs, group.figures.share_in_time)
        for groups in (statement.by_trade, statement.by_technician, statement.by_class)
        for group in groups
    }
    assert shares == {
        "水": (2, Decimal("0.5000")),
        "电": (1, Decimal("1.0000")),
        "T001": (2, Decimal("0.5000")),
        "T002": (1, Decimal("1.0000")),
        "急修": (1, Decimal("1.0000")),
        "一般": (2, Decimal("0.5000")),
    }


def test_work_that_was_rejected_and_not_yet_done_again_is_in_no_statement(centre):
    done(centre, at(4), at(5), then=[(at(6), E.REJECTED, S.COMPLETED, S.IN_PROGRESS, {})])

    assert work_time_statement(centre, "YGHY", 2026, 5).jobs == ()


def test_a_reopened_repair_counts_in_the_month_of_each_of_its_completions(centre):
    again = [
        (at(30), E.CLOSED, S.COMPLETED, S.CLOSED, {}),
        (at(31), E.REOPENED, S.CLOSED, S.IN_PROGRESS, {}),
        (at(1, month=6), E.COMPLETED, S.IN_PROGRESS, S.COMPLETED, {}),
    ]
    done(centre, at(29), at(30), then=again)

    (may,), (june,) = (work_time_statement(centre, "YGHY", 2026, month).jobs for month in (5, 6))

    assert (may.completed_at, june.ordered_at, june.completed_at) == (at(30), at(31), at(1, month=6))


def test_a_month_without_a_job_and_another_communitys_have_no_figures(centre):
    done(centre, at(4), at(5), "XYDX")

    statement = work_time_statement(centre, "YGHY", 2026, 5)

    assert (statement.overall, statement.jobs, statement.by_trade) == (None, (), ())
    assert len(work_time_statement(centre, "XYDX", 2026, 5).jobs) == 1


def test_the_policy_may_set_another_day_and_hour_for_the_statement(centre):
    change = {
        "community": "YGHY",
        "effective_from": at(20).isoformat(),
        "repair": {"work_time_due": "P5B", "work_time_due_at": "12:00"},
    }
    publish_policy(centre, change, "S001", "统计表改为第5个工作日")

    assert work_time_statement(centre, "YGHY", 2026, 5).due_at == at(5, 12, month=6)
    assert work_time_statement(centre, "YGHY", 2026, 4).due_at == at(8, 18)


@pytest.mark.parametrize("month", [0, 13])
def test_a_month_that_there_is_none_of_is_refused(centre, month):
    with pytest.raises(ValueError, match="month"):
        work_time_statement(centre, "YGHY", 2026, month)


def test_the_spreadsheet_for_the_inspection_shows_groups_and_every_job(centre):
    number = done(centre, at(11, 10, 10), at(12, 16, 40), suspensions=[(at(11, 11), at(12, 15))])

    sheets = read_workbook(work_time_workbook(work_time_statement(centre, "YGHY", 2026, 5)))

    assert [row[:4] for row in sheets["汇总"][1:]] == [
        ["全部", "", 1, 30.5],
        ["工种", "水", 1, 30.5],
        ["技工", "T001", 1, 30.5],
        ["紧急程度", "一般", 1, 30.5],
    ]
    assert sheets["汇总"][1][5:] == [2.5, 2.5, 1, 1]
    assert sheets["明细"][1] == [
        *(number, "水", "T001", "一般"),
        *(at(11, 10, 10).replace(tzinfo=None), at(12, 16, 40).replace(tzinfo=None), 30.5, 2.5, "是"),
    ]
    assert number not in str(sheets["汇总"])


def test_the_spreadsheet_of_an_empty_month_has_its_headings(centre):
    sheets = read_workbook(work_time_workbook(work_time_statement(centre, "YGHY", 2026, 5)))

    assert {title: len(rows) for title, rows in sheets.items()} == {"汇总": 1, "明细": 1}
