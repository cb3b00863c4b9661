"""A case's record is written once, in order, whatever the recorder's activity does."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, event, func, select
from temporalio.exceptions import ApplicationError

from activities.connections.database import Database
from activities.dispatching.offers import Dispatching
from activities.records.case_queries import get_case
from activities.records.case_records import CaseRecords
from activities.records.case_tables import CaseLine, WorkOrderRow
from tests.at_once import at_once
from tests.dispatching import rota
from tests.records import repairs
from workflows.messages.dispatching import OfferRequest
from workflows.messages.people import CUSTOMER, Trade
from workflows.messages.records import CaseBatch, WorkOrder, WorkOrderOutcome
from workflows.messages.repair import RepairState

STORY = (repairs.first_batch, repairs.dispatched_batch, repairs.completed_batch)


def _record(database, number, community="YGHY"):
    """The record but for the moments at which it was written and read."""
    view = get_case(database, community, number)
    return view and view.model_dump(exclude={"as_of", "recorded_at"})


def _written(database, *batches):
    records = CaseRecords(database)
    for batch in batches:
        records.write_case(batch)


@pytest.fixture
def number():
    return repairs.new_number()


def test_what_the_recorder_sends_is_what_the_record_says(database, number):
    batches = [make(number) for make in STORY]

    _written(database, *batches)

    view = get_case(database, "YGHY", number)
    assert view.lines == tuple(itertools.chain.from_iterable(batch.lines for batch in batches))
    assert view.forms == batches[-1].forms
    assert view.reporter == repairs.ZHANG
    assert view.description == "厨房水管漏水,钥匙在门卫老王处"
    assert (view.state, view.state_label, view.assignee) == ("closed", "已关闭", "T001")
    assert view.closed_at == repairs.MORNING + timedelta(hours=1)


def test_a_batch_written_twice_is_written_once(database, number):
    batches = [make(number) for make in STORY]
    _written(database, *batches)
    once = _record(database, number)

    _written(database, *(batch for batch in batches for _ in range(2)))

    assert _record(database, number) == once


def test_an_older_batch_after_a_newer_one_changes_nothing(database, number):
    first, second, third = (make(number) for make in STORY)
    _written(database, first, second, third)
    newest = _record(database, number)

    _written(database, second, first)

    assert _record(database, number) == newest


def test_a_form_that_only_the_older_batch_holds_is_still_written(database, number):
    second_offer = WorkOrder(attempt=2, technician="T002", trade="plumbing", offered_at=repairs.MORNING)
    first, older = repairs.first_batch(number), repairs.dispatched_batch(number)
    newer = CaseBatch(
        header=repairs.header(number, RepairState.DISPATCHED, 4),
        lines=(repairs.line(4, RepairState.DISPATCHED),),
        forms=(second_offer,),
    )

    _written(database, first, newer, older)

    view = get_case(database, "YGHY", number)
    assert view.forms[1:] == (older.forms[1], second_offer)
    assert [line.sequence for line in view.lines] == [1, 2, 3, 4]


def test_lines_are_read_in_order_however_many_there_are(database, number):
    lines = tuple(repairs.line(sequence, RepairState.IN_PROGRESS) for sequence in range(3, 120))
    batch = CaseBatch(header=repairs.header(number, RepairState.IN_PROGRESS, 119), lines=lines)

    _written(database, repairs.first_batch(number), batch)

    assert [line.sequence for line in get_case(database, "YGHY", number).lines] == list(range(1, 120))


@pytest.mark.parametrize(
    "strange",
    [
        lambda number: repairs.first_batch(number, received_at=repairs.MORNING + timedelta(seconds=1)),
        lambda number: repairs.first_batch(number, community="XYDX"),
        lambda number: repairs.dispatched_batch(number, community="XYDX"),
    ],
    ids=["opened at another time", "opened in another community", "a later batch of another community"],
)
def test_the_number_of_another_case_is_refused_and_nothing_is_written(database, number, strange):
    _written(database, repairs.first_batch(number))
    before = _record(database, number)

    with pytest.raises(ApplicationError) as refused:
        _written(database, strange(number))

    assert (refused.value.type, refused.value.non_retryable) == ("record_exists", True)
    assert _record(database, number) == before
    assert _record(database, number, "XYDX") is None


def test_a_run_that_took_another_course_after_a_reset_is_refused_and_not_dropped(database, number):
    _written(database, repairs.first_batch(number), repairs.dispatched_batch(number))
    before = _record(database, number)
    cancelled_instead = CaseBatch(
        header=repairs.header(number, RepairState.CLOSED, 4),
        lines=(
            repairs.line(3, RepairState.CLOSED, actor=CUSTOMER),
            repairs.line(4, RepairState.CLOSED),
        ),
    )

    with pytest.raises(ApplicationError) as refused:
        _written(database, cancelled_instead)

    assert (refused.value.type, refused.value.non_retryable) == ("record_exists", True)
    assert _record(database, number) == before


def test_a_case_whose_opening_is_lost_waits_for_it_instead_of_failing(database, number):
    with pytest.raises(ApplicationError) as missing:
        _written(database, repairs.dispatched_batch(number))
    assert (missing.value.type, missing.value.non_retryable) == ("record_missing", False)

    _written(database, repairs.first_batch(number), repairs.dispatched_batch(number))

    assert [line.sequence for line in get_case(database, "YGHY", number).lines] == [1, 2, 3]


def test_a_case_that_is_opened_while_a_later_batch_looks_for_it_gets_its_header_too(database, number):
    """As when a lost record is rebuilt while its case goes on: nothing newer is left out."""
    elsewhere = Database(create_engine(database.engine.url), database.personal)

    @event.listens_for(database.engine, "after_cursor_execute")
    def open_it_meanwhile(connection, cursor, statement, *_):
        if statement.startswith("UPDATE cases") and get_case(elsewhere, "YGHY", number) is None:
            _written(elsewhere, repairs.first_batch(number))

    later = repairs.dispatched_batch(number)
    _written(database, later)
    elsewhere.close()

    view = get_case(database, "YGHY", number)
    assert (view.state, [line.sequence for line in view.lines]) == (later.header.state, [1, 2, 3])


def test_a_batch_that_cannot_be_written_whole_is_not_written_at_all(database, number):
    _written(database, repairs.first_batch(number))
    batch = repairs.dispatched_batch(number)
    broken = batch.model_copy(update={"forms": (batch.forms[1].model_copy(update={"attempt": 0}),)})

    with pytest.raises(Exception, match="ck_work_orders_attempt"):
        _written(database, broken)

    assert [line.sequence for line in get_case(database, "YGHY", number).lines] == [1, 2]


def test_the_recorder_completes_the_work_order_that_the_offer_began(database, number):
    rota.community(database, T001=rota.ALL_DAY)
    request = OfferRequest(case=number, community="YGHY", attempt=1, business_now=repairs.MORNING, trade=Trade.PLUMBING)
    assert Dispatching(database).offer_next(request).technician == "T001"

    _written(database, repairs.first_batch(number), repairs.completed_batch(number))

    (order,) = (form for form in get_case(database, "YGHY", number).forms if isinstance(form, WorkOrder))
    assert (order.outcome, order.work_done) == (WorkOrderOutcome.DONE, "更换张家角阀")
    with database.begin() as connection:
        assert connection.scalars(select(WorkOrderRow.considered)).all() == [1]


def test_a_rework_by_the_same_technician_is_a_work_order_that_nobody_was_considered_for(database, number):
    order = WorkOrder(
        attempt=2,
        technician="T001",
        trade="plumbing",
        offered_at=repairs.MORNING,
        outcome=WorkOrderOutcome.TAKEN,
        answered_at=repairs.MORNING,
    )
    rework = CaseBatch(
        header=repairs.header(number, RepairState.IN_PROGRESS, 4, assignee="T001"),
        lines=(repairs.line(4, RepairState.IN_PROGRESS, event="rejected"),),
        forms=(order,),
    )

    _written(database, repairs.first_batch(number), repairs.dispatched_batch(number), rework, rework)

    assert get_case(database, "YGHY", number).forms[-1] == order
    with database.begin() as connection:
        considered = select(WorkOrderRow.considered).where(WorkOrderRow.attempt == 2)
        assert connection.scalars(considered).all() == [0]


def test_two_attempts_at_the_same_first_batch_at_once_make_one_record(database, number):
    batch = repairs.first_batch(number)

    at_once(8, lambda _: CaseRecords(database).write_case(batch))

    with database.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(CaseLine)) == 2
