"""Lists for a day's work: a technician's day, what is overdue, and what is unfinished in the morning (S0 4.1.4)."""

import re
from dataclasses import fields
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from activities.records import work_lists
from activities.records.case_queries import CaseFilter, list_cases
from activities.records.case_records import CaseRecords
from activities.records.communities import NewCommunity, found_community
from activities.records.policies import publish_policy
from activities.records.work_lists import day_of, morning_list, overdue
from activities.records.work_time import work_time_statement
from tests.records import repairs
from workflows.messages.case import Channel
from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Actor, Role
from workflows.messages.records import CaseBatch, RepairRecord, ServiceRecord, WorkOrder, WorkOrderOutcome
from workflows.messages.repair import RepairState
from workflows.rules.policy_presets import Preset

NOW = repairs.MORNING + timedelta(hours=4)
HOUR = timedelta(hours=1)
T001 = Actor(role=Role.TECHNICIAN, code="T001")


@pytest.fixture
def centre(database):
    """A database with the community YGHY and its policy."""
    found_community(database, NewCommunity("YGHY", "阳光花园", Preset.RESIDENTIAL_S1, repairs.MORNING), "S001")
    return database


def enter(database, state=RepairState.IN_PROGRESS, community="YGHY", *, opened=None, orders=(), record=None, **header):
    """A repair that stands in that state; ``header`` and ``opened`` say what else is known of it."""
    number = repairs.new_number()
    first = repairs.first_batch(number, community, **(opened or {}))
    form = RepairRecord(**{"trade": "plumbing", "repair_class": "general", **(record or {})})
    CaseRecords(database).write_case(first.model_copy(update={"forms": (form,)}))
    later = CaseBatch(
        header=repairs.header(number, state, 3, community, **header), lines=(repairs.line(3, state),), forms=orders
    )
    CaseRecords(database).write_case(later)
    return number


def numbers(items):
    return [item.number for item in items]


# A technician's day


def test_a_technicians_day_holds_the_own_open_jobs_and_nobody_elses(database):
    mine = enter(database, assignee="T001")
    enter(database, assignee="T002")
    enter(database, assignee="")
    enter(database, RepairState.CLOSED, assignee="T001", closed_at=NOW)
    enter(database, community="XYDX", assignee="T001")

    assert numbers(day_of(database, "YGHY", "T001", NOW).jobs) == [mine]


@pytest.mark.parametrize("state", [RepairState.COMPLETED, RepairState.VERIFIED, RepairState.AWAITING_REVISIT])
def test_a_job_that_is_done_is_no_longer_in_the_day(database, state):
    enter(database, state, assignee="T001")

    assert day_of(database, "YGHY", "T001", NOW).jobs == ()


def test_a_job_says_where_until_when_and_for_which_appointment(database):
    record = {"appointment_at": NOW + HOUR, "hazard": "burst_pipe", "trade": "plumbing"}
    enter(database, RepairState.SUSPENDED, assignee="T001", due_at=NOW + 2 * HOUR, record=record)

    (job,) = day_of(database, "YGHY", "T001", NOW).jobs

    assert (job.unit, job.state_label, job.trade, job.hazard) == ("3-1502", "挂起", "plumbing", "burst_pipe")
    assert (job.appointment_at, job.due_at, job.late_seconds) == (NOW + HOUR, NOW + 2 * HOUR, 0)
    assert (job.today, job.second) == (True, False)


def test_the_most_pressing_job_comes_first(database):
    later = enter(database, assignee="T001", due_at=NOW + 3 * HOUR)
    tomorrow = enter(database, assignee="T001", record={"appointment_at": NOW + 20 * HOUR}, due_at=NOW + HOUR)
    missed = enter(database, assignee="T001", due_at=NOW - HOUR)
    emergency = enter(database, assignee="T001", due_at=NOW + 5 * HOUR, level="emergency")
    undated = enter(database, assignee="T001")
    appointed = enter(database, assignee="T001", record={"appointment_at": NOW + HOUR})

    jobs = day_of(database, "YGHY", "T001", NOW).jobs

    assert numbers(jobs) == [emergency, missed, appointed, later, undated, tomorrow]
    assert [job.number for job in jobs if not job.today] == [tomorrow]
    assert [job.late_seconds for job in jobs if job.late_seconds] == [3600]


