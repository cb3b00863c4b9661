"""Lists and the page of a case show one community's cases, each once, as they stand."""

from datetime import UTC, datetime, timedelta
from itertools import cycle
from threading import Event, Thread

import pytest
from sqlalchemy import insert

from activities.records.case_queries import (
    CaseFilter,
    InvalidCursorError,
    get_case,
    has_record,
    list_cases,
)
from activities.records.case_records import CaseRecords
from activities.records.case_tables import Notification
from activities.records.late_messages import keep_late_message
from activities.records.sealing import seal_columns
from tests.records import repairs
from workflows.messages.case import Reporter
from workflows.messages.people import CUSTOMER
from workflows.messages.repair import RepairState


def _report(database, community="YGHY", **changes):
    number = repairs.new_number()
    CaseRecords(database).write_case(repairs.first_batch(number, community, **changes))
    return number


def _change(database, number, community="YGHY", state=RepairState.DISPATCHED, **changes):
    batch = repairs.dispatched_batch(number, community)
    changed = repairs.header(number, state, 3, community, **changes)
    CaseRecords(database).write_case(batch.model_copy(update={"header": changed}))


def _numbers(database, *communities, **filters):
    page = list_cases(database, communities or ("YGHY",), CaseFilter(**filters))
    return [case.number for case in page.cases]


def _all_pages(database, limit, between=lambda: None):
    numbers, cursor = [], ""
    while True:
        page = list_cases(database, ["YGHY"], CaseFilter(), cursor, limit)
        assert len(page.cases) <= limit
        numbers += [case.number for case in page.cases]
        cursor = page.next_cursor
        if not cursor:
            return numbers
        between()


def test_the_latest_report_comes_first(database):
    early = _report(database)
    late = _report(database, received_at=repairs.MORNING + timedelta(hours=1))

    assert _numbers(database) == [late, early]


def test_pages_show_every_case_once_even_where_many_came_at_the_same_instant(database):
    reported = {_report(database) for _ in range(23)}

    numbers = _all_pages(database, limit=5)

    assert len(numbers) == 23
    assert set(numbers) == reported


def test_cases_that_come_in_between_two_pages_neither_hide_nor_repeat_another(database):
    already_there = {
        _report(database, received_at=repairs.MORNING + timedelta(minutes=minute)) for minute in range(-30, 30, 2)
    }
    minutes = cycle([-90, -11, 0, 5, 16, 90])

    def report_some():
        for _ in range(4):
            _report(database, received_at=repairs.MORNING + timedelta(minutes=next(minutes)))

    numbers = _all_pages(database, limit=4, between=report_some)

    assert len(numbers) == len(set(numbers))
    assert already_there <= set(numbers)


def test_pages_have_no_gap_and_no_double_while_another_process_keeps_writing(database):
    already_there = {_report(database, received_at=repairs.MORNING + timedelta(minutes=minute)) for minute in range(40)}
    enough = Event()
    added = []

    def keep_reporting():
        while not enough.is_set():
            minutes = timedelta(minutes=37 * len(added) % 60)
            added.append(_report(database, received_at=repairs.MORNING + minutes))

    writer = Thread(target=keep_reporting)
    writer.start()
    try:
        for _ in range(5):
            numbers = _all_pages(database, limit=3)
            assert len(numbers) == len(set(numbers))
            assert already_there <= set(numbers)
    finally:
        enough.set()
        writer.join()
    assert added


def test_the_last_page_has_no_cursor(database):
    for _ in range(4):
        _report(database)

    assert list_cases(database, ["YGHY"], CaseFilter(), limit=4).next_cursor == ""
    assert list_cases(database, ["YGHY"], CaseFilter(), limit=3).next_cursor != ""


@pytest.mark.parametrize("cursor", ["x", "%%%", "房号", "MjAyNnxC", "MjAyNi0wNC0xNVQxMDowMHxBQg==", "AAAA", "fHw="])
def test_a_cursor_that_we_did_not_make_is_refused(database, cursor):
    with pytest.raises(InvalidCursorError, match="从第一页"):
        list_cases(database, ["YGHY"], CaseFilter(), cursor)


def test_a_list_is_restricted_by_every_filter(database):
    now = repairs.MORNING + timedelta(hours=1)
    plain = _report(database, received_at=repairs.MORNING - timedelta(hours=1))
    overdue = _report(database, unit="5-0301", reporter=Reporter(name="李明", phone="13900139000"))
    _change(database, overdue, assignee="T001", level="urgent", due_at=now - timedelta(minutes=1), breached=True)
    closed = _report(database, received_at=repairs.MORNING + timedelta(hours=1))
    _change(database, closed, state=RepairState.CLOSED, due_at=now - timedelta(minutes=1), closed_at=now)

    assert _numbers(database, state="accepted") == [plain]
    assert _numbers(database, assignee="T001") == [overdue]
    assert _numbers(database, unit="5-0301") == [overdue]
    assert _numbers(database, level="urgent") == [overdue]
    assert _numbers(database, breached=True) == [overdue]
    assert _numbers(database, breached=False) == [closed, plain]
    assert _numbers(database, overdue_at=now) == [overdue]
    assert _numbers(database, open_only=True) == [overdue, plain]
    assert _numbers(database, phone="139 0013 9000") == [overdue]
    assert _numbers(database, kind="repair") == [closed, overdue, plain]
    assert _numbers(database, kind="complaint") == []


