"""The offer is made once, by one decision at a time, among the community's own technicians."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select

from activities.connections.database import Database
from activities.dispatching.offers import Dispatching
from activities.records.case_records import CaseRecords
from activities.records.case_tables import WorkOrderRow
from activities.records.community_tables import Absence
from activities.records.sealing import table_of
from tests.at_once import at_once
from tests.dispatching import rota
from tests.records import repairs
from workflows.messages.dispatching import OfferOutcome, OfferRequest
from workflows.messages.people import Trade
from workflows.messages.records import CaseBatch, WorkOrder, WorkOrderOutcome
from workflows.messages.repair import RepairState

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 4, 15, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def busy(database, keyring):
    """The same database with a connection for each of sixteen threads."""
    opened = Database.connect(database.engine.url.render_as_string(hide_password=False), keyring, pool_size=16)
    yield opened
    opened.close()


def _request(number="", **changes):
    known = {"case": number or repairs.new_number(), "community": "YGHY", "attempt": 1, "business_now": MORNING}
    return OfferRequest(**{**known, "trade": Trade.PLUMBING, **changes})


def _offer(database, number="", **changes):
    return Dispatching(database).offer_next(_request(number, **changes)).technician


def _answer(database, number, technician, outcome, offered_at=MORNING):
    """The recorder writes what became of the first offer."""
    order = WorkOrder(attempt=1, technician=technician, trade="plumbing", offered_at=offered_at, outcome=outcome)
    CaseRecords(database).write_case(repairs.first_batch(number))
    CaseRecords(database).write_case(
        CaseBatch(
            header=repairs.header(number, RepairState.ACKNOWLEDGED, 3),
            lines=(repairs.line(3, RepairState.ACKNOWLEDGED),),
            forms=(order,),
        )
    )


def _orders(database):
    with database.begin() as connection:
        return connection.execute(select(table_of(WorkOrderRow))).all()


def test_sixteen_who_ask_for_the_same_attempt_at_once_get_one_answer_and_one_work_order(busy):
    rota.community(busy, **{f"T{number:03}": rota.ALL_DAY for number in range(1, 9)})
    request = _request()

    answers = at_once(16, lambda _: Dispatching(busy).offer_next(request))

    assert set(answers) == {OfferOutcome(technician=answers[0].technician, considered=8)}
    (order,) = _orders(busy)
    assert order.technician == answers[0].technician


def test_as_many_cases_at_once_as_technicians_go_to_one_each(busy):
    technicians = {f"T{number:03}" for number in range(1, 13)}
    rota.community(busy, **dict.fromkeys(technicians, rota.ALL_DAY))

    offered = at_once(12, lambda _: _offer(busy))

    assert sorted(offered) == sorted(technicians)


def test_asked_again_the_first_answer_stands_though_another_would_be_chosen_now(database):
    rota.community(database, T001=rota.ALL_DAY)
    number = repairs.new_number()
    first = Dispatching(database).offer_next(_request(number))
    rota.technician(database, "T000")

    assert Dispatching(database).offer_next(_request(number)) == first
    assert Dispatching(database).offer_next(_request(number, declined=("T001",))) == first
    assert len(_orders(database)) == 1


def test_the_work_order_says_when_for_what_and_among_how_many(database):
    rota.community(database, T001=rota.ALL_DAY, T002=rota.ALL_DAY)

    _offer(database, business_now=MORNING)

    (order,) = _orders(database)
    assert (order.technician, order.trade, order.considered) == ("T001", "plumbing", 2)
    assert (order.offered_at, order.outcome, order.attempt) == (MORNING, "offered", 1)


def test_that_nobody_can_come_is_not_kept_so_a_later_question_can_be_answered(database):
    rota.community(database, T001=rota.NIGHTS)
    number = repairs.new_number()

    assert Dispatching(database).offer_next(_request(number)) == OfferOutcome()
    assert _orders(database) == []

    assert _offer(database, number, attempt=1, business_now=MORNING.replace(hour=22)) == "T001"


def test_duty_is_read_by_the_clock_of_shanghai(database):
    rota.community(database, T001=rota.NIGHTS)
    late_evening_in_utc = datetime(2026, 4, 15, 14, 0, tzinfo=ZoneInfo("UTC"))
    morning_in_utc = datetime(2026, 4, 15, 1, 0, tzinfo=ZoneInfo("UTC"))

    assert _offer(database, business_now=late_evening_in_utc) == "T001"
    assert _offer(database, business_now=morning_in_utc) == ""


@pytest.mark.parametrize(
    "changes",
    [{"active": False}, {"until": date(2026, 4, 15)}, {"shifts": rota.NEVER}, {"trades": [Trade.ELECTRICAL]}],
    ids=["has left", "post ended today", "not on the rota", "another trade"],
)
def test_who_cannot_come_is_not_asked(database, changes):
    rota.community(database)
    rota.technician(database, "T001", **changes)

    assert _offer(database) == ""


def test_a_foreign_communitys_technician_is_never_offered_a_job_not_even_by_name(database):
    rota.community(database)
    rota.community(database, "XYDX", T901=rota.ALL_DAY)

    assert _offer(database) == ""
    assert _offer(database, emergency=True) == ""
    assert _offer(database, named="T901") == ""
    assert _offer(database, community="XYDX") == "T901"


def test_work_in_a_foreign_community_does_not_count(database):
    for code in ("XYDX", "YGHY"):
        rota.community(database, code, T001=rota.ALL_DAY)
    assert _offer(database, community="XYDX") == "T001"
    rota.technician(database, "T002")

    assert _offer(database) == "T001"


def test_a_named_technician_comes_though_off_duty_and_after_declining(database):
    rota.community(database, T001=rota.ALL_DAY, T002=rota.NEVER)

    assert _offer(database, named="T002", declined=("T002",)) == "T002"


def test_an_offer_or_a_job_in_hand_counts_and_a_finished_one_does_not(database):
    rota.community(database, T001=rota.ALL_DAY, T002=rota.ALL_DAY)
    rota.technician(database, "T003", shifts=rota.NEVER)
    number = repairs.new_number()
    assert _offer(database, number) == "T001"
    assert _offer(database, declined=("T001",)) == "T002"
    _answer(database, number, "T001", WorkOrderOutcome.DONE)

    # T002 was offered a job at the same instant and still has it; T001 is free again
    assert _offer(database, business_now=MORNING + timedelta(hours=1)) == "T001"


def test_a_job_of_a_closed_case_does_not_count_though_its_work_order_was_never_finished(database):
    rota.community(database, T001=rota.ALL_DAY, T002=rota.ALL_DAY)
    number = repairs.new_number()
    assert _offer(database, number) == "T001"
    _answer(database, number, "T001", WorkOrderOutcome.TAKEN)
    assert _offer(database) == "T002"
    closed_at = MORNING + timedelta(minutes=30)
    CaseRecords(database).write_case(
        CaseBatch(
            header=repairs.header(number, RepairState.CLOSED, 4, closed_at=closed_at),
            lines=(repairs.line(4, RepairState.CLOSED),),
        )
    )

    assert _offer(database) == "T001"


def test_an_offer_that_went_on_to_another_does_not_count_before_the_recorder_has_said_so(database):
    rota.community(database, T001=rota.ALL_DAY, T002=rota.ALL_DAY)
    number = repairs.new_number()
    assert _offer(database, number) == "T001"
    assert _offer(database, number, attempt=2, declined=("T001",)) == "T002"

    assert _offer(database) == "T001"


def test_the_one_who_has_waited_longest_is_next(database):
    rota.community(database, T001=rota.ALL_DAY, T002=rota.ALL_DAY, T003=rota.ALL_DAY)
    offered = []
    for hour in range(6):
        number, now = repairs.new_number(), MORNING + timedelta(hours=hour)
        offered.append(_offer(database, number, business_now=now))
        _answer(database, number, offered[-1], WorkOrderOutcome.DECLINED, now)

    assert offered == ["T001", "T002", "T003"] * 2


def test_the_technician_of_the_units_area_comes_first(database):
    rota.community(database, T001=rota.ALL_DAY)
    rota.technician(database, "T002", area="A1")

    assert _offer(database, area="A1") == "T002"


def test_in_an_emergency_anyone_on_duty_is_sent_for_however_busy(database):
    rota.community(database, trade=Trade.ELECTRICAL, T001=rota.ALL_DAY, T002=rota.NEVER)

    assert _offer(database, trade=Trade.GAS) == ""
    assert _offer(database, trade=Trade.ELECTRICAL) == "T001"
    assert _offer(database, trade=Trade.GAS, emergency=True) == "T001"


def test_two_communities_do_not_wait_for_each_other(busy):
    for code in ("YGHY", "XYDX"):
        rota.community(busy, code, T001=rota.ALL_DAY)
    with busy.begin() as connection:
        ours = func.pg_advisory_xact_lock(1001, func.hashtext("YGHY"))
        connection.execute(select(ours))

        assert _offer(busy, community="XYDX") == "T001"


def test_whoever_is_on_leave_is_offered_nothing_until_the_day_of_return(database):
    rota.community(database, T001=rota.ALL_DAY)
    day = MORNING.date()
    with database.begin() as connection:
        leave = {"community": "YGHY", "staff": "T001", "since": day, "until": day + timedelta(days=2)}
        connection.execute(insert(Absence).values(leave))

    offered = [_offer(database, business_now=MORNING + timedelta(days=days)) for days in (-1, 0, 1, 2)]

    assert offered == ["T001", "", "", "T001"]
    assert _offer(database, named="T001") == "T001", "a person has decided"