def test_an_appointment_at_midnight_is_tomorrows(database):
    midnight = NOW.replace(hour=0, minute=0) + timedelta(days=1)
    enter(database, assignee="T001", record={"appointment_at": midnight})
    enter(database, assignee="T001", record={"appointment_at": midnight - timedelta(minutes=1)})

    assert {job.appointment_at: job.today for job in day_of(database, "YGHY", "T001", NOW).jobs} == {
        midnight: False,
        midnight - timedelta(minutes=1): True,
    }


def test_whoever_was_sent_as_second_person_sees_the_job_too(database):
    number = enter(database, assignee="T001", record={"second_technician": "T002"})

    (job,) = day_of(database, "YGHY", "T002", NOW).jobs

    assert (job.number, job.second) == (number, True)


def test_a_special_service_is_in_the_day_with_its_appointment(database):
    number = repairs.new_number()
    start = repairs.opening(number, kind=CaseKind.SPECIAL_SERVICE)
    header = repairs.header(number, RepairState.ACCEPTED, 1, assignee="T001").model_copy(
        update={"kind": CaseKind.SPECIAL_SERVICE, "state": "booked", "state_label": "已预约"}
    )
    form = ServiceRecord(appointment_at=NOW + HOUR, performer="T001")
    CaseRecords(database).write_case(
        CaseBatch(header=header, lines=(repairs.line(1, RepairState.ACCEPTED),), forms=(form,), opening=start)
    )

    (job,) = day_of(database, "YGHY", "T001", NOW).jobs

    assert (job.kind, job.appointment_at, job.turn) == (CaseKind.SPECIAL_SERVICE, NOW + HOUR, T001)


def test_what_was_done_since_midnight_is_counted_once_for_each_case(database):
    def order(attempt, completed_at):
        return WorkOrder(
            attempt=attempt,
            technician="T001",
            trade="plumbing",
            offered_at=repairs.MORNING,
            outcome=WorkOrderOutcome.DONE,
            completed_at=completed_at,
        )

    enter(database, RepairState.COMPLETED, assignee="T001", orders=(order(1, NOW - 2 * HOUR), order(2, NOW - HOUR)))
    enter(database, RepairState.COMPLETED, assignee="T001", orders=(order(1, NOW - 24 * HOUR),))

    assert day_of(database, "YGHY", "T001", NOW).done_today == 1


# What is overdue


def test_the_longest_missed_deadline_heads_the_overdue_list(database):
    short = enter(database, due_at=NOW - timedelta(minutes=5), assignee="T001", level="urgent", level_label="急修")
    long = enter(database, RepairState.ACCEPTED, due_at=NOW - 3 * HOUR, breached=True)
    enter(database, due_at=NOW + HOUR)
    enter(database, due_at=NOW)
    enter(database, RepairState.CLOSED, due_at=NOW - HOUR, closed_at=NOW)
    enter(database, community="XYDX", due_at=NOW - HOUR)

    found = overdue(database, "YGHY", NOW)

    assert numbers(found.items) == [long, short]
    assert [(item.late_seconds, item.level_label, item.turn) for item in found.items] == [
        (3 * 3600, "一般", Actor(role=Role.ENGINEERING_LEAD)),
        (300, "急修", T001),
    ]


def test_a_list_that_is_cut_off_says_how_many_there_are(database):
    late = [enter(database, due_at=NOW - timedelta(hours=hours)) for hours in (3, 2, 1)]

    found = overdue(database, "YGHY", NOW, limit=2)

    assert (numbers(found.items), found.in_all) == (late[:2], 3)


# The morning


def test_the_morning_list_holds_every_unfinished_item_by_deadline(centre):
    morning = repairs.MORNING.replace(hour=8)
    undated = enter(centre, RepairState.SUSPENDED, assignee="T001")
    due = enter(centre, assignee="T001", due_at=morning + HOUR)
    missed = enter(centre, assignee="T002", due_at=morning - HOUR)
    enter(centre, RepairState.AWAITING_REVISIT, assignee="T001")
    enter(centre, RepairState.CLOSED, closed_at=morning)

    unfinished = morning_list(centre, "YGHY", morning).unfinished

    assert numbers(unfinished.items) == [missed, due, undated]
    assert (unfinished.in_all, unfinished.items[0].late_seconds) == (3, 3600)