def test_a_list_can_be_of_what_came_in_within_some_hours(database):
    hour = timedelta(hours=1)
    _report(database, received_at=repairs.MORNING - hour)
    first = _report(database, received_at=repairs.MORNING)
    last = _report(database, received_at=repairs.MORNING + hour - timedelta(seconds=1))
    _report(database, received_at=repairs.MORNING + hour)

    assert _numbers(database, received_from=repairs.MORNING, received_before=repairs.MORNING + hour) == [last, first]


def test_a_list_can_be_of_what_was_open_at_an_earlier_time(database):
    noon = repairs.MORNING + timedelta(hours=2)
    still_open = _report(database)
    closed_later = _report(database)
    _change(database, closed_later, state=RepairState.CLOSED, closed_at=noon + timedelta(minutes=1))
    closed_before = _report(database)
    _change(database, closed_before, state=RepairState.CLOSED, closed_at=noon)
    _report(database, received_at=noon + timedelta(minutes=1))

    assert set(_numbers(database, open_at=noon)) == {still_open, closed_later}


def test_a_list_can_be_of_one_area(database):
    _report(database)
    elsewhere = _report(database, area="A2")

    assert _numbers(database, area="A2") == [elsewhere]


def test_a_telephone_number_is_found_however_it_is_written(database):
    number = _report(database, reporter=Reporter(name="李明", phone="13900139000"))

    assert _numbers(database, phone="+86 139-0013-9000") == [number]
    assert _numbers(database, phone="13900139001") == []


FILTERS = [
    {},
    {"kind": "repair"},
    {"state": "dispatched"},
    {"assignee": "T001"},
    {"unit": "3-1502"},
    {"level": "general"},
    {"breached": True},
    {"overdue_at": repairs.MORNING + timedelta(days=9)},
    {"open_only": True},
    {"open_at": repairs.MORNING},
    {"received_from": repairs.MORNING},
    {"received_before": repairs.MORNING + timedelta(hours=1)},
    {"area": "A1"},
    {"phone": "13800138000"},
]


@pytest.mark.parametrize("filters", FILTERS, ids=lambda filters: next(iter(filters), "none"))
def test_a_foreign_communitys_case_is_in_no_list(database, filters):
    theirs = _report(database, "XYDX")
    _change(database, theirs, "XYDX", assignee="T001", breached=True, due_at=repairs.MORNING)

    assert _numbers(database, "XYDX", **filters) == [theirs]
    assert _numbers(database, "YGHY", **filters) == []
    assert list_cases(database, [], CaseFilter(**filters)).cases == ()


def test_a_foreign_communitys_cursor_opens_none_of_its_cases(database):
    for _ in range(3):
        _report(database, "XYDX")
    ours = _report(database, received_at=repairs.MORNING - timedelta(days=1))
    theirs = list_cases(database, ["XYDX"], CaseFilter(), limit=1).next_cursor

    page = list_cases(database, ["YGHY"], CaseFilter(), theirs)

    assert [case.number for case in page.cases] == [ours]


def test_a_foreign_communitys_case_is_as_good_as_none(database):
    theirs = _report(database, "XYDX")

    assert get_case(database, "XYDX", theirs) is not None
    assert get_case(database, "YGHY", theirs) is None
    assert get_case(database, "YGHY", repairs.new_number()) is None


def test_whoever_may_see_two_communities_sees_both(database):
    ours, theirs = _report(database), _report(database, "XYDX")
    _report(database, "BJJ")

    assert set(_numbers(database, "YGHY", "XYDX")) == {ours, theirs}


def test_a_page_says_as_of_when_it_was_read(database):
    before = datetime.now(UTC) - timedelta(seconds=5)
    number = _report(database)

    page = list_cases(database, ["YGHY"], CaseFilter())

    assert before < page.cases[0].recorded_at <= page.as_of
    assert get_case(database, "YGHY", number).as_of >= page.as_of


def test_the_page_of_a_case_says_who_was_told_what_and_what_came_too_late(database):
    number = _report(database)
    told = {
        "case": number,
        "event": "case_accepted",
        "occurrence": 1,
        "recipient": "customer",
        "channel": "mail",
        "community": "YGHY",
        "status": "accepted",
        "attempts": 2,
        "subject": "受理",
        "body": "您好",
        "at": repairs.MORNING,
    }
    with database.begin() as connection:
        connection.execute(insert(Notification).values(seal_columns(database.personal, Notification, told)))
    keep_late_message(
        database, case=number, community="YGHY", message_id="m1", actor=CUSTOMER, intent="reopen", text="又漏了"
    )

    view = get_case(database, "YGHY", number)

    (notice,) = view.notifications
    assert (notice.event, notice.channel, notice.status, notice.attempts) == ("case_accepted", "mail", "accepted", 2)
    (late,) = view.late_messages
    assert (late.intent, late.text, late.actor) == ("reopen", "又漏了", CUSTOMER)


def test_a_number_has_a_record_once_its_first_batch_is_written(database):
    number = repairs.new_number()
    assert not has_record(database, number)

    CaseRecords(database).write_case(repairs.first_batch(number))

    assert has_record(database, number)