def test_the_nights_entries_are_those_between_21_00_and_08_30_by_their_true_times(centre):
    morning = repairs.MORNING.replace(hour=9)
    night = morning.replace(hour=21) - timedelta(days=1)
    enter(centre, opened={"received_at": night - timedelta(minutes=1)})
    first = enter(centre, opened={"received_at": night, "channel": Channel.CONTROL_ROOM})
    by_voice = enter(
        centre, opened={"received_at": night + 3 * HOUR, "channel": Channel.PHONE, "entered_at": morning - HOUR}
    )
    last = enter(centre, opened={"received_at": morning - timedelta(minutes=31)})
    enter(centre, opened={"received_at": morning - timedelta(minutes=30)})

    found = morning_list(centre, "YGHY", morning)

    assert (found.night_from, found.night_until) == (night, morning - timedelta(minutes=30))
    assert [entry.number for entry in found.night] == [first, by_voice, last]
    assert found.night[1].entered_at == morning - HOUR
    assert found.backfilled == 1


def test_another_night_of_the_policy_is_another_night(centre):
    change = {
        "community": "YGHY",
        "effective_from": (repairs.MORNING + HOUR).isoformat(),
        "duty": {"night_from": "23:00", "night_until": "07:00"},
    }
    publish_policy(centre, change, "S001", "夜间改为 23:00 至 07:00")

    found = morning_list(centre, "YGHY", repairs.MORNING + timedelta(days=1))

    assert (found.night_from.hour, found.night_until.hour) == (23, 7)
    assert found.night_until - found.night_from == 8 * HOUR


def test_cases_that_nobody_has_are_named_unless_they_wait_for_the_customer(centre):
    received = enter(centre, RepairState.RECEIVED)
    accepted = enter(centre, RepairState.ACCEPTED)
    enter(centre, RepairState.QUOTED)
    enter(centre, RepairState.COMPLETED)
    enter(centre, RepairState.IN_PROGRESS, assignee="T001")

    found = morning_list(centre, "YGHY", NOW)

    assert set(found.without_owner) == {received, accepted}
    assert found.unfinished.in_all == 5


def test_a_community_without_a_policy_has_a_morning_all_the_same(database):
    enter(database, assignee="T001")

    assert morning_list(database, "YGHY", NOW).unfinished.in_all == 1


# What the lists must never hold, and how they are found


def test_no_list_holds_a_name_a_number_or_a_word_of_the_customer(centre):
    enter(centre, RepairState.ACCEPTED, assignee="T001", due_at=NOW - HOUR, record={"place": "张家厨房水池下"})

    said = repr((day_of(centre, "YGHY", "T001", NOW), overdue(centre, "YGHY", NOW), morning_list(centre, "YGHY", NOW)))

    assert [word for word in ("张", "13800138000", "138 0013 8000", "厨房", "老王", "example") if word in said] == []
    assert "3-1502" in said
    assert {"reporter", "description", "place"} & {one.name for one in fields(work_lists.DayJob)} == set()


LISTS = {
    "day": lambda database: day_of(database, "YGHY", "T001", NOW),
    "overdue": lambda database: overdue(database, "YGHY", NOW),
    "morning": lambda database: morning_list(database, "YGHY", NOW),
    "work time": lambda database: work_time_statement(database, "YGHY", 2026, 4),
    "cases": lambda database: list_cases(database, ["YGHY"], CaseFilter(open_only=True, received_from=NOW)),
}


@pytest.mark.parametrize("name", LISTS)
def test_no_list_reads_a_whole_table_of_cases_lines_or_orders(database, name):
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    LISTS[name](database)

    with database.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plans = [
            "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars())
            for statement, values in list(asked)
            if " FROM cases" in statement.replace("\n", " ") or " FROM work_orders" in statement.replace("\n", " ")
        ]

    assert plans
    assert [plan for plan in plans if re.search("Seq Scan on (cases|case_lines|work_orders)", plan)] == []


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("closed_at IS NULL", "ix_cases_open"),
        ("closed_at IS NULL AND assignee = 'T001'", "ix_cases_open"),
        ("received_at >= '2026-04-15' ORDER BY received_at DESC, number DESC", "ix_cases_community_received_at_number"),
        ("due_at < '2026-04-15' ORDER BY due_at", "ix_cases_community_due_at"),
    ],
)
def test_the_short_part_of_a_long_history_is_found_by_its_own_index(database, query, index):
    with database.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.execute(text(f"EXPLAIN SELECT number FROM cases WHERE community = 'YGHY' AND {query}"))  # noqa: S608
        assert index in "\n".join(plan.scalars())
